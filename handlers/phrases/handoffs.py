"""What the bot says when a ticket goes from one worker to another: nobody has it before he has agreed."""

from collections.abc import Sequence

from handlers.phrases.tickets import title
from storage.tickets import Ticket

LISTED = 8


def please_take(ticket: Ticket, giver: str, reason: str, details: str, within: str) -> str:
    """To who is asked. `details` are what he needs to know, empty where that must wait until he has agreed."""
    head = f"{giver}想请您接手 {title(ticket, rooms=bool(details))}"
    why = f"，说：“{reason[:100]}”" if reason else ""
    body = f"\n{details}" if details else "。这件事不便多说，您接手了我再细讲"
    return f"{head}{why}{body}\n能接就回“接手 {ticket.number}”，不方便回“不接 {ticket.number}”，不要紧。{within}"


def please_take_all(tickets: Sequence[Ticket], giver: str, reason: str, within: str) -> str:
    """The same for everything that somebody has in his hands."""
    lines = "\n".join(f"· {title(ticket)}" for ticket in tickets[:LISTED])
    more = f"\n…还有 {len(tickets) - LISTED} 张" if len(tickets) > LISTED else ""
    why = f"（{reason[:100]}）" if reason else ""
    first = tickets[0].number
    return (
        f"{giver}想把手上的 {len(tickets)} 张单交给您{why}：\n{lines}{more}\n"
        f"都接就回“接手 全部”，只接一张回“接手 {first}”，不方便回“不接 全部”，不要紧。{within}"
    )


def answer_by(moment: str) -> str:
    """How long the question stands."""
    return f"{moment}前没回，就还留在原来的人那里。"


def asked(ticket: Ticket, taker: str, holder: str) -> str:
    """To who asked. `holder`: who has it meanwhile, empty for himself."""
    return f"已经问{taker}能不能接 {ticket.number} 号了。他答应之前，单还在{holder or '您'}手上。"


def asked_all(count: int, taker: str, cannot: Sequence[str]) -> str:
    """To who hands over everything. `cannot`: what the other one may not take."""
    text = f"已经问{taker}能不能接您手上的 {count} 张单了。他答应之前，都还在您手上。"
    return text + (f"另外 {'、'.join(cannot)}不归他那片，请另外转。" if cannot else "")


def yours_now(ticket: Ticket, giver: str, details: str) -> str:
    """To who agreed; now he reads everything."""
    return f"{title(ticket, rooms=True)}从{giver}转到您手上了。\n{details}"


def all_yours_now(tickets: Sequence[Ticket]) -> str:
    """To who agreed to several."""
    numbers = "、".join(str(ticket.number) for ticket in tickets)
    return f"{numbers} 号都到您手上了。哪张要细看，发“工单”加编号。"


def he_took(tickets: Sequence[Ticket], taker: str) -> str:
    """To who asked."""
    return f"{taker}接手了 {'、'.join(str(ticket.number) for ticket in tickets)} 号，您不用再管，辛苦了。"


def another_has_it(ticket: Ticket, taker: str) -> str:
    """To each who reported it, alone."""
    return f"{title(ticket)}换成{taker}来办了。"


def declined(tickets: Sequence[Ticket]) -> str:
    """To who said no."""
    return f"好的，{'、'.join(str(ticket.number) for ticket in tickets)} 号不用您管了，我告诉他。"


def he_declined(tickets: Sequence[Ticket], taker: str, reason: str, holder: str) -> str:
    """To who asked."""
    numbers = "、".join(str(ticket.number) for ticket in tickets)
    why = f"：“{reason[:100]}”" if reason else ""
    first = tickets[0].number
    return (
        f"{taker}这次接不了 {numbers} 号{why}。单还在{holder or '您'}手上，"
        f"可以发“转单 {first} 姓名”问别人，或者“退单 {first}”另派。"
    )


def no_answer(ticket: Ticket, taker: str, holder: str) -> str:
    """To who asked, when the time is over."""
    return (
        f"{taker}到现在没回，{ticket.number} 号还在{holder or '您'}手上。"
        f"可以发“转单 {ticket.number} 姓名”问别人，或者“退单 {ticket.number}”另派。"
    )


