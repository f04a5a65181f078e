"""What the bot says about tickets. In a group a place is at most building and unit, and nobody but staff is named."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.phrases import CATEGORY_NAMES, STATUS_NAMES, URGENCY_NAMES
from handlers.understanding.place import spot_name
from handlers.understanding.types import Spot
from storage.tickets import Ticket
from storage.types import TicketStatus, Urgency

WITHIN = {
    Urgency.EMERGENCY: "马上",
    Urgency.URGENT: "尽快",
    Urgency.NORMAL: "今天内",
    Urgency.LOW: "这几天",
}


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


def opened_in_group(ticket: Ticket, called: Sequence[str], to_call: Sequence[str], *, by_worker: bool) -> str:
    """After a ticket was opened from what was said in the group. `to_call`: who has to read it here."""
    text = f"记下了，{title(ticket)}。"
    if called:
        text += f"已经叫了值班的{'、'.join(called)}。"
    if to_call:
        text += f"{'、'.join(to_call)}请看一下，能去就回“接单 {ticket.number}”。"
    if by_worker:
        return text + f"谁去办请回“接单 {ticket.number}”。" if not called and not to_call else text
    if not called and not to_call:
        text += "这会儿没人值班，已经报给社区。"
    return text + "有同样情况的邻居说声“我家也是”就行。"


def opened_alone(ticket: Ticket, called: Sequence[str]) -> str:
    """The same, to who reported it alone."""
    whom = f"已经叫了{'、'.join(called)}" if called else "已经报给社区"
    return (
        f"记下了，{title(ticket, rooms=True)}。{whom}，有进展我告诉您，群里不会提。"
        f"想看进度发“工单 {ticket.number}”，说错了发“撤销 {ticket.number}”。"
    )


def kept_private(ticket: Ticket, called: Sequence[str]) -> str:
    """To who said in a group what is never repeated there."""
    whom = f"已经叫了{'、'.join(called)}" if called else "已经报给社区"
    return f"您刚才说的事我单独记下了（{ticket.number} 号），{whom}。群里不会再提，有进展我私下告诉您。"


def emergency_in_group(ticket: Ticket, advice: str, called: Sequence[str]) -> str:
    """The advice, first of all; then who was called."""
    whom = f"已经在叫{'、'.join(called)}" if called else "已经报给社区"
    return f"{advice}\n这件事记为 {title(ticket)}，{whom}。"


def call(ticket: Ticket, words: str, reporter: str, zone: ZoneInfo) -> str:
    """To somebody on duty, alone."""
    head = f"【{URGENCY_NAMES[ticket.urgency]}】{title(ticket, rooms=True)}"
    said = f"\n{reporter}说：“{words[:200]}”" if words else f"\n{reporter}报的，没有文字。"
    return f"{head}{said}\n{moment(ticket.opened_at, zone)}报的，请{WITHIN[ticket.urgency]}接单。"


def climbed(ticket: Ticket) -> str:
    """In front of a call that comes up the ladder."""
    return f"前面的人还没接，转到您这里：{title(ticket, rooms=True)}"


def call_again(ticket: Ticket) -> str:
    """An emergency nobody has accepted yet."""
    return f"还没人接：{title(ticket, rooms=True)}，紧急！能去请马上接单。"


def call_again_in_group(ticket: Ticket, names: Sequence[str]) -> str:
    """The same, to those who can only be reached in the group."""
    return f"{'、'.join(names)}：{title(ticket)}还没人接，紧急！能去请马上回“接单 {ticket.number}”。"


def accepted(ticket: Ticket, by: str) -> str:
    """To everybody concerned."""
    return f"{title(ticket)}，{by}接单了，这就去办。"


def you_accepted(ticket: Ticket, reporter: str) -> str:
    """To who accepted."""
    return (
        f"{title(ticket, rooms=True)}归您了，报的人是{reporter}。"
        f"有进展发“进展 {ticket.number} …”，办好发“办结 {ticket.number} …”，去不了发“转单 {ticket.number}”。"
    )


def you_accepted_in_group(ticket: Ticket) -> str:
    """To who accepted in front of the others; everybody else who reported reads it too."""
    return f"{title(ticket)}归您了，辛苦！办好请发“办结 {ticket.number}”。"


def somebody_has_it(ticket: Ticket, who: str) -> str:
    """To who came second."""
    return f"{ticket.number} 号{who}已经接了，这次不用您跑。发“待办”看还有哪些没人接。"


def yours_already(ticket: Ticket) -> str:
    """To who accepts what he has."""
    return f"{ticket.number} 号已经在您手上了。办好请发“办结 {ticket.number}”。"


def handed_on(ticket: Ticket) -> str:
    """To who returned or transferred it."""
    return f"{ticket.number} 号已经转出去了，另叫人接。"


def nobody_else(ticket: Ticket) -> str:
    """To who returned or transferred it where nobody else is left to be called."""
    return (
        f"{ticket.number} 号放回去了，可这会儿没有别人能叫。请打电话找人，或者发“转单 {ticket.number} 姓名”转给哪一位。"
    )


def handed_to(ticket: Ticket, who: str) -> str:
    """To who transferred it to somebody in particular."""
    return f"{ticket.number} 号已经转给{who}，等他接单。"


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


def please_rate(ticket: Ticket) -> str:
    """To each who reported it, alone."""
    return f"{title(ticket, rooms=True)}说是办好了。您满意吗？回一下就行；没好就按“没好”。"


def reporter_says_done(ticket: Ticket) -> str:
    """To who has the ticket, when a resident says that it is over."""
    return f"住户说 {title(ticket, rooms=True)}已经好了，这张单关了，不用再跑。"


def rated(ticket: Ticket, stars: int) -> str:
    """To who rated."""
    if stars >= 4:
        return f"谢谢！{ticket.number} 号的评价记下了。"
    if stars == 3:
        return f"记下了。{ticket.number} 号哪里还能更好，直接告诉我就行。"
    return f"对不住，{ticket.number} 号没让您满意，已经报给社区。还没解决的话发“重办 {ticket.number}”。"


def bad_rating(ticket: Ticket, stars: int) -> str:
    """To the community's staff."""
    return f"{title(ticket, rooms=True)}得了 {stars} 星，请回访核实。要重办发“重办 {ticket.number}”。"


