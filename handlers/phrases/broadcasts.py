"""What the bot says about notices, and how a notice is signed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases.places import names
from handlers.phrases.previews import MOST_NAMED, gist
from handlers.phrases.repeats import repeat_name
from handlers.phrases.times import moment_name
from handlers.rules.repeats import Repeat
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus

STATES: Final = {
    BroadcastStatus.DRAFT: "等确认",
    BroadcastStatus.APPROVING: "等第二个人审",
    BroadcastStatus.SCHEDULED: "定好了",
    BroadcastStatus.SENDING: "正在发",
    BroadcastStatus.SENT: "发完了",
    BroadcastStatus.CANCELLED: "取消了",
}


def expired(broadcast: Broadcast, planned: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When a notice was not out before it was of no use any more."""
    return (
        f"{broadcast.id} 号通知原定{moment_name(planned, now, zone)}发，没赶上，已经过了有效的时间，没有发出去，也不会再发。"
        "还要说的话，请重新写一条。"
    )


def scheduled(broadcast: Broadcast, at: str) -> str:
    """After 确认, when it goes later."""
    return f"{broadcast.id} 号定好了：{at}。改主意了请发“取消通知 {broadcast.id}”。"


def started(broadcast: Broadcast, groups: int, more: str = "", *, people: int = 0, later: str = "") -> str:
    """After 确认, when it goes at once."""
    parts = ([f"{groups} 个群"] if groups or not people else []) + ([f"{people} 个人"] if people else [])
    return f"{broadcast.id} 号这就发，共 {'、'.join(parts)}{more}，发完告诉您。{later}"


def of_no_use(broadcast: Broadcast) -> str:
    """When a notice is confirmed after it was of use."""
    return f"{broadcast.id} 号已经过了有效的时间，不发了。还要说的话，请重新写一条。"


def some_later(groups: int, at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Behind the number of groups: these have had enough notices today."""
    return f"其中 {groups} 个群今天的通知够多了，{moment_name(at, now, zone)}和别的一起发。"


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


def row(broadcast: Broadcast, to: str, now: datetime, zone: ZoneInfo, more: str = "") -> str:
    """One notice in a list; `more` is whom it waits for."""
    at = "确认后马上" if broadcast.at_once else moment_name(broadcast.due_at, now, zone)
    if broadcast.doubt is not None:
        at = "时间还没定"
    elif broadcast.repeat is not None:
        at = f"{repeat_name(Repeat.of(broadcast.repeat))}，下次{at}"
    state = "停着" if broadcast.paused else STATES[broadcast.status]
    return f"{broadcast.id} 号（{more or state}）{at}，发到{to}：{gist(broadcast)}"


def nothing_ahead() -> str:
    """When no notice waits."""
    return "没有排着的通知。要发请写“通知 明天上午9点 3栋：…”，发出前会先给您看。"


def _unit(broadcast: Broadcast) -> str:
    return "个人" if not broadcast.audience else "处" if broadcast.roles else "个群"


def finished(broadcast: Broadcast, sent: int, failed: Sequence[str], unsure: Sequence[str]) -> str:
    """What became of a round, to its author."""
    if not sent and not failed and not unsure:
        return f"{broadcast.id} 号通知没有发出去：现在一个群也没有了。请先把我拉进群，再重新发。"
    text = f"{broadcast.id} 号通知发完了：{sent} {_unit(broadcast)}收到"
    if failed:
        more = f"；等 {len(failed)} 个" if len(failed) > MOST_NAMED else ""
        text += f"，{len(failed)} {_unit(broadcast)}没发成：{'；'.join(failed[:MOST_NAMED])}{more}"
    if unsure:
        text += f"。{len(unsure)} {_unit(broadcast)}说不准发没发出去：{names(unsure, MOST_NAMED)}，请到群里看一眼，没有就自己补一条"
    return f"{text}。"
