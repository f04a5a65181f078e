"""A notice as it is signed and as it is shown before it goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases import ROLE_NAMES
from handlers.phrases.places import names
from handlers.phrases.repeats import repeat_name
from handlers.phrases.times import date_name, moment_name
from handlers.rules.repeats import Repeat
from handlers.rules.templates import ON_DUTY, PHONE
from storage.broadcasts import Broadcast
from storage.types import Role

MOST_NAMED: Final = 10  #: groups named one by one


def notice(broadcast: Broadcast, community: str, author: str, first: Broadcast | None, zone: ZoneInfo) -> str:
    """The notice as the groups read it; `first` is the one that it sets right."""
    by = author if author.startswith(community) else f"{community} {author}".rstrip()
    warning = "【预警】" if broadcast.warning and not broadcast.text.startswith("【") else ""
    correction = ""
    if first is not None:
        day = date_name(first.due_at.astimezone(zone).date(), first.due_at.astimezone(zone).date())
        correction = f"【更正】{day}发的“{gist(first)}”有变化，以这条为准：\n"
    source = " ".join(part for part in (broadcast.source, broadcast.link) if part)
    said_by = f"来源：{source}\n" if source else ""
    return f"{warning}{correction}{broadcast.text}\n\n{said_by}—— {broadcast.issuer or by}发布".lstrip()


def gist(broadcast: Broadcast) -> str:
    """The beginning of its words, to name it by."""
    words = " ".join(broadcast.text.split()) or "图片"
    return f"{words[:20]}…" if len(words) > 20 else words


def whom(titles: Sequence[str], but: Sequence[str] = (), roles: Sequence[tuple[Role, str]] = ()) -> str:
    """“锦绣小区（除了锦绣小区4栋）、石龙社区的红管家”."""
    places = names(titles) + (f"（除了{names(but)}）" if but else "") if titles else ""
    offices = names([f"{at}的{ROLE_NAMES[role]}" for role, at in roles])
    return "、".join(part for part in (places, offices) if part)


def where(
    titles: Sequence[str],
    groups: int,
    more: str = "",
    *,
    but: Sequence[str] = (),
    households: int = 0,
    roles: Sequence[tuple[Role, str]] = (),
    people: int = 0,
) -> str:
    """“锦绣小区3栋、锦绣小区4栋，2 个群、登记的 86 户”; `more` is what there is to know of some of them."""
    counts = [f"{groups} 个群"] if titles else []
    counts += [f"登记的 {households} 户"] if households else []
    counts += [f"一个一个单独发给 {people} 人"] if roles else []
    return f"{whom(titles, but, roles)}，{'、'.join(counts)}{more}"


def unreached(people: Sequence[str]) -> str:
    """Behind the number of people: these cannot be written to alone."""
    return f"（{names(people)}还没单独跟我说过话，发不到，请叫他们先加我、发一句话）" if people else ""


def when(broadcast: Broadcast, now: datetime, zone: ZoneInfo, *, postponed: bool) -> str:
    """When it goes out, and how it repeats."""
    first = moment_name(broadcast.due_at, now, zone)
    if postponed:
        first += "（夜里不打扰大家，早上再发；急事请用“预警”）"
    if broadcast.repeat is not None:
        return f"{repeat_name(Repeat.of(broadcast.repeat))}，下一次是{first}"
    return "您确认后马上" if broadcast.at_once and not postponed else first


def beside(broadcast: Broadcast, now: datetime, zone: ZoneInfo) -> list[str]:
    """Lines of a preview about what there is beside the words."""
    lines = [f"图片：{len(broadcast.pictures)} 张"] if broadcast.pictures else []
    lines += [f"文件：{'、'.join(name for _, _, name in (file.partition('/') for file in broadcast.files))}"] * bool(
        broadcast.files
    )
    if broadcast.same_day:
        lines.append("有效：只在当天，当天没发出去的就不再发")
    elif broadcast.expires_at is not None:
        lines.append(f"有效：到{moment_name(broadcast.expires_at, now, zone)}，到时没发出去的就不再发")
    return lines + (["回执：请每户收到回一声"] if broadcast.asks_back else [])


def preview(to: str, at: str, lines: Sequence[str], text: str) -> str:
    """To whom a notice goes and when, what there is to know, and its words."""
    return "\n".join([f"发到：{to}", f"时间：{at}", *lines, f"发出来是这样：\n\n{text}"])


def shown_back(broadcast: Broadcast, preview: str) -> str:
    """A draft, for its author to look at."""
    kind = "预警" if broadcast.warning else "通知"
    return (
        f"{broadcast.id} 号{kind}，还没发，请您确认。\n{preview}\n\n"
        f"没问题请回“确认 {broadcast.id}”，要改回“改通知 {broadcast.id} …”，不发了回“取消通知 {broadcast.id}”。24 小时不确认就作废。"
    )


def unknown_value(name: str, titles: Sequence[str]) -> str:
    """In a preview: what {值班人} is at these places is not known."""
    remedy = "先给那里排班" if name == ON_DUTY else "先给值班的人登记电话" if name == PHONE else "在通知里直接写出来"
    return f"⚠ {names(titles, MOST_NAMED)}没有“{name}”，照这样那里发不出去；请{remedy}，或者把“{{{name}}}”改掉"


def gathered(titles: Sequence[str], at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """In a preview: these groups have had enough notices today."""
    return f"⚠ {names(titles, MOST_NAMED)}今天的通知已经够多了，这条并到{moment_name(at, now, zone)}和别的一起发；急事请用“预警”"


def picture_missing(reasons: Sequence[str]) -> str:
    """Behind a draft, about pictures and files that could not be kept."""
    return "有图片或文件没收到：" + "；".join(dict.fromkeys(reasons))


def other_drafts(numbers: Sequence[int]) -> str:
    """Behind an answer, when its author has more drafts than the one it is about."""
    listed = "、".join(f"{number} 号" for number in numbers)
    return f"您另有{listed}还没确认，这次没动。要发请回“确认 {numbers[0]}”。"
