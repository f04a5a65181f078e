"""People: where they live, what they are, and whom a name means."""

from collections.abc import Sequence

from handlers.phrases import ROLE_NAMES
from handlers.phrases.places import names
from storage.types import Role


def home_noted(name: str, home: str) -> str:
    """To who said where he lives, alone: with the room."""
    return f"记下了：{f'{name}，' if name else ''}{home}。以后您说“我家”，我就知道是哪儿。门牌号不会在群里说。搬了家，再发一遍就改过来了。"


def home_noted_here(place: str) -> str:
    """The same where others read along: without the room and the name."""
    return f"记下了，您家在{place}。门牌号我不在群里说。"


def which_building() -> str:
    """When a home is said without its building."""
    return "您是几栋的？请连楼号一起说，比如“我是 3-2-1203 李姐”（3栋2单元1203）。"


def no_such_building(name: str) -> str:
    """When the community has no such building."""
    return (
        f"社区的资料里没有{name[:6]}栋。请对一下门牌再发，比如“我是 3-2-1203 李姐”；没写错的话，跟社区说一声把楼补上。"
    )


def several_buildings(titles: Sequence[str]) -> str:
    """When a building's number occurs in several compounds."""
    return f"有几个小区都有这栋楼：{names(titles)}。请带上小区名，比如“我是 {titles[0]}2单元1203”。"


def which_unit(building: str) -> str:
    """When a home is said without its unit."""
    return f"{building}有几个单元，请把单元也带上，比如“我是 {building.removesuffix('栋')}-2-1203”。"


def no_such_unit(building: str, units: Sequence[str]) -> str:
    """When the building has no such unit."""
    return f"{building}只有{names(units)}。请对一下门牌再发一次。"


def no_such_floor(building: str, floors: int) -> str:
    """When the building is not so high."""
    return f"{building}只有{floors}层。请对一下门牌再发一次。"


def nobody_called(name: str) -> str:
    """When nobody of that name is known."""
    return (
        f"我还不认识叫“{name[:20]}”的人。请先让他在群里或单独跟我说句话，或者发“邀请 {name[:20]} 3-2-1203”把他加进来。"
    )


def which_of(name: str, people: Sequence[tuple[str, str]], example: str) -> str:
    """When several are called so. `people`: what names one of them, and where he lives."""
    lines = "\n".join(f"{number}：{f'住{home}' if home else '没登记住处'}" for number, home in people)
    return f"叫“{name[:20]}”的不止一位：\n{lines}\n要第一位，就发“{example}”，别的换个编号。"


def not_for_residents() -> str:
    """When somebody is to be appointed a resident."""
    return "居民不用任命，谁都是。请写上职务，比如“任命 王芳 红管家 3栋”。"


def appointed(name: str, role: Role, places: Sequence[str], *, news: bool) -> str:
    """To the admin."""
    where = names(places)
    return (
        f"好，{name}现在是{where}的{ROLE_NAMES[role]}了。" if news else f"{name}本来就是{where}的{ROLE_NAMES[role]}。"
    )


def cannot_reach(name: str) -> str:
    """After an appointment of somebody who cannot be written to alone."""
    return f"我还没法单独给{name}发消息，有事叫不到。请让{name}单独给我发句话，或者发“邀请 {name}”要个链接给他。"


def you_are_now(role: Role, places: Sequence[str]) -> str:
    """To who was appointed."""
    return f"您现在是{names(places)}的{ROLE_NAMES[role]}了。有事我单独叫您，发“帮助”看能用哪些话。"


def you_are_no_longer(role: Role, places: Sequence[str]) -> str:
    """To who was removed from an office."""
    return f"您不再担任{names(places)}的{ROLE_NAMES[role]}了，辛苦了。"


def removed(name: str, role: Role, places: Sequence[str]) -> str:
    """To the admin."""
    return f"好，{name}不再是{names(places)}的{ROLE_NAMES[role]}了。"


def was_not(name: str, role: Role, places: Sequence[str]) -> str:
    """When there is nothing to take back."""
    return f"{name}本来就不是{names(places)}的{ROLE_NAMES[role]}，不用免。"


def still_on_roster(name: str, place: str) -> str:
    """After a removal, where the roster still has him."""
    return f"{name}还排在{place}的班表上，不再值班的话请发“撤班 {place} {name}”。"


def last_admin() -> str:
    """When the last admin would be gone."""
    return "这是最后一位管理员了，免掉就没人管事了。请先任命另一位，再来免。"


def given_from(name: str, numbers: Sequence[int]) -> str:
    """Behind the removal, about the tickets that he had in his hands."""
    return f"{name}手上的 {'、'.join(map(str, numbers))} 号已经另叫人接。" if numbers else ""


def given_from_you(numbers: Sequence[int]) -> str:
    """The same, to himself."""
    return f"您手上的 {'、'.join(map(str, numbers))} 号已经请别人接着办，不用您跑了。" if numbers else ""
