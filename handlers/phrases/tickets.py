"""What the bot says about tickets. In a group a place is at most building and unit, and nobody but staff is named."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from handlers.phrases import CATEGORY_NAMES
from handlers.phrases.times import clock_name
from handlers.understanding.place import spot_name
from handlers.understanding.types import Spot
from storage.tickets import Ticket


def where(ticket: Ticket, *, rooms: bool) -> str:
    """“2单元”, or with rooms “2单元12楼1203”; empty where nothing is known."""
    return spot_name(Spot(ticket.building, ticket.unit, ticket.floor, ticket.room), rooms=rooms)


def title(ticket: Ticket, *, rooms: bool = False) -> str:
    """“12 号（3栋2单元电梯）”."""
    return f"{ticket.number} 号（{where(ticket, rooms=rooms)}{CATEGORY_NAMES[ticket.category]}）"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """“5月11日 09:20”."""
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def opened_in_group(
    ticket: Ticket, called: Sequence[str], to_call: Sequence[str], morning: time | None, *, by_worker: bool
) -> str:
    """After a ticket was opened from what was said in the group.

    Args:
        to_call: Who has to read it here.
        morning: When `called` hear of it, where that waits for the end of the night.
    """
    text = f"记下了，{title(ticket)}。"
    if called:
        text += f"{_called(['值班的' + called[0], *called[1:]], morning)}。"
    if to_call:
        text += f"{'、'.join(to_call)}请看一下，能去就回“接单 {ticket.number}”。"
    if by_worker:
        return text + f"谁去办请回“接单 {ticket.number}”。" if not called and not to_call else text
    if not called and not to_call:
        text += "这会儿没人值班，已经报给社区。"
    return text + "有同样情况的邻居说声“我家也是”就行。"


def opened_alone(ticket: Ticket, called: Sequence[str], morning: time | None, *, pooled: bool = False) -> str:
    """The same, to who reported it alone."""
    return (
        f"记下了，{title(ticket, rooms=True)}。{_whom(called, morning, pooled=pooled)}，有进展我告诉您，群里不会提。"
        f"想看进度发“工单 {ticket.number}”，说错了发“撤销 {ticket.number}”。"
    )


def _whom(called: Sequence[str], morning: time | None, *, pooled: bool) -> str:
    if called:
        return _called(called, morning)
    return "已经放进需求清单等人认领" if pooled else "已经报给社区"


def _called(names: Sequence[str], morning: time | None) -> str:
    whom = "、".join(names)
    return f"夜里先不吵人，{clock_name(morning)}就叫{whom}" if morning else f"已经叫了{whom}"


def kept_private(ticket: Ticket, called: Sequence[str], morning: time | None, *, pooled: bool = False) -> str:
    """To who said in a group what is never repeated there."""
    whom = _whom(called, morning, pooled=pooled)
    return f"您刚才说的事我单独记下了（{ticket.number} 号），{whom}。群里不会再提，有进展我私下告诉您。"


def emergency_in_group(ticket: Ticket, advice: str, called: Sequence[str]) -> str:
    """The advice, first of all; then who was called."""
    whom = f"已经在叫{'、'.join(called)}" if called else "已经报给社区"
    return f"{advice}\n这件事记为 {title(ticket)}，{whom}。"


def accepted(ticket: Ticket, by: str) -> str:
    """To everybody concerned."""
    return f"{title(ticket)}，{by}接单了，这就去办。"


def you_accepted(ticket: Ticket, reporter: str) -> str:
    """To who accepted."""
    return f"{title(ticket, rooms=True)}归您了，报的人是{reporter}。有进展发“进展 {ticket.number} …”。"


def somebody_has_it(ticket: Ticket, who: str) -> str:
    """To who came second."""
    return f"{ticket.number} 号{who}已经接了，这次不用您跑。发“待办”看还有哪些没人接。"


def progress(ticket: Ticket, text: str) -> str:
    """To those who reported it."""
    return f"{title(ticket)}有进展：{text[:200]}" if text else f"{title(ticket)}正在办。"


def detail_noted(ticket: Ticket) -> str:
    """To who said more about it, alone."""
    return f"补充到 {ticket.number} 号了。"


def joined(ticket: Ticket) -> str:
    """To who has the same problem and says so alone."""
    return f"这事已经有人报了，是 {ticket.number} 号，您家也记上了，办好告诉您。"


def progress_noted(ticket: Ticket) -> str:
    """To who reported progress."""
    return f"{ticket.number} 号的进展记下了。"


def done(ticket: Ticket, by: str | None, *, rate_here: bool) -> str:
    """To everybody concerned."""
    text = f"{title(ticket)}办好了{f'，{by}办的' if by else ''}。没好的话回“重办 {ticket.number}”。"
    return text + (f"报过的邻居请回“评价 {ticket.number} 满意”或“不满意”。" if rate_here else "")


def done_noted(ticket: Ticket) -> str:
    """To who finished it."""
    return f"{ticket.number} 号办结了，辛苦！"


def reopened(ticket: Ticket, *, rooms: bool) -> str:
    """To who asked for it."""
    return f"{title(ticket, rooms=rooms)}重新派出去了，有进展我告诉您。"


def urged(ticket: Ticket, who: str) -> str:
    """To who urges."""
    return f"{ticket.number} 号已经催了{who}。" if who else f"{ticket.number} 号已经再叫了一遍值班的人。"


def cancelled(ticket: Ticket) -> str:
    """To who withdrew it."""
    return f"{ticket.number} 号撤销了。"


def how_to() -> str:
    """To who greets the bot or says what it cannot use."""
    return "您好，我是红管家。要报修、反映问题，直接说在哪里、出了什么事；看进度发“我的工单”；别的发“帮助”。"


def cannot_answer() -> str:
    """To a question."""
    return "这个我答不上来，问问邻居或社区。要是有东西坏了、有事要人办，直接说在哪里、出了什么事，我来叫人。"


def left(ticket: Ticket) -> str:
    """To who withdraws what neighbours have as well."""
    return f"您这边撤了。{ticket.number} 号还有别的邻居也有这情况，单子留着接着办。"
