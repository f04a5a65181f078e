"""What the bot says about rosters. Whoever is on duty is named with his role, never with a telephone number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from handlers.phrases import ROLE_NAMES
from handlers.phrases.places import names
from handlers.phrases.times import clock_name, date_name, day_name, hours_name, moment_name, span_name
from handlers.rules.duty import DAY, Span
from storage.types import Role


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody who answers for a place: `until` is local, None without an end in sight."""

    name: str
    role: Role | None
    until: datetime | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A place and who answers for it. `rostered`: by the roster, else by office."""

    place: str
    people: Sequence[Watch]
    rostered: bool


def who_is_on_duty(place: str, posts: Sequence[Post], at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Who answers for `place`, nearest first; `at` is the moment that is asked about."""
    when = "现在" if at == now else f"{moment_name(at, now, zone)} "
    nearest, further = posts[0], posts[1:]
    if nearest.place != place:
        text = f"{place}{when}没人值班，有事先找{nearest.place}：{_people(nearest, now, zone)}。"
    elif nearest.rostered:
        text = f"{place}{when}值班：{_people(nearest, now, zone)}。"
    else:
        text = f"{place}{when}没有排班，有事找：{_people(nearest, now, zone)}。"
    if further:
        text += "\n再往上：" + "；".join(f"{post.place} {_people(post, now, zone)}" for post in further) + "。"
    return f"{text}\n有事直接说，我来叫人。"


def nobody_on_duty(place: str, operator: str) -> str:
    """When nobody answers for a place nor for any above it."""
    return f"{place}现在没有人值班。有事直接说，我报给{operator}。"


def on_duty_where() -> str:
    """When somebody without a home asks alone."""
    return "您想问哪一栋？请带上楼栋，比如“3栋今天谁值班”。"


def entered(places: Sequence[str], people: Sequence[str], span: Span, today: date, *, news: bool) -> str:
    """A line of the roster, as it was understood."""
    line = f"{names(places)}：{'、'.join(people)}，{span_name(span, today)}"
    return f"排好了。{line}。" if news else f"已经排过了，没有变。{line}。"


def cannot_be_reached(people: Sequence[str]) -> str:
    """Behind an entry, about those whom the bot cannot write to alone."""
    return f"注意：{'、'.join(people)}还没有私聊过我，我叫不到人。请他先单独给我发一条消息，随便说什么都行。"


def cannot_accept(people: Sequence[str], place: str) -> str:
    """Behind an entry, about those who have no office and so cannot accept tickets there."""
    return f"注意：{'、'.join(people)}在{place}还没有任命，接不了单。请发“任命 {people[0]} 红管家 {place}”。"


def on_twice(people: Sequence[str], place: str) -> str:
    """Behind an entry, about those whose turns there overlap."""
    return f"注意：{'、'.join(people)}在{place}的班有重叠，重叠的时候只算一个人。发“排班表 {place}”看看。"


def outside_hours(people: Sequence[str]) -> str:
    """Behind an entry, about those who gave hours and are on duty outside of them."""
    return f"注意：{'、'.join(people)}说过自己有空的时间，这里有的班不在里面。请和本人对一下。"


def on_leave_then(people: Sequence[str]) -> str:
    """Behind an entry, about those who are on leave in some of these turns."""
    return f"注意：{'、'.join(people)}在这段时间里请了假，请假的那几天不算在班。"


def nobody_called(name: str) -> str:
    """When no member is called so."""
    return f"我还不认识“{name}”。请他先在群里或单独给我发一条消息，名字要写得和他的昵称一样。"


def several_called(name: str, count: int) -> str:
    """When more than one member is called so."""
    return f"有 {count} 位都叫“{name}”。请在群里 @ 要排的那一位，再发一次。"


def gone_by() -> str:
    """When the period to be entered has passed."""
    return "这段时间已经过去了。请换成今天以后的时间再发一次。"


def backwards() -> str:
    """When a period ends before it begins."""
    return "结束的日子比开始的还早。请对一下两个日期，再发一次。"


def not_yours_to_roster(place: str) -> str:
    """When an admin of some other place enters a roster."""
    return f"{place}的班不归您排，要{place}或上级的社区管理员来排。"


def too_much_at_once(most: int) -> str:
    """When a pasted roster is too long to be read whole."""
    return f"一次最多读 {most} 字，后面的我看不到。请分几次发。"


def taken_off(place: str, name: str, *, empty: bool) -> str:
    """After 撤班; `empty`: nobody is left there."""
    text = f"{place}的班撤了：{name}。"
    if empty:
        return text + f"{place}的班表里没有人了，有事我就找这里的红管家、楼栋长，找不到再找上一级。"
    return text + f"发“排班表 {place}”可以看剩下的。"


def was_not_on(place: str, name: str) -> str:
    """When there was nothing to take off."""
    return f"{place}的班表里本来就没有{name}。发“排班表 {place}”可以看。"


def roster(place: str, days: Sequence[tuple[date, Sequence[str]]], today: date) -> str:
    """The coming days with their turns; days in a row that are alike are one line."""
    lines: list[tuple[date, date, str]] = []
    for day, turns in days:
        said = "；".join(turns) or "没人"
        if lines and lines[-1][2] == said:
            lines[-1] = (lines[-1][0], day, said)
        else:
            lines.append((day, day, said))
    return f"{place}排班：\n" + "\n".join(_row(*line, today) for line in lines)


def turn(name: str, instead_of: str | None, starts: datetime, ends: datetime, today: date) -> str:
    """“赵强（替王芳）20:00 到次日 8:00”: a turn on the day of its beginning; both are local."""
    who = f"{name}（替{instead_of}）" if instead_of else f"{name} "
    long = ends.replace(tzinfo=None) - starts.replace(tzinfo=None) > DAY
    return who + (
        f"{clock_name(starts.time())} 到{date_name(ends.date(), today)} {clock_name(ends.time())}"
        if long
        else hours_name(starts.time(), ends.time())
    )


def no_roster(place: str) -> str:
    """When a place has none."""
    return f"{place}还没有排班。请发“排班 {place} 姓名 每天 20:00-8:00”这样来排。"


def _row(first: date, last: date, said: str, today: date) -> str:
    days = day_name(first, today) if first == last else f"{day_name(first, today)} 到 {date_name(last, today)}"
    return f"{days}：{said}"


def _people(post: Post, now: datetime, zone: ZoneInfo) -> str:
    today = now.astimezone(zone).date()
    return "、".join(
        f"{watch.name}{_office(watch)}{f'，到{clock(watch.until, today)}' if watch.until else ''}"
        for watch in post.people
    )


def _office(watch: Watch) -> str:
    parts = [ROLE_NAMES[watch.role] if watch.role else "", f"替{watch.instead_of}" if watch.instead_of else ""]
    said = "，".join(part for part in parts if part)
    return f"（{said}）" if said else ""


def clock(at: datetime, today: date) -> str:
    """“今天 20:00”, “明天 8:00”, “5月18日 周一 8:00”; `at` is local."""
    days = (at.date() - today).days
    if days == 0 or (days == 1 and at.time() == time()):
        return f"今天 {'24:00' if days else clock_name(at.time())}"
    return f"{'明天' if days == 1 else date_name(at.date(), today)} {clock_name(at.time())}"
