"""What is said when whoever has a ticket asks its reporter something."""

from datetime import timedelta

from handlers.phrases.limits import duration
from handlers.phrases.tickets import title
from storage.tickets import Ticket


def question(ticket: Ticket, who: str, text: str) -> str:
    """To the reporter, alone."""
    return f"您报的 {title(ticket, rooms=True)}，{who}想问您：{text[:300]}\n直接回我就行，我转给他。"


def asked(ticket: Ticket, wait: timedelta) -> str:
    """To who asked."""
    return f"{ticket.number} 号的问题转给住户了。等回答的时间不算时限，最多等{duration(wait)}；他一回我就告诉您。"


def answer(ticket: Ticket, text: str, pictures: int) -> str:
    """To who asked, and to who has the ticket now."""
    shown = f"（{pictures} 张照片）" if pictures else ""
    return f"{title(ticket, rooms=True)}，住户回答：{text[:500]}{shown}"


def passed_on(ticket: Ticket) -> str:
    """To the reporter."""
    return f"转给办 {ticket.number} 号的人了，谢谢！"


def nobody_to_ask(ticket: Ticket) -> str:
    """When there is no reporter any more, or it is the worker himself."""
    return f"{ticket.number} 号没有别的住户可问。有新情况发“进展 {ticket.number} …”。"


def cannot_reach(ticket: Ticket) -> str:
    """When the reporter has never written to the bot alone."""
    return f"{ticket.number} 号的住户没有私聊过我，我问不到他。请打电话或者上门问问。"
