"""What workers are told of tickets: alone with all that they need, in a group with no more than the others may read."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases import URGENCY_NAMES
from handlers.phrases.tickets import moment, title
from storage.tickets import Ticket
from storage.types import Urgency

WITHIN: Final = {
    Urgency.EMERGENCY: "马上",
    Urgency.URGENT: "尽快",
    Urgency.NORMAL: "今天内",
    Urgency.LOW: "这几天",
}


def by_worker(text: str) -> str:
    """What a worker said about it: why he gave it back, or how far it is."""
    return f"（经办的人说：{text}）"


def by_another(text: str) -> str:
    """What somebody else said about it: who is called must not take it for the reporter's own words."""
    return f"（另一位邻居说：{text}）"


def call(ticket: Ticket, words: str, reporter: str, zone: ZoneInfo) -> str:
    """To somebody on duty, alone."""
    head = f"【{URGENCY_NAMES[ticket.urgency]}】{title(ticket, rooms=True)}"
    said = f"\n{reporter}说：“{words[:200]}”" if words else f"\n{reporter}报的，没有文字。"
    return f"{head}{said}\n{moment(ticket.opened_at, zone)}报的，请{WITHIN[ticket.urgency]}接单。"


def keys(held: str) -> str:
    """Below a call in an emergency: who has which key of the building."""
    return f"\n钥匙：{held}。"


def bring_the_key(ticket: Ticket, opens: Sequence[str]) -> str:
    """To who has a key and is not on duty; no room and no name, for he may be anybody."""
    return f"【紧急】{title(ticket)}。您有{'、'.join(opens)}的钥匙，请马上过去开门；去不了请托人把钥匙送到。"


def climbed(ticket: Ticket) -> str:
    """In front of a call that comes up the ladder."""
    return f"前面的人还没接，转到您这里：{title(ticket, rooms=True)}"


def call_again(ticket: Ticket) -> str:
    """An emergency nobody has accepted yet."""
    return f"还没人接：{title(ticket, rooms=True)}，紧急！能去请马上接单。"


def still_open(ticket: Ticket) -> str:
    """What can wait and was offered to each of them in vain."""
    return f"{title(ticket, rooms=True)}还没人接，这会儿能去吗？去不了也回一声，我好另找人。"


def call_again_in_group(ticket: Ticket, names: Sequence[str]) -> str:
    """The same, to those who can only be reached in the group."""
    return f"{'、'.join(names)}：{title(ticket)}还没人接，紧急！能去请马上回“接单 {ticket.number}”。"


def climbed_in_group(ticket: Ticket, names: Sequence[str]) -> str:
    """A step up the ladder, to those who can only be reached in the group."""
    return f"{'、'.join(names)}：{title(ticket)}还没人接，能去请回“接单 {ticket.number}”。"


def go_at_once(ticket: Ticket, names: Sequence[str]) -> str:
    """Below the advice in an emergency, to those who can only be reached in the group; nothing where there are none."""
    return f"\n{'、'.join(names)}：能去请马上回“接单 {ticket.number}”。" if names else ""


def urging(ticket: Ticket) -> str:
    """To who has the ticket."""
    return f"住户在催 {title(ticket, rooms=True)}。有进展发“进展 {ticket.number} …”，我替您转告。"


def withdrawn(ticket: Ticket) -> str:
    """To those who had been called."""
    return f"{title(ticket, rooms=True)}报的人撤回了，不用去了。"


def reporter_says_done(ticket: Ticket) -> str:
    """To who has the ticket, when a resident says that it is over."""
    return f"住户说 {title(ticket, rooms=True)}已经好了，这张单关了，不用再跑。"
