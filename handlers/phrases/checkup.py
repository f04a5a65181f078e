"""What is said of the rota of the coming weeks: what is wrong with it, what to do, and how good it is as a whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases.places import MOST, names
from handlers.phrases.times import date_name, turn_name
from handlers.rules.duty import INSTANT
from handlers.rules.flaws import Finding, Flaw
from handlers.rules.roster_quality import Quality

SHOWN: Final = 12
TOLD: Final = 5
_KINDS: Final[Mapping[Flaw, str]] = MappingProxyType(
    {
        Flaw.GAP: "有空班",
        Flaw.UNFAIR: "有人多有人少",
        Flaw.DEAF: "有人叫不到",
        Flaw.IDLE: "有人接不了单",
        Flaw.DOUBLE: "一个人同时排了几处",
        Flaw.NEVER_FREE: "有人一天没歇",
    }
)


def nothing_to_check() -> str:
    """When there is no rota at all."""
    return "您管的地方今后几周都没有排班，没什么可检查的。先发“排班 3栋 王芳 每天 20:00-8:00”这样排一排。"


def report(quality: Quality, lines: Sequence[str], ahead: timedelta) -> str:
    """The score, where its points went, and what was found."""
    head = f"今后 {ahead.days // 7} 周的班，打 {quality.score} 分（满分 100）。"
    if quality.is_empty:
        return "\n".join([f"{head}这段时间一个班也没有。", *_listed(lines, SHOWN)])
    if not lines:
        return f"{head}该有人的时候都有人，也没有谁太累，排得很好。"
    costs = [f"{_KINDS[flaw]} {points} 分" for flaw, points in quality.costs.items()]
    head += f"扣掉的：{'、'.join(costs)}。" if costs else ""
    shares = f"该有人值班的时间里 {_percent(quality.covered)} 有人；多少的均衡程度 {_percent(quality.balance)}。"
    return "\n".join([head, shares, *_listed(lines, SHOWN)])


def new_flaws(lines: Sequence[str], ahead: timedelta) -> str:
    """To an admin, what was not there when the rota was last looked at."""
    more = "\n想看全部和打分，发“排班体检”。"
    return "\n".join([f"看了今后 {ahead.days // 7} 周的班，有几处要您安排：", *_listed(lines, TOLD)]) + more


def flaw(finding: Finding, places: Sequence[str], name: str, now: datetime, zone: ZoneInfo) -> str:
    """One thing that is wrong, and what to do about it; `name`: whose it is."""
    where = names(places)
    match finding.flaw:
        case Flaw.GAP:
            return f"{where} {_when(finding, now, zone)}没人值班。请用“排班”补上人，或者请人“顶班”。"
        case Flaw.UNFAIR:
            return f"{where}的班{name}有 {_share(finding)}。请分一些给别人。"
        case Flaw.ODD_HOURS:
            return f"{where}的夜班和节假日{name}有 {_share(finding)}。请换着来。"
        case Flaw.NEVER_FREE:
            return f"{name}连着 {finding.days} 天都有班（{where}），一天没歇。请给他排个休息。"
    today = now.astimezone(zone).date()
    return f"{name}从{date_name(finding.starts.astimezone(zone).date(), today)}起{_trouble(finding, where, name)}"


def of_many(flaw: Flaw, people: Sequence[str], rest_within: int) -> str | None:
    """The same of many people in one line; None of what has to be said of each."""
    who = "、".join(people[:MOST]) + (f"等 {len(people)} 人" if len(people) > MOST else "")
    match flaw:
        case Flaw.DEAF:
            return f"{who}有班，可是我没法单独给他们发消息。请他们先单独给我发句话。"
        case Flaw.IDLE:
            return f"{who}有班，可是在值班的地方没有任命，接不了单。请用“任命”给他们定个职务。"
        case Flaw.NEVER_FREE:
            return f"{who}连着 {rest_within} 天以上都有班，一天没歇。请给他们排个休息。"
    return None


def _trouble(finding: Finding, where: str, name: str) -> str:
    if finding.flaw is Flaw.DEAF:
        return f"在{where}有班，可是我没法单独给他发消息。请他先单独给我发句话。"
    if finding.flaw is Flaw.IDLE:
        return f"在{where}有班，可是没有任命，接不了单。请发“任命 {name} 红管家 {where}”。"
    count = f"，共 {finding.times} 次" if finding.times > 1 else ""
    return f"同时排在{where}{count}。忙得过来就不用管，忙不过来请换个人。"


def _share(finding: Finding) -> str:
    return f"{finding.hours:.0f} 小时，平均每人 {finding.fair:.0f} 小时"


def _when(finding: Finding, now: datetime, zone: ZoneInfo) -> str:
    """“11月24日 周二 20:00 到次日 8:00 ”, “… 起共 3 次”."""
    today, starts, ends = now.astimezone(zone).date(), finding.starts.astimezone(zone), finding.ends.astimezone(zone)
    if finding.times == 1:
        return f"{turn_name(starts, ends, today)} "
    last = date_name((ends - INSTANT).date(), today)
    clocks = f"{starts:%H:%M}-{ends:%H:%M}".replace("00:00-00:00", "全天")
    return f"{date_name(starts.date(), today)}到{last}，有 {finding.times} 次（{clocks}）"


def _listed(lines: Sequence[str], most: int) -> list[str]:
    shown = [f"{number}. {line}" for number, line in enumerate(lines[:most], 1)]
    return [*shown, f"还有 {len(lines) - most} 处。"] if len(lines) > most else shown


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
