"""What the bot says where those who reported a ticket rate it."""

from handlers.phrases.tickets import title
from storage.tickets import Ticket


def please_rate(ticket: Ticket) -> str:
    """To each who reported it, alone."""
    return f"{title(ticket, rooms=True)}说是办好了。您满意吗？回一下就行；没好就选“没好”。"


def rated(ticket: Ticket, stars: int) -> str:
    """To who rated."""
    if stars >= 4:
        return f"谢谢！{ticket.number} 号的评价记下了。"
    if stars == 3:
        return f"记下了。{ticket.number} 号哪里还能更好，直接告诉我就行。"
    return f"对不住，{ticket.number} 号没让您满意，已经报给社区。还没解决的话发“重办 {ticket.number}”。"
