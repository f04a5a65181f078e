"""What is said when two tickets become one, or one becomes two. In a group no rooms, and nobody but staff is named."""

from handlers.phrases.tickets import title
from storage.tickets import Ticket


def merged(ticket: Ticket, into: Ticket) -> str:
    """To who merged them."""
    return f"{ticket.number} 号并到 {title(into)}里了，报过的人都算在一起，办好一起通知。"


def yours_is_with(ticket: Ticket, into: Ticket) -> str:
    """To those who reported or joined the one that is closed."""
    return f"您报的 {ticket.number} 号和 {title(into)}是同一件事，合在一起办，有进展照样告诉您。"


def go_for(ticket: Ticket, into: Ticket) -> str:
    """To those who were called about the one that is closed."""
    text = f"{ticket.number} 号并到 {title(into, rooms=True)}了，不用单独去。"
    return text if into.assignee_id is not None else f"{text}能去的请回“接单 {into.number}”。"


def your_part_is_in(ticket: Ticket, into: Ticket) -> str:
    """To those who settled the one that is closed together, or come to help with it."""
    return f"您一起办的 {ticket.number} 号和 {title(into)}是同一件事，并在一起了，照旧算您一个，往后说“{into.number}”。"


def holds_more(ticket: Ticket, into: Ticket) -> str:
    """To those who are at work on the other."""
    return f"{ticket.number} 号并进您手上的 {title(into, rooms=True)}了，是同一件事，一起办。发“工单 {into.number}”看全部。"


def is_outside(ticket: Ticket, into: Ticket, department: str) -> str:
    """Below, where the one that is closed was with a department."""
    return f"{ticket.number} 号原来在{department}那里，还要他们办就发“移交 {into.number} {department}”。"


def into_itself(ticket: Ticket) -> str:
    """When both are the same."""
    return f"{ticket.number} 号没法并到自己里。请写另一张的编号，比如“并入 12 8”。"


def into_closed(into: Ticket) -> str:
    """When the other is over."""
    return f"{into.number} 号已经了结，并不进去了。"


def is_private(ticket: Ticket) -> str:
    """When what is private would become known by it."""
    return f"{ticket.number} 号群里不提，不能和群里说的事并在一起。"


def the_other_way_round(ticket: Ticket, into: Ticket) -> str:
    """When what a group knows of would disappear into what was reported alone."""
    return f"{into.number} 号是私下报的，群里不提。请反过来并：“并入 {into.number} {ticket.number}”。"


def split(ticket: Ticket, new: Ticket) -> str:
    """To who had it split off."""
    return f"拆开了：从 {ticket.number} 号里分出来，单独登记为 {new.number} 号。"


def yours_is_own(ticket: Ticket, new: Ticket) -> str:
    """To whose message it is, alone."""
    return f"您说的事从 {ticket.number} 号里分出来了，单独登记为 {title(new)}，另外叫人办。"


def own_ticket(ticket: Ticket, new: Ticket) -> str:
    """To who says in a group or alone that his is another."""
    return f"明白了，不算在 {ticket.number} 号里，您家的单独登记为 {new.number} 号。"


def opens_it(ticket: Ticket) -> str:
    """When the quoted message is the one that opened the ticket."""
    return f"那句就是 {ticket.number} 号的第一句，没什么可拆的。不该登记就发“不是工单 {ticket.number}”。"


def nothing_joined(ticket: Ticket) -> str:
    """When nothing was added to the ticket."""
    return f"{ticket.number} 号里只有第一句，没什么可拆的。"


def quote_which(ticket: Ticket) -> str:
    """When several messages can be meant."""
    return f"{ticket.number} 号里补充过好几句，请引用要拆的那句，再发“拆开”。"


def said_it_is_done(ticket: Ticket) -> str:
    """When the quoted message is the one that closed the ticket."""
    return f"那句是说 {ticket.number} 号已经好了，拆不出来。没好的话发“重办 {ticket.number}”。"


def not_in_any(number: int | None = None) -> str:
    """When the quoted message belongs to no ticket."""
    return "那句话没有算在哪张工单里。要登记就引用它发“这是工单”。" if number is None else f"那句话不在 {number} 号里。"


def reported_by_you(ticket: Ticket) -> str:
    """To who would split off his own ticket from itself."""
    return f"{ticket.number} 号本来就是您报的。还有别的事，直接说在哪里、出了什么事。"
