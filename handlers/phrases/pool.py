"""What waits for whoever has time for it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.phrases.tickets import moment, title
from storage.tickets import Ticket


def line(ticket: Ticket, needed: Sequence[str], zone: ZoneInfo, *, rooms: bool) -> str:
    """One ticket that may be claimed; `needed`: any one of these skills is enough."""
    skill = f"，最好会{'或'.join(needed)}" if needed else ""
    return f"{title(ticket, rooms=rooms)} {moment(ticket.opened_at, zone)}报的{skill}"


def listed(lines: Sequence[str], more: int) -> str:
    """All that may be claimed, the nearest first."""
    if not lines:
        return "需求清单现在是空的，没有等人认领的事。别的没人接的单发“待办”看。"
    rest = [f"还有 {more} 张没列出来。"] if more > 0 else []
    return "\n".join(["等人认领：", *lines, *rest, "有空去哪张，发“认领”加编号。"])


def pooled_in_group(ticket: Ticket) -> str:
    """After a ticket was put into the pool, to its group."""
    return (
        f"记下了，{title(ticket)}，放进需求清单了。有空的红管家发“认领 {ticket.number}”；"
        "到时候没人认领，我再往上叫人。有同样情况的邻居说声“我家也是”就行。"
    )
