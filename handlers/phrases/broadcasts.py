"""What the bot says about notices, and how a notice is signed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases import ROLE_NAMES
from handlers.phrases.places import names
from handlers.phrases.times import date_name, moment_name, repeat_name
from handlers.rules.broadcasts import Repeat
from handlers.rules.templates import ON_DUTY, PHONE
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus, Role

MOST_NAMED: Final = 10  #: groups named one by one
STATES: Final = {
    BroadcastStatus.DRAFT: "等确认",
    BroadcastStatus.APPROVING: "等第二个人审",
    BroadcastStatus.SCHEDULED: "定好了",
    BroadcastStatus.SENDING: "正在发",
    BroadcastStatus.SENT: "发完了",
    BroadcastStatus.CANCELLED: "取消了",
}


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
        return f"{repeat_name(Repeat.of(broadcast.repeat))}，第一次是{first}"
    return "您确认后马上" if broadcast.at_once and not postponed else first


def beside(broadcast: Broadcast, now: datetime, zone: ZoneInfo) -> list[str]:
    """Lines of a preview about what there is beside the words."""
    lines = [f"图片：{len(broadcast.pictures)} 张"] if broadcast.pictures else []
    lines += [f"文件：{len(broadcast.files)} 个"] if broadcast.files else []
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


def expires_in_the_past() -> str:
    """When a notice is of use until a time that has gone by."""
    return "有效的时间已经过了，这条没有收下。请换一个以后的时间，比如“有效到 明天18:00”。"


def no_exclusion() -> str:
    """When 除了 names no place."""
    return "没看出来除了哪里，这条没有收下。请这样写：“通知 全体除了5栋：内容”。"


def no_people(whom: str) -> str:
    """When nobody who holds the office can be written to alone."""
    return f"{whom}里还没有我能单独发消息的人，发不出去。请叫他们先加我、发一句话，再重新发。"


def expired(broadcast: Broadcast, planned: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When a notice was not out before it was of no use any more."""
    return (
        f"{broadcast.id} 号通知原定{moment_name(planned, now, zone)}发，没赶上，已经过了有效的时间，没有发出去，也不会再发。"
        "还要说的话，请重新写一条。"
    )


def picture_missing(reasons: Sequence[str]) -> str:
    """Behind a draft, about pictures that could not be kept."""
    return "有图片没收到：" + "；".join(dict.fromkeys(reasons))


def other_drafts(numbers: Sequence[int]) -> str:
    """Behind an answer, when its author has more drafts than the one it is about."""
    listed = "、".join(f"{number} 号" for number in numbers)
    return f"您另有{listed}还没确认，这次没动。要发请回“确认 {numbers[0]}”。"


def scheduled(broadcast: Broadcast, at: str) -> str:
    """After 确认, when it goes later."""
    return f"{broadcast.id} 号定好了：{at}。改主意了请发“取消通知 {broadcast.id}”。"


def started(broadcast: Broadcast, groups: int, more: str = "", *, people: int = 0) -> str:
    """After 确认, when it goes at once."""
    parts = ([f"{groups} 个群"] if groups or not people else []) + ([f"{people} 个人"] if people else [])
    return f"{broadcast.id} 号这就发，共 {'、'.join(parts)}{more}，发完告诉您。"


def confirmed_already(broadcast: Broadcast) -> str:
    """When a notice is confirmed twice."""
    return f"{broadcast.id} 号已经{STATES[broadcast.status]}，不用再确认。发“通知列表”可以看。"


def cancelled_already(broadcast: Broadcast) -> str:
    """When a notice is confirmed or cancelled that was cancelled before."""
    return f"{broadcast.id} 号已经取消了。要发请重新写一条“通知 …”。"


def lapsed(broadcast: Broadcast) -> str:
    """When nobody confirmed a draft in time."""
    return f"{broadcast.id} 号通知一直没有确认，已经作废，没有发出去。还要发请重新写一条“通知 …”。"