def reopened(ticket: Ticket, *, rooms: bool) -> str:
    """To who asked for it."""
    return f"{title(ticket, rooms=rooms)}重新派出去了，有进展我告诉您。"


def urged(ticket: Ticket, who: str) -> str:
    """To who urges."""
    return f"{ticket.number} 号已经催了{who}。" if who else f"{ticket.number} 号已经再叫了一遍值班的人。"


def urged_lately(ticket: Ticket) -> str:
    """When it was called out just before."""
    return f"{ticket.number} 号刚刚才催过，请稍等一下；急的话请直接打社区电话。"


def urging(ticket: Ticket) -> str:
    """To who has the ticket."""
    return f"住户在催 {title(ticket, rooms=True)}。有进展发“进展 {ticket.number} …”，我替您转告。"


def cancelled(ticket: Ticket) -> str:
    """To who withdrew it."""
    return f"{ticket.number} 号撤销了。"


def withdrawn(ticket: Ticket) -> str:
    """To those who had been called."""
    return f"{title(ticket, rooms=True)}报的人撤回了，不用去了。"


def too_late(ticket: Ticket) -> str:
    """When a ticket is past the point where this can happen."""
    return f"{ticket.number} 号{STATUS_NAMES[ticket.status]}，不能再这样操作。发“工单 {ticket.number}”可以看进度。"


def not_accepted_yet(ticket: Ticket) -> str:
    """When somebody works on what he has not accepted."""
    return f"{ticket.number} 号还没人接。要是您在办，请先发“接单 {ticket.number}”。"


def not_yours(ticket: Ticket, who: str) -> str:
    """When somebody else has it."""
    return f"{ticket.number} 号在{who}手上，只有他或社区能改。要接过来请让他发“转单 {ticket.number}”。"


def not_reported_by_you(ticket: Ticket) -> str:
    """When somebody rates or cancels what is not his."""
    return f"{ticket.number} 号不是您报的，这个要报的人来说。您家也有这情况，直接说一声就行。"


def not_yet_done(ticket: Ticket) -> str:
    """When somebody rates too early."""
    return (
        f"{ticket.number} 号还没办完（{STATUS_NAMES[ticket.status]}），办好了再评。想催一下发“催办 {ticket.number}”。"
    )


def not_here() -> str:
    """When somebody asks in a group for what is not spoken of there."""
    return "这件事不在群里说，请私聊我。"


