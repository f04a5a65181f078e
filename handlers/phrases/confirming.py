"""What the bot says of notices that a group's owner has to confirm, and why a group did not get a notice."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from handlers.phrases.places import names
from handlers.rules import confirming as rules
from handlers.rules.broadcasts import EXPIRED, TOO_LATE, UNKNOWN_VALUE
from storage.broadcasts import Broadcast

#: What a message died of → what to do about it.
_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        EXPIRED: "过了有效的时间，没再发",
        UNKNOWN_VALUE: "通知里有一处写了大括号，那里没有这一项；补上以后回“补发”就行",
        TOO_LATE: "一直发不过去，过了时间就没再发，还要发请重新写一条",
        rules.QUOTA_USED: "这个群今天已经群发过一次，一天只能一次；急的请群主自己在群里发，不急的明天再写一条",
        rules.UNCONFIRMED: "群主一直没有点确认，已经作废；还要发请先跟群主说好，再重新写一条",
        rules.LEFT_OUT: "群主确认了，群里却没有收到，多半是这个月的群发次数用完了，请群主自己在群里发",
        rules.TOO_LONG: "太长了，一条最多 1300 字左右，请写短一点再发",
        rules.DISSOLVED: "这个群已经解散了",
        rules.WITHDRAWN: "已经取消",
    }
)


def failure(place: str, why: str | None, *, lost: bool) -> str:
    """Why a group did not get a notice; `why` is what its receipt says."""
    if known := _REASONS.get(why or ""):
        return f"{place}（{known}）"
    if lost:
        return f"{place}（我已经不在群里，请重新拉我进群并绑定）"
    return f"{place}（平台没收下，请自己到群里补一条）"


def must_be_confirmed(groups: int) -> str:
    """Behind the number of groups: some of them hear nothing before their owner has confirmed it."""
    return (
        f"（其中 {groups} 个是企业微信客户群，要群主在手机上点一下确认才发得出去，每个群一天只能发一次）"
        if groups
        else ""
    )


def left_out(titles: Sequence[str]) -> str:
    """Behind the number of groups of a warning: these cannot get it."""
    return (
        f"（{names(titles)}的客户群要等群主确认，预警等不得，没有算在内：请打电话，或让群主自己在群里说）"
        if titles
        else ""
    )


def no_warning_there(titles: Sequence[str]) -> str:
    """When a warning is for groups only in which somebody would have to confirm it first."""
    return (
        f"{names(titles)}只有客户群，要等群主点了确认才发得出去，预警等不得，没有收下。请打电话，或让群主自己在群里说。"
    )


def too_long(most: int) -> str:
    """When a notice is longer than a group takes. A Chinese character has three bytes."""
    return f"客户群一条最多 {most // 3} 字左右，连落款在内，这条太长了，没有收下。请写短一点，或者分两天发。"


def whom(waiting: Sequence[tuple[str, int]]) -> str:
    """“等李华（2 个群）、王芳（1 个群）确认”."""
    return f"等{'、'.join(f'{name}（{groups} 个群）' for name, groups in waiting)}确认"


def waiting(broadcast: Broadcast, waiting: Sequence[tuple[str, int]], got: int) -> str:
    """To the author, once a round, when everything else is done."""
    done = f"{got} 个群已经收到，" if got else ""
    return (
        f"{broadcast.id} 号通知{done}还在等群主确认：{whom(waiting)}。请跟他们说一声：打开企业微信，在“群发助手”里点“发送”。"
        f"我会提醒他们，最多三次；过了 23 小时还没点就作废。不发了回“取消通知 {broadcast.id}”。"
    )


def overtaken(broadcast: Broadcast, titles: Sequence[str]) -> str:
    """When a notice was cancelled after its owner had confirmed it."""
    return f"{broadcast.id} 号取消得晚了一步：{names(titles)}的群主已经点了发送，收不回来了。需要的话请群主在群里更正。"