def too_long(ticket: Ticket) -> str:
    """To who did not answer."""
    return f"{ticket.number} 号不用您接了，还由原来的人办。"


def never_mind(ticket: Ticket) -> str:
    """To who was asked, when somebody else is asked instead or the question is taken back."""
    return f"{ticket.number} 号不用您接了。"


def offer_withdrawn(ticket: Ticket) -> str:
    """To who takes his question back."""
    return f"好，{ticket.number} 号不转了，还在您手上。"


def asked_already(ticket: Ticket, taker: str) -> str:
    """When the same one is asked twice."""
    return f"{ticket.number} 号已经在问{taker}了，等他回。不想转了发“收回 {ticket.number}”。"


def to_himself(ticket: Ticket) -> str:
    """When somebody hands a ticket to who has it."""
    return f"{ticket.number} 号本来就在他手上，不用转。"


def nothing_to_take() -> str:
    """When nobody asked."""
    return "这会儿没有人要转单给您。想接没人接的单，发“待办”看一看。"


def which_to_take(tickets: Sequence[Ticket], word: str) -> str:
    """When several were asked."""
    listed = "；".join(title(ticket) for ticket in tickets[:LISTED])
    return f"有 {len(tickets)} 张在等您回：{listed}。都要就发“{word} 全部”，只要一张就带上编号，比如“{word} {tickets[0].number}”。"


def not_asked(ticket: Ticket) -> str:
    """When somebody answers what he was not asked, or no longer is."""
    return f"{ticket.number} 号现在没有在等您接手：可能已经收回，或者转给别人了。发“待办”看最新的。"


def nothing_in_hand() -> str:
    """When somebody hands over who has nothing."""
    return "您手上没有没办完的单，不用交接。"


def none_for_him(taker: str) -> str:
    """When the other one may take none of them."""
    return f"您手上的单都不归{taker}那片，他接不了。请换个人，或者请社区来转。"


def taken_back(ticket: Ticket, holder: str) -> str:
    """To the coordinator who takes a ticket from somebody."""
    return f"{ticket.number} 号从{holder}那里收回来了，现在在您手上。给别人发“转单 {ticket.number} 姓名”，重新派发“退单 {ticket.number}”。"


def back_from_outside(ticket: Ticket) -> str:
    """To who takes it back from a department."""
    return f"{ticket.number} 号收回来了，现在在您手上，办好照常发“办结 {ticket.number}”。"


def taken_from_you(ticket: Ticket) -> str:
    """To who had it."""
    return f"{title(ticket, rooms=True)}社区收回去另外安排了，您不用再跑。"


def yours_anyway(ticket: Ticket) -> str:
    """When somebody takes back what he has."""
    return f"{ticket.number} 号就在您手上，没有转出去。"


def only_community() -> str:
    """When somebody else wants to take a ticket from who has it."""
    return "从别人手上收回单子，只有社区能做。请社区的人来发，或者和他商量。"


def on_leave_without(numbers: Sequence[int]) -> str:
    """To who has not handed over what he had when his leave began."""
    listed = "、".join(map(str, numbers))
    return f"您请假了，手上的 {listed} 号我退回去另外叫人了，您安心休息。"


def is_on_leave(name: str, back: str) -> str:
    """When who is asked is away. `back`: until when, empty where nobody knows."""
    return f"{name}请假了{f'，{back}才回来' if back else ''}，没去问他。请换个人，或者只发“转单”加编号，我另找人。"


def handed_on(ticket: Ticket) -> str:
    """To who returned or transferred it."""
    return f"{ticket.number} 号已经转出去了，另叫人接。"


def handed_to(ticket: Ticket, who: str) -> str:
    """To who transferred it to somebody in particular."""
    return f"{ticket.number} 号已经转给{who}，等他接单。"


def without_a_holder(numbers: Sequence[int]) -> str:
    """To the community, when who had these is not there any more."""
    return f"{'、'.join(map(str, numbers))} 号原来办的人不在岗了，单子退回来重新叫人了。没人接会照常往上叫，发“待办”看一看。"
