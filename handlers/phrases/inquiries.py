"""Tickets as they are listed and told to who asks for them."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.phrases import STATUS_NAMES
from handlers.phrases.tickets import moment, title
from storage.tickets import Ticket
from storage.types import TicketStatus, Urgency


def line(ticket: Ticket, zone: ZoneInfo, *, rooms: bool) -> str:
    """One ticket in a list."""
    urgent = "！" if ticket.urgency in (Urgency.EMERGENCY, Urgency.URGENT) and ticket.closed_at is None else ""
    status = "转到外面部门了，在盯着" if ticket.outside_since else STATUS_NAMES[ticket.status]
    return f"{urgent}{title(ticket, rooms=rooms)} {status} {moment(ticket.opened_at, zone)}"


def listed(lines: Sequence[str], more: int) -> str:
    """A list of tickets."""
    return "\n".join(lines) + (f"\n还有 {more} 张没列出来。" if more > 0 else "")


def nothing_waiting() -> str:
    """To 待办."""
    return "没有待办的工单，歇口气吧。"


def nothing_of_yours() -> str:
    """To 我的工单."""
    return "您还没有报过事。有事直接说：在哪里、出了什么事。"


def told(
    ticket: Ticket, zone: ZoneInfo, *, who: str | None, followers: int, rooms: bool, pictures: int, checked: str
) -> str:
    """One ticket, told to who asks.

    Args:
        checked: Who verified it, in words; empty where it is not verified.
    """
    parts = [f"{title(ticket, rooms=rooms)}：{STATUS_NAMES[ticket.status]}。{moment(ticket.opened_at, zone)}报的"]
    if followers > 1:
        parts.append(f"{followers} 户有这情况")
    if who and ticket.status not in (TicketStatus.REPORTED, TicketStatus.DISPATCHED):
        parts.append(f"{who}在办" if ticket.closed_at is None else f"{who}办的")
    if pictures:
        parts.append(f"{pictures} 张照片")
    if ticket.rating:
        parts.append(f"评价 {ticket.rating} 星")
    if ticket.status in (TicketStatus.DONE, TicketStatus.RATED):
        parts.append("社区还没核验")
    if checked:
        parts.append(checked)
    return "，".join(parts) + "。"
