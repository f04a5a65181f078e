"""What the bot says about limits: how long something may wait, per category, urgency and place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from handlers.phrases import CATEGORY_NAMES, URGENCY_NAMES
from handlers.rules.plans import Limits
from storage.types import Category, Urgency


def duration(time: timedelta, *, working: bool = False) -> str:
    """“30分钟”, “2小时”, “1天12小时”, “3个工作日”."""
    minutes = int(time.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    unit = "个工作日" if working else "天"
    parts = [f"{number}{name}" for number, name in ((days, unit), (hours, "小时"), (rest, "分钟")) if number]
    return "".join(parts) or "0分钟"


def limits(found: Limits) -> str:
    """The limits of one urgency, in a row."""
    said = (
        f"接单 {duration(found.accept, working=found.working)}",
        f"有进展 {duration(found.progress, working=found.working)}",
        f"办结 {duration(found.done, working=found.working)}",
    )
    return "，".join(said) + ("（只算工作时间）" if found.working else "")


def table(place: str, category: Category | None, found: Mapping[Urgency, Limits]) -> str:
    """What holds at a place for a category, or where the category has nothing of its own."""
    what = f"的{CATEGORY_NAMES[category]}" if category else ""
    rows = [f"{URGENCY_NAMES[urgency]}：{limits(found[urgency])}" for urgency in Urgency]
    return "\n".join([f"{place}{what}的时限：", *rows])


def others(named: Collection[str]) -> str:
    """Below the table: what has limits of its own."""
    return f"\n另外定过的：{'、'.join(named)}。想看哪样就发“时限 电梯”这样。" if named else ""


def how_to() -> str:
    """Below the table."""
    return "\n要改就这样发：“时限 电梯 加急 接单 15分钟 办结 1天”；只算工作时间发“时限 一般 工作时间”；改回去发“时限 电梯 恢复默认”。"


def changed(place: str, named: str, said: Sequence[str], table: str) -> str:
    """After a change, shown back."""
    return f"改好了，{place}{named}：{'，'.join(said)}。已经派出去的不变，从下一件起算。\n{table}"


def reset(place: str, named: str, table: str) -> str:
    """After the limits of a place, category or urgency were taken back."""
    return f"{place}{named}的时限改回去了，从下一件起算。\n{table}"


def named(category: Category | None, urgency: Urgency | None) -> str:
    """“的电梯、加急”; empty for everything."""
    parts = [*([CATEGORY_NAMES[category]] if category else []), *([URGENCY_NAMES[urgency]] if urgency else [])]
    return f"的{'、'.join(parts)}" if parts else ""


def row_named(place: str, category: Category | None, urgency: Urgency | None) -> str:
    """A row in the list of what was set: “3栋的电梯、加急”."""
    return f"{place}{named(category, urgency)}"


def accept_longer(accept: timedelta, done: timedelta) -> str:
    """When whoever has to accept had longer than it may take to be done."""
    return f"这样接单要等 {duration(accept)}，办结却只有 {duration(done)}，对不上。请把接单改短，或者把办结改长，一起发过来。"


def out_of_range() -> str:
    """When a limit is nothing or more than a year."""
    return "时限要在 1 分钟到 365 天之间，请换个数再发一次。"


def nothing_to_reset(place: str, named: str) -> str:
    """When there was nothing to take back."""
    return f"{place}{named}没有单独定过时限，用的就是默认的。"


def not_yours(place: str) -> str:
    """When an admin of some other place sets limits or hours."""
    return f"{place}的时限和工作时间不归您定，要{place}或上级的社区管理员来定。"
