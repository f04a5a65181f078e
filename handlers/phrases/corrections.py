"""What is said when somebody sets right what was made of a message. In a group no rooms, and nobody but staff is named."""

from collections.abc import Sequence

from handlers.phrases import CATEGORY_NAMES, URGENCY_NAMES
from handlers.phrases.tickets import title
from storage.tickets import Ticket


def no_ticket(ticket: Ticket) -> str:
    """To who said so."""
    return f"{ticket.number} 号撤下了，不算工单。说过的话已经删掉，只留第一句当例子，学着下次别认错。"


def no_ticket_after_all(ticket: Ticket) -> str:
    """To those who reported or joined it."""
    return f"{ticket.number} 号值班的人看过了，不用登记，已经撤下。要是真有事要办，直接再说一遍就行。"


def off(ticket: Ticket) -> str:
    """To those who had been called."""
    return f"{title(ticket, rooms=True)}核对过，不是工单，撤下了，不用去了。"


def opened_for(ticket: Ticket) -> str:
    """To who had it opened, where the group hears nothing of it."""
    return f"登记了，是 {ticket.number} 号，群里不提。"


def said_what() -> str:
    """When a quoted message is no longer known."""
    return "那条的内容我这儿没有了。请把原话抄在后面，比如“这是工单 2单元电梯停在5楼不动”。"


def quote_it() -> str:
    """When nothing is quoted."""
    return "请引用那句话再发“这是工单”，或者把原话抄在后面。"


def my_own_words() -> str:
    """When one of the bot's own messages is quoted."""
    return "那是我自己说的话，登记不了。请引用住户的那句话。"


def not_your_group() -> str:
    """When somebody who works elsewhere says so."""
    return "这个群不归您那片，请让这边值班的人来登记。"


def already(ticket: Ticket) -> str:
    """When the quoted message belongs to a ticket."""
    return f"那句话已经算在 {ticket.number} 号里了。是另一件事的话，引用它发“拆开”。"


def recategorised(ticket: Ticket, *, rooms: bool) -> str:
    """To who corrected it."""
    quiet = "这类事群里不再提。" if ticket.private else ""
    return f"改好了：{title(ticket, rooms=rooms)}。{quiet}"


def is_called_now(ticket: Ticket) -> str:
    """To who has it, or was called about it."""
    return f"类别改过来了：{title(ticket, rooms=True)}。"


def private_from_now(ticket: Ticket) -> str:
    """To those who reported it in a group, where it is no longer spoken of."""
    return f"您说的那件事（{ticket.number} 号）以后群里不提了，有进展我单独告诉您。"


def which_category() -> str:
    """When it is none."""
    return f"没有这个类别。可以写：{'、'.join(CATEGORY_NAMES.values())}。比如“改类别 12 电梯”。"


def same_already(ticket: Ticket) -> str:
    """When there is nothing to correct."""
    return f"{ticket.number} 号本来就是这样，没有改动。"


def relocated(ticket: Ticket, *, rooms: bool, called: Sequence[str]) -> str:
    """To who corrected it."""
    whom = f"那边值班的{'、'.join(called)}已经叫了。" if called else ""
    return f"改好了：{title(ticket, rooms=rooms)}。{whom}"


def is_there_now(ticket: Ticket) -> str:
    """To those who reported it."""
    return f"地点改过来了：{title(ticket)}。不对的话直接跟我说。"


def go_there_instead(ticket: Ticket) -> str:
    """To who has it, or was called about it and still is."""
    return f"地点改过来了，请去这里：{title(ticket, rooms=True)}。"


def not_yours_any_more(ticket: Ticket) -> str:
    """To those who were called and whose place it is not."""
    return f"地点改过来了：{title(ticket)}，归那边的人，您不用去了。"


def which_place() -> str:
    """When no place can be read."""
    return "没看出是哪儿。请写楼栋、单元、楼层或房号，比如“改地点 12 3栋2单元”。"


def no_such_building(building: str) -> str:
    """When the community has no such building."""
    return f"社区里没有登记 {building}栋。请核对一下再发。"


def no_such_unit(unit: str, units: Sequence[str]) -> str:
    """When the building has no such unit."""
    return f"那栋没有 {unit} 单元，只有 {'、'.join(units)} 单元。"


def no_such_floor(floors: int) -> str:
    """When the building is not as high."""
    return f"那栋只有 {floors} 层。请核对一下楼层再发。"


def as_urgent(ticket: Ticket, *, rooms: bool) -> str:
    """To who corrected it."""
    return f"改好了：{title(ticket, rooms=rooms)}按“{URGENCY_NAMES[ticket.urgency]}”办。"


def is_as_urgent_now(ticket: Ticket) -> str:
    """To who has it, or was called about it."""
    return f"{title(ticket, rooms=True)}改成“{URGENCY_NAMES[ticket.urgency]}”了。"


def which_urgency() -> str:
    """When it is none."""
    return f"请写{'、'.join(URGENCY_NAMES.values())}里的一个，比如“改紧急 12 加急”。"