def time_went_by(broadcast: Broadcast, planned: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When it is too late for a notice to go without asking."""
    return (
        f"{broadcast.id} 号通知原定{moment_name(planned, now, zone)}发，时间已经过了，还没发。"
        f"现在还要发请回“确认 {broadcast.id}”，不发了回“取消通知 {broadcast.id}”。"
    )


def round_missed(broadcast: Broadcast, planned: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When a repeated notice missed one of its times by far."""
    return (
        f"{broadcast.id} 号通知{moment_name(planned, now, zone)}那次没赶上，没有发。"
        f"下一次是{moment_name(broadcast.due_at, now, zone)}。"
    )


def nothing_to_confirm() -> str:
    """When there is no draft."""
    return "没有等您确认的通知。发“通知列表”看已经定好的，要发新的请写“通知 3栋：…”。"


def not_your_notice(broadcast: Broadcast) -> str:
    """When somebody confirms what another one wrote."""
    return f"{broadcast.id} 号不是您写的，要写的人自己确认。您要发，请自己写一条“通知 …”。"


def no_such_notice(number: int) -> str:
    """When the number leads nowhere."""
    return f"没有 {number} 号通知。发“通知列表”看有哪些。"


def cancelled(broadcast: Broadcast, *, stopped: int, out: int) -> str:
    """After 取消通知. `out`: how many groups had it already, or may have."""
    if not out:
        return f"{broadcast.id} 号取消了，不会再发。"
    rest = f"还没发的 {stopped} 个群不发了，" if stopped else ""
    return f"{broadcast.id} 号取消了。{rest}已经发出去的 {out} 个群收不回来，需要的话请再发一条更正。"


def too_late_to_cancel(broadcast: Broadcast) -> str:
    """When a notice is out."""
    return f"{broadcast.id} 号已经发完了，收不回来。需要的话请再发一条更正。"


def not_your_place(places: Sequence[str]) -> str:
    """When an admin writes to places of others."""
    return f"{names(places)}不归您管，这条没有收下。请只写您管的地方，或请那里的管理员来发。"


def no_audience() -> str:
    """When the head of a notice names no place."""
    return "没看出来发给谁，这条没有收下。请这样写：“通知 3栋、4栋：内容”，全社区就写“全体”。"


def no_words() -> str:
    """When a notice has neither words nor pictures."""
    return "通知还没有内容。请在冒号后面写上，比如“通知 明天上午9点 3栋：明天停水，请提前接水”。"


def time_is_past() -> str:
    """When a notice is to go out before now."""
    return "这个时间已经过了，这条没有收下。请换一个以后的时间；要马上发就不写时间。"


def too_long(length: int, most: int) -> str:
    """When a notice has too many characters."""
    return f"一条通知最多 {most} 字，这条有 {length} 字，没有收下。请写短一点，或分两条发。"


def no_groups(places: Sequence[str], *, left_out: bool = False) -> str:
    """When no group belongs to any of the places."""
    if left_out:
        return f"{names(places)}除掉您说的那些，一个群也不剩了，这条没有收下。请看看除了的是不是写多了。"
    return f"{names(places)}还没有我在的群，发不出去。请先把我拉进群，在群里发绑定码绑定楼栋。"


def row(broadcast: Broadcast, titles: Sequence[str], now: datetime, zone: ZoneInfo, more: str = "") -> str:
    """One notice in a list; `more` is whom it waits for."""
    at = "确认后马上" if broadcast.at_once else moment_name(broadcast.due_at, now, zone)
    if broadcast.repeat is not None:
        at = f"{repeat_name(Repeat.of(broadcast.repeat))}，下次{at}"
    state = "停着" if broadcast.paused else STATES[broadcast.status]
    return f"{broadcast.id} 号（{more or state}）{at}，发到{names(titles)}：{gist(broadcast)}"


def nothing_ahead() -> str:
    """When no notice waits."""
    return "没有排着的通知。要发请写“通知 明天上午9点 3栋：…”，发出前会先给您看。"


def finished(broadcast: Broadcast, sent: int, failed: Sequence[str], unsure: Sequence[str]) -> str:
    """What became of a round, to its author."""
    if not sent and not failed and not unsure:
        return f"{broadcast.id} 号通知没有发出去：现在一个群也没有了。请先把我拉进群，再重新发。"
    text = f"{broadcast.id} 号通知发完了：{sent} 个群收到"
    if failed:
        more = f"；等 {len(failed)} 个" if len(failed) > MOST_NAMED else ""
        text += f"，{len(failed)} 个群没发成：{'；'.join(failed[:MOST_NAMED])}{more}"
    if unsure:
        text += f"。{len(unsure)} 个群说不准发没发出去：{names(unsure, MOST_NAMED)}，请到群里看一眼，没有就自己补一条"
    return f"{text}。"
