"""What the bot says where the community checks what is done."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.phrases.tickets import moment, title
from storage.tickets import Ticket


def line(ticket: Ticket, who: str | None, zone: ZoneInfo, *, unhappy: bool, must: bool) -> str:
    """One ticket that waits to be verified."""
    done = f"{who}办的" if who else "住户说好了"
    at = f"，{moment(ticket.done_at, zone)}办完" if ticket.done_at else ""
    rated = f"，评了 {ticket.rating} 星" if ticket.rating else ""
    mark = "！有人不满意，" if unhappy else "！这类要看过才算，" if must else ""
    return f"{mark}{title(ticket, rooms=True)} {done}{at}{rated}"


def listed(lines: Sequence[str], more: int, days: int) -> str:
    """What waits, to who may verify it."""
    rest = f"\n还有 {more} 张没列出来。" if more > 0 else ""
    how = f"看过了发“核验 12”，还没好发“核验不通过 12 哪里没好”。没标“！”的过 {days} 天没人说没好，就算核验过了。"
    return "\n".join(["待核验：", *lines]) + f"{rest}\n{how}"


def nothing() -> str:
    """When nothing waits."""
    return "没有待核验的工单。"


def also(count: int) -> str:
    """Below what is open, to who may verify."""
    return f"\n另有 {count} 张待核验，发“待核验”看。"


def verified(ticket: Ticket) -> str:
    """To who verified it."""
    return f"{ticket.number} 号核验过了，归档。"


def back_with(ticket: Ticket, who: str) -> str:
    """To who did not let it pass; who had it has it again."""
    return f"{ticket.number} 号没通过，退回给{who}接着办，报的人也告诉了。"


def called_again(ticket: Ticket) -> str:
    """The same where who did it cannot go on with it."""
    return f"{ticket.number} 号没通过，重新派出去了，报的人也告诉了。"


def not_done_yet(ticket: Ticket, reason: str) -> str:
    """To who had it and has it again."""
    why = f"：{reason}" if reason else ""
    return f"{title(ticket, rooms=True)}核验没通过{why}。单子回到您手上，麻烦再看一看；去不了发“退单 {ticket.number}”。"


def nobody_looked(ticket: Ticket) -> str:
    """To who had it and has it again, because somebody was not content and nobody has looked."""
    return f"{title(ticket, rooms=True)}有住户不满意，单子回到您手上，麻烦再看一看；去不了发“退单 {ticket.number}”。"


def goes_on(ticket: Ticket) -> str:
    """To those who reported it."""
    return f"{title(ticket)}还没办好，接着办，办好再告诉您。"


def your_own(ticket: Ticket) -> str:
    """To who did it himself."""
    return f"{ticket.number} 号是您自己办的，要别人来核验。请另一位社区管理员或网格员发“核验 {ticket.number}”。"


def not_yours_to_verify(ticket: Ticket) -> str:
    """To who is neither of the community nor of the grid there."""
    return f"{ticket.number} 号要那里的社区管理员或网格员来核验。您觉得没好，发“重办 {ticket.number}”。"


def not_done(ticket: Ticket) -> str:
    """When it is open still."""
    return f"{ticket.number} 号还没办好，办好了才核验。发“工单 {ticket.number}”可以查看进度。"


def bad_rating(ticket: Ticket, stars: int, days: int) -> str:
    """To the community: it has to look, or it goes back by itself."""
    return (
        f"{title(ticket, rooms=True)}得了 {stars} 星，请去看一看。好了发“核验 {ticket.number}”，"
        f"没好发“核验不通过 {ticket.number} 哪里没好”；过 {days} 天没人看，就退回去重办。"
    )


def late_bad_rating(ticket: Ticket, stars: int) -> str:
    """The same of what was verified before."""
    return f"{title(ticket, rooms=True)}核验过以后得了 {stars} 星，请回访。还没好就发“重办 {ticket.number}”。"


def to_verify(lines: Sequence[str]) -> str:
    """To who verifies, in the morning: what does not count as verified by itself."""
    return "\n".join(
        ["这几件办完了，要您去看过才算：", *lines, "看过了发“核验 12”，还没好发“核验不通过 12 哪里没好”。"]
    )


def by(who: str | None) -> str:
    """Behind the state of a verified ticket."""
    return f"{who}核验的" if who else "没人说没好，到期自动算核验过"
