"""What is said when one turn of duty ends and the next begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from handlers.phrases.duty import clock
from handlers.phrases.tickets import title
from storage.tickets import Ticket
from storage.types import Urgency

LISTED: Final = 8


@dataclass(frozen=True, slots=True)
class OpenNow:
    """How many tickets wait for somebody, and those that are open, with who has them, for who may read them."""

    waiting: int
    tickets: Sequence[tuple[Ticket, str | None]] = ()


def your_turn_begins(places: Iterable[str], until: datetime | None, today: date, now: OpenNow) -> str:
    """To who comes on duty; `until` is local."""
    ends = f"，到{clock(until, today)}" if until else ""
    text = f"您的班开始了：{'、'.join(places)}{ends}。"
    if not now.tickets:
        return text + (f"现在有 {now.waiting} 件等人接单，发“待办”看。" if now.waiting else "现在没有等人接单的。")
    more = len(now.tickets) - LISTED
    lines = [_line(ticket, who) for ticket, who in now.tickets[:LISTED]]
    tail = [f"还有 {more} 件，发“待办”看。"] if more > 0 else []
    head = f"手上还开着的 {len(now.tickets)} 件" + (
        f"，{now.waiting} 件等人接单：" if now.waiting else "，都有人在办："
    )
    return "\n".join([text + head, *lines, *tail])


def turn_begins_in_group(name: str, place: str) -> str:
    """The same in a group, for who cannot be written to alone."""
    return f"{name}，{place}的班从现在起是您的，辛苦了。"


def _line(ticket: Ticket, who: str | None) -> str:
    urgent = "！" if ticket.urgency in (Urgency.EMERGENCY, Urgency.URGENT) else ""
    return f"{urgent}{title(ticket, rooms=True)} {f'{who}在办' if who else '等人接单'}"
