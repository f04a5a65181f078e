"""What the bot says where community, owners' committee and property company settle a matter together."""

from collections.abc import Sequence

from handlers.phrases import ROLE_NAMES
from handlers.phrases.tickets import title
from storage.tickets import Ticket
from storage.types import Role


def party(role: Role | None, names: Sequence[str]) -> str:
    """“物业（钱经理）”; somebody called by his own name stands for himself."""
    called = "、".join(names)
    return f"{ROLE_NAMES[role]}（{called}）" if role is not None else called


def together(ticket: Ticket, called: Sequence[str], lead: str, missing: Sequence[str], unreached: Sequence[str]) -> str:
    """To who called them in. `lead`: who leads, or is asked to; `missing`: what is not there, and what can be done."""
    text = f"{ticket.number} 号请了{'、'.join(called)}一起办，{lead}。" if called else f"{ticket.number} 号{lead}。"
    if unreached:
        text += f"我私聊不到{'、'.join(unreached)}，请当面说一声。"
    return text + "".join(missing)


def leads(who: str) -> str:
    """Who leads already."""
    return f"{who}牵头"


def asked_to_lead(who: str) -> str:
    """Who is asked to lead, and has not agreed yet."""
    return f"已经请{who}牵头，等他接单"


def come_and_help(ticket: Ticket, by: str, lead: str, others: Sequence[str], details: str) -> str:
    """To each who is called in, alone. `details` are empty where the matter is private."""
    head = f"{by}请您一起办 {title(ticket, rooms=bool(details))}"
    body = f"：\n{details}" if details else f"，详细的发“工单 {ticket.number}”看，只在私聊里说。"
    with_whom = f"\n一起办的：{'、'.join(others)}；{lead}。" if others else f"\n{lead}。"
    return f"{head}{body}{with_whom}有进展发“进展 {ticket.number} …”，我转告报的人；不归您管，发“退出会办 {ticket.number}”。"


def come_and_lead(by: str) -> str:
    """In front of the call to who is to lead."""
    return f"{by}请您这边牵头，会同别的几方一起办。能牵头就接单。"


def nobody_there(place: str, role: Role) -> str:
    """Where a place lacks a party: what is so, and what can be done."""
    name = ROLE_NAMES[role]
    if role is Role.COMMITTEE:
        return f"{place}还没登记业委会的人：有的话请管理员发“任命 姓名 业委会 {place}”；没成立的，先由社区牵头来办。"
    return f"{place}还没登记{name}的人：有的话请管理员发“任命 姓名 {name} {place}”；没有就先由社区牵头来办。"


def how_to(ticket: Ticket, place: str, there: Sequence[str], missing: Sequence[str]) -> str:
    """Without people: whom one can call in here."""
    text = f"{ticket.number} 号现在没有别人一起办。"
    if there:
        text += f"{place}能请的有{'、'.join(there)}，"
    return f"{text}这样请：“会办 {ticket.number} 物业、业委会”，要谁牵头就写“牵头物业”。{''.join(missing)}"


def who_is_in(ticket: Ticket, called: Sequence[str], lead: str) -> str:
    """Without people, where some were called in already."""
    return (
        f"{ticket.number} 号一起办的有{'、'.join(called)}；{lead}。"
        f"再请谁，发“会办 {ticket.number} 姓名”；换人牵头，写“牵头…”。"
    )


def nobody_leads() -> str:
    """Where nobody has accepted yet."""
    return "还没有人接单牵头"


def nobody_called(ticket: Ticket) -> str:
    """When one of the names is nobody's. It is not repeated: it may be a resident's."""
    return (
        f"没认出其中的一位。请写哪一方（物业、业委会、网格员），或者同事的全名，比如“会办 {ticket.number} 物业、李强”。"
    )


def done_together(ticket: Ticket, by: str | None) -> str:
    """To everybody who had a hand in it."""
    return f"{title(ticket)}办好了{f'，{by}办结的' if by else ''}，谢谢您出力。"


def over(ticket: Ticket) -> str:
    """To the same, where it was withdrawn."""
    return f"{title(ticket)}报的人撤回了，不用管了，谢谢您。"


def said(reporter: str, text: str) -> str:
    """What there is to know."""
    return f"{reporter}说：“{text[:200]}”" if text else f"{reporter}报的，没有文字。"


def somebody_left(ticket: Ticket, who: str, reason: str) -> str:
    """To who leads."""
    return f"{who}退出了 {ticket.number} 号的会办{f'：“{reason[:100]}”' if reason else ''}。"


def you_left(ticket: Ticket) -> str:
    """To who leaves."""
    return f"好，{ticket.number} 号您不用管了，我跟牵头的人说一声。"


def not_in(ticket: Ticket) -> str:
    """When somebody leaves who was not in it."""
    return f"您没有在会办 {ticket.number} 号。发“工单 {ticket.number}”看是谁在办。"


def you_lead(ticket: Ticket) -> str:
    """When who leads wants to leave."""
    return (
        f"{ticket.number} 号是您牵头，先发“转单 {ticket.number} 姓名”请人接过去，或者“退单 {ticket.number}”，再退出。"
    )


def another_leads(ticket: Ticket, who: str) -> str:
    """When a party that does not lead accepts or finishes."""
    return (
        f"{ticket.number} 号由{who}牵头，接单、办结要他们来。您有进展照常发“进展 {ticket.number} …”；"
        "要换人牵头，请社区改一下。"
    )


def party_progress(ticket: Ticket, who: str, text: str) -> str:
    """To who leads, when another party says how far it is."""
    return f"{title(ticket, rooms=True)}，{who}说：{text[:200]}"


def beside(outside: str, roles: Sequence[Role], crew: str) -> str:
    """After the state of a ticket: who else has a hand in it. No names: others may read along."""
    parts = [
        f"转到{outside}了，我们盯着" if outside else "",
        f"{'、'.join(ROLE_NAMES[role] for role in roles)}一起办" if roles else "",
        crew,
    ]
    said = "，".join(part for part in parts if part)
    return f"{said}。" if said else ""
