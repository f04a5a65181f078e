"""What cannot be done with a ticket, and what to do instead."""

from collections.abc import Sequence

from handlers.phrases import STATUS_NAMES
from handlers.phrases.tickets import title
from storage.tickets import Ticket


def yours_already(ticket: Ticket) -> str:
    """To who accepts what he has."""
    return f"{ticket.number} 号已经在您手上了。办好请发“办结 {ticket.number}”。"


def nobody_else(ticket: Ticket) -> str:
    """To who returned or transferred it where nobody else is left to be called."""
    return (
        f"{ticket.number} 号放回去了，可这会儿没有别人能叫。请打电话找人，或者发“转单 {ticket.number} 姓名”转给哪一位。"
    )


def urged_lately(ticket: Ticket) -> str:
    """When it was called out just before."""
    return f"{ticket.number} 号刚刚才催过，请稍等一下；急的话请直接打社区电话。"


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


def say_what() -> str:
    """When a report has no words and no picture."""
    return "请说在哪里、出了什么事，比如“2单元电梯停在5楼不动”。"


def nobody_to_hand_over() -> str:
    """When somebody hands everything over to a name that is nobody's. It is not repeated: it may be a resident's."""
    return "没找到这个人。请写红管家、网格员或社区同事的全名，比如“交接 李强”。"