def no_such_ticket(number: int) -> str:
    """When the number leads nowhere."""
    return f"没有 {number} 号工单。发“我的工单”看您报过的，发“待办”看没办完的。"


def which_one(tickets: Sequence[Ticket], word: str) -> str:
    """When more than one can be meant."""
    listed = "；".join(title(ticket) for ticket in tickets[:5])
    return f"有 {len(tickets)} 张：{listed}。请带上编号，比如“{word} {tickets[0].number}”。"


def none_to(word: str) -> str:
    """When no ticket can be meant."""
    return f"这会儿没有能“{word}”的工单。发“待办”看没办完的，发“我的工单”看您报过的。"


def line(ticket: Ticket, zone: ZoneInfo, *, rooms: bool) -> str:
    """One ticket in a list."""
    urgent = "！" if ticket.urgency in (Urgency.EMERGENCY, Urgency.URGENT) and ticket.closed_at is None else ""
    return f"{urgent}{title(ticket, rooms=rooms)} {STATUS_NAMES[ticket.status]} {moment(ticket.opened_at, zone)}"


def listed(lines: Sequence[str], more: int) -> str:
    """A list of tickets."""
    return "\n".join(lines) + (f"\n还有 {more} 张没列出来。" if more > 0 else "")


def nothing_waiting() -> str:
    """To 待办."""
    return "没有待办的工单，歇口气吧。"


def nothing_of_yours() -> str:
    """To 我的工单."""
    return "您还没有报过事。有事直接说：在哪里、出了什么事。"


def told(ticket: Ticket, zone: ZoneInfo, *, who: str | None, followers: int, rooms: bool, pictures: int) -> str:
    """One ticket, told to who asks."""
    parts = [f"{title(ticket, rooms=rooms)}：{STATUS_NAMES[ticket.status]}。{moment(ticket.opened_at, zone)}报的"]
    if followers > 1:
        parts.append(f"{followers} 户有这情况")
    if who and ticket.status not in (TicketStatus.REPORTED, TicketStatus.DISPATCHED):
        parts.append(f"{who}在办" if ticket.closed_at is None else f"{who}办的")
    if pictures:
        parts.append(f"{pictures} 张照片")
    if ticket.rating:
        parts.append(f"评价 {ticket.rating} 星")
    return "，".join(parts) + "。"


def how_to() -> str:
    """To who greets the bot or says what it cannot use."""
    return "您好，我是红管家。要报修、反映问题，直接说在哪里、出了什么事；看进度发“我的工单”；别的发“帮助”。"


def cannot_answer() -> str:
    """To a question."""
    return "这个我答不上来，问问邻居或社区。要是有东西坏了、有事要人办，直接说在哪里、出了什么事，我来叫人。"


def say_what() -> str:
    """When a report has no words and no picture."""
    return "请说在哪里、出了什么事，比如“2单元电梯停在5楼不动”。"


def climbed_in_group(ticket: Ticket, names: Sequence[str]) -> str:
    """A step up the ladder, to those who can only be reached in the group."""
    return f"{'、'.join(names)}：{title(ticket)}还没人接，能去请回“接单 {ticket.number}”。"


def left(ticket: Ticket) -> str:
    """To who withdraws what neighbours have as well."""
    return f"您这边撤了。{ticket.number} 号还有别的邻居也有这情况，单子留着接着办。"


def too_long_ago(ticket: Ticket) -> str:
    """When a ticket is too old to be done again."""
    return f"{ticket.number} 号办完太久了，请直接再说一遍现在的情况，我重新登记。"


def not_your_place(ticket: Ticket) -> str:
    """When a worker of another place accepts."""
    return f"{ticket.number} 号不归您那片，请让那边的人接，或者请社区转给您。"


def cannot_be_called(name: str) -> str:
    """When somebody cannot be written to alone."""
    return f"我还私聊不到{name}，没法派给他。请他先私聊我说句话，再转一次。"


def nobody_called() -> str:
    """When a name is that of nobody who could take it. It is not repeated: it may be a resident's."""
    return "没找到能接这张单的这个人。请写全名，或只发“转单”加编号，我来另找人。"


def several_called() -> str:
    """When a name is that of several."""
    return "有几个人都叫这个名字，我分不清。请只发“转单”加编号，我来另找人。"
