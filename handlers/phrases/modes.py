"""How somebody is found for a ticket, in the words of those who decide it."""

from collections.abc import Mapping, Sequence
from typing import Final

from handlers.phrases import CATEGORY_NAMES, URGENCY_NAMES
from handlers.phrases.places import names
from storage.steps import Mode
from storage.types import Category, Urgency

HOW: Final[Mapping[Mode, str]] = {
    Mode.IN_TURN: "轮流叫，一个没接再叫下一个",
    Mode.WAVES: "分批叫，先叫几个，没人接再叫几个",
    Mode.ALL: "值班的一起叫，谁先接算谁的",
    Mode.POOL: "放进需求清单，谁有空谁认领",
    Mode.PROPERTY: "派给物业",
    Mode.PARTIES: "三方会办：社区、业委会、物业一起叫，谁接单谁牵头",
    Mode.OUTSIDE: "叫社区的人来移交给外面的部门",
}
USUAL: Final = "没有另定的：加急、一般的分批叫，不急的轮流叫；紧急的永远都叫。"
CAN_BE: Final = "“轮流”“分批”“一起叫”“需求清单”“物业”“会办”“移交”，取消发“照旧”"


def line(place: str, category: Category | None, urgency: Urgency | None, mode: Mode | None) -> str:
    """“锦绣小区3栋 供水 一般：轮流叫”."""
    what = [CATEGORY_NAMES[category] if category else "", URGENCY_NAMES[urgency] if urgency else ""]
    said = " ".join([place, *(part for part in what if part)])
    return f"{said}：{HOW[mode] if mode else '照旧'}"


def settled(
    places: Sequence[str],
    category: Category | None,
    urgency: Urgency | None,
    mode: Mode | None,
    without_company: Sequence[str],
) -> str:
    """After a rule was entered. `without_company`: those of the places for which no property company is known."""
    text = f"定下了。{line(names(places), category, urgency, mode)}。从下一张单起这样派，紧急的事还是都叫。"
    if without_company:
        where = names(without_company)
        text += f"注意：{where}还没有物业的人，这类事先照旧派；有了发“任命 姓名 物业 {without_company[0]}”。"
    return text


def listed(lines: Sequence[str], more: int) -> str:
    """Every rule."""
    rest = [f"还有 {more} 条，发“派单规则 3栋”看一处的。"] if more > 0 else []
    return "\n".join([*lines, *rest, USUAL, f"要定，发“派单规则 3栋 水管 轮流”。可以是{CAN_BE}。"])


def of_place(place: str, lines: Sequence[str]) -> str:
    """What holds for one place, and where it was said."""
    return "\n".join([f"{place}的派单规则：", *lines, USUAL])


def which_mode(said: str) -> str:
    """When it is not said how."""
    return f"没看出“{said[:20]}”要怎么派。可以是{CAN_BE}，比如“派单规则 3栋 水管 轮流”。"


def unknown(said: str) -> str:
    """When something has no name here."""
    return f"不认得“{said[:20]}”，规则没有动。类别可以写：{'、'.join(CATEGORY_NAMES.values())}；急不急可以写：加急、一般、不急。"


def not_in_emergencies() -> str:
    """When a rule is to hold in emergencies."""
    return "紧急的事不能另定：值班的人从楼栋到街道都会叫到，一直叫到有人接。"


def not_yours(place: str) -> str:
    """When an admin settles something for a place that is not his."""
    return f"{place}不归您管，规则没有动。请让那边的管理员来定。"
