"""What is said of tickets by themselves: to who has one and is silent, of what will soon be late, and of what is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases.tickets import moment, title
from storage.steps import StepKind
from storage.tickets import Ticket

MOST: Final = 8  #: tickets named in one message


def nudge(ticket: Ticket) -> str:
    """To who accepted it and has said nothing since."""
    return (
        f"{title(ticket, rooms=True)}是您接的，办得怎么样了？说一声“进展 {ticket.number} …”，我转告住户。"
        f"抽不开身也没关系，回“退单 {ticket.number}”，我另找人。"
    )


def given_to_others(ticket: Ticket) -> str:
    """To the same, when it has been called out again."""
    return f"{ticket.number} 号一直没听到您的消息，先请别人去办了。您还在办的话，回“接单 {ticket.number}”就行。"


def still_silent(ticket: Ticket, who: str | None) -> str:
    """To the community, when neither a nudge nor others have helped."""
    why = f"{who}接了单，问过也没有回音" if who else "接单的没有回音，另外叫人也还没人接"
    return f"{title(ticket, rooms=True)}：{why}，请社区过问一下。要换人发“转单 {ticket.number} 姓名”。"


def nearly_late(ticket: Ticket, by: datetime, zone: ZoneInfo, *, holder: bool) -> str:
    """To who has it, or else to those who were called."""
    todo = "办好回“办结”，一时办不完发句“进展”" if holder else f"能去请回“接单 {ticket.number}”"
    return f"提醒一下：{title(ticket, rooms=True)}要在 {moment(by, zone)} 前办好，{todo}。"


def late(ticket: Ticket, by: datetime, zone: ZoneInfo, who: str | None) -> str:
    """To the community, once."""
    state = f"{who}在办" if who else "还没人接"
    return f"{title(ticket, rooms=True)}过了时限（{moment(by, zone)}），{state}，请社区过问一下。"


def late_still(ticket: Ticket, who: str | None) -> str:
    """To the community, once a week."""
    return f"{title(ticket, rooms=True)}还没办完，{f'{who}在办' if who else '也没人接'}，别忘了它。"


def to_supervisor(ticket: Ticket) -> str:
    """To whoever supervises the place, when the last step of the ladder is called."""
    return f"报告：{title(ticket, rooms=True)}从楼栋叫到社区都没人接，现在到了最后一级，请您过问。"


def no_answer(ticket: Ticket) -> str:
    """To who asked the reporter something."""
    return f"{ticket.number} 号，住户还没有回答您的问题，时限接着算了。要不上门问问？他什么时候回了，我还会转给您。"


_SUMMED: Final[Mapping[str, str]] = {
    "waiting": "等人接单的",
    "silent": "您接了还没说办得怎样的",
    "nearly": "快到时限的",
    "late": "过了时限、要社区过问的",
}
_SORTS: Final[Mapping[StepKind, str]] = {
    StepKind.NUDGE: "silent",
    StepKind.RESUME: "silent",
    StepKind.WARN_LATE: "nearly",
    StepKind.LATE: "late",
    StepKind.COORDINATOR: "late",
    StepKind.REMIND: "late",
    StepKind.CHASE: "late",
}


def summed_up(found: Mapping[Ticket, StepKind]) -> str:
    """Everything at once, to one person."""
    sorts: dict[str, list[Ticket]] = {}
    for ticket, step in found.items():
        sorts.setdefault(_SORTS.get(step, "waiting"), []).append(ticket)
    lines = [
        f"{words} {len(sorts[sort])} 件：{_names(sorts[sort])}" for sort, words in _SUMMED.items() if sort in sorts
    ]
    return "\n".join([f"有 {len(found)} 件事要您看一下，合在一起说：", *lines, "发“待办”看全部。"])


def summed_up_in_group(found: Sequence[Ticket], names: Sequence[str]) -> str:
    """The same to those who can only be called in a group."""
    numbers = "、".join(str(ticket.number) for ticket in found[:MOST])
    return f"{'、'.join(names)}：还有 {len(found)} 件事没人接（{numbers} 号），发“待办”看一看，能去的请接单。".lstrip(
        "："
    )


def wound(numbers: Sequence[int]) -> str:
    """To the community: tickets whose next step had been lost, or was long overdue."""
    return f"有 {len(numbers)} 张工单的钟停过（{'、'.join(map(str, numbers[:MOST]))} 号），已经接上，照常往下走。"


def _names(tickets: Sequence[Ticket]) -> str:
    more = f"……共 {len(tickets)} 件" if len(tickets) > MOST else ""
    return "、".join(title(ticket, rooms=True) for ticket in tickets[:MOST]) + more
