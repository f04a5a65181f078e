"""What the bot says of departments outside: a matter that is handed to them is followed until it is done."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.phrases.tickets import title
from storage.departments import Department
from storage.tickets import Ticket

EXAMPLE = "部门 供电局 95598 停电报修"


def department(found: Department) -> str:
    """“供电局 95598（停电报修）”."""
    more = "，".join(
        part for part in (found.note, f"每 {found.every_days} 天催一次" if found.every_days else "") if part
    )
    return f"{found.name}{f' {found.phone}' if found.phone else ''}{f'（{more}）' if more else ''}"


def listed(found: Sequence[Department]) -> str:
    """The directory."""
    lines = "\n".join(f"· {department(one)}" for one in found)
    return f"能移交的部门：\n{lines}\n移交一张单：“移交 12 {found[0].name}”。"


def none_listed() -> str:
    """Where the directory is empty."""
    return f"还没有登记外面的部门。管理员这样登记：“{EXAMPLE}”，之后就能“移交 12 供电局”。"


def noted(found: Department, contact: str = "", *, without: bool = False) -> str:
    """To who enters one; `without`: its contact cannot be written to yet."""
    if not contact:
        return f"记下了：{department(found)}。"
    how = f"{contact}还没单独给我发过消息，收不到，请他先发一句" if without else f"移交、催办都单独告诉{contact}"
    return f"记下了：{department(found)}，联系人{contact}。{how}。"


def to_contact(ticket: Ticket, name: str, operator: str, said: str) -> str:
    """To who answers for the department, when a ticket is handed to it."""
    words = f"\n{said}" if said else ""
    return f"{operator}转给{name}：{title(ticket, rooms=True)}。{words}\n办得怎样、哪天来，直接回我一句，我转给社区。"


def chase_contact(ticket: Ticket, since: timedelta) -> str:
    """To the same, when it has been there for some time."""
    return f"{title(ticket, rooms=True)}转给你们 {since.days} 天了，办得怎样？直接回我一句就行。"


def contact_not_needed(ticket: Ticket) -> str:
    """To the same, when the community has it back."""
    return f"{title(ticket, rooms=True)}社区收回去了，你们不用管了，谢谢。"


def contact_done(ticket: Ticket) -> str:
    """To the same, when it is done."""
    return f"{title(ticket, rooms=True)}办结了，谢谢你们。"


def from_contact(ticket: Ticket, name: str, who: str, text: str) -> str:
    """To who follows the ticket, in the department's own words."""
    return (
        f"{title(ticket, rooms=True)}，{name}的{who}回话：“{text[:200]}”。"
        f"要转告报的人发“回复 {ticket.number} …”，办好了发“办结 {ticket.number}”。"
    )


def passed_on(ticket: Ticket) -> str:
    """To who answered for the department."""
    return f"{ticket.number} 号的话转给社区了，谢谢。"


def which_of_yours(tickets: Sequence[Ticket]) -> str:
    """To the same, where several are meant."""
    listed = "；".join(title(ticket, rooms=True) for ticket in tickets[:10])
    return f"说的是哪一件？请在前面带上编号，比如“{tickets[0].number} 明天来修”。在你们那里的有：{listed}。"


def struck_off(name: str) -> str:
    """To who takes one off the list."""
    return f"{name}从部门表里去掉了。"


def still_out(name: str, tickets: Sequence[Ticket]) -> str:
    """When a department is to go that has tickets."""
    numbers = "、".join(str(ticket.number) for ticket in tickets[:10])
    return f"{name}那里还有 {numbers} 号没办完，先“收回”或者“办结”，再去掉它。"


def no_such(name: str, known: Sequence[str]) -> str:
    """When it is not on the list."""
    if not known:
        return none_listed()
    return f"部门表里没有“{name[:20]}”，有的是：{'、'.join(known)}。要加一个，请管理员发“部门 名称 电话”。"


def which(known: Sequence[str]) -> str:
    """When several are called so."""
    return f"是哪一个：{'、'.join(known)}？请写全。"


def only_admins() -> str:
    """When somebody else wants to change the list."""
    return "部门表由社区管理员来改。看有哪些，发“部门”。"


def name_please() -> str:
    """When it cannot be read."""
    return f"没看明白。请写名称和电话，比如“{EXAMPLE}”；要多久催一次可以加“3天催一次”。"


def handed_out(ticket: Ticket, found: Department, every: timedelta) -> str:
    """To who hands it out."""
    ring = f"请打 {found.phone} 跟他们说一声。" if found.phone else "请跟他们说一声。"
    return (
        f"{ticket.number} 号转给{found.name}了。{ring}{every.days} 天没消息我来提醒您去催；"
        f"他们回了话，发“回复 {ticket.number} …”，我转告报的人；不等了，发“收回 {ticket.number}”。"
    )


def told_reporter(ticket: Ticket, name: str) -> str:
    """To those who reported it, once."""
    return f"{title(ticket)}已经转给{name}了，我们接着盯，有回话就告诉您。"


def not_needed(ticket: Ticket, name: str) -> str:
    """To those who had it or were called about it."""
    return f"{title(ticket, rooms=True)}转给{name}办了，您不用跑。"


def by_a_worker(ticket: Ticket, who: str, name: str) -> str:
    """To the community, when somebody else handed it out."""
    return f"{who}把 {title(ticket, rooms=True)}转给了{name}。"


def there_already(ticket: Ticket, name: str) -> str:
    """When it is handed out twice."""
    return f"{ticket.number} 号已经在{name}那里了。他们回了话，发“回复 {ticket.number} …”。"


def answered(ticket: Ticket, name: str, text: str) -> str:
    """To those who reported it."""
    return f"{title(ticket)}，{name}回话：{text[:200]}"


def answer_noted(ticket: Ticket) -> str:
    """To who passed it on."""
    return f"{ticket.number} 号的回话转告报的人了。"


def not_out(ticket: Ticket) -> str:
    """When a ticket is no department's."""
    return f"{ticket.number} 号没有转给外面的部门。要转告报的人，发“进展 {ticket.number} …”。"


def chase(ticket: Ticket, found: Department, since: timedelta, last: timedelta | None) -> str:
    """To the community's coordinator: time to ask there again."""
    ring = f"打 {found.phone} 问一下吧" if found.phone else "去问一下吧"
    heard = f"上次回话是 {last.days} 天前" if last is not None else "还没有回音"
    return (
        f"{title(ticket, rooms=True)}转给{found.name} {since.days} 天了，{heard}，{ring}。有消息发“回复 {ticket.number} …”，"
        f"办好了发“办结 {ticket.number}”，不等了发“收回 {ticket.number}”。"
    )


def chase_in_group() -> str:
    """Where nobody of the community can be told alone."""
    return "有件转到外面部门的事该去催了，请社区的同事私聊我发“待办”看一看。"


def hand_it_out(ticket: Ticket, known: Sequence[Department]) -> str:
    """Below the call to the community, where such matters go to a department."""
    if not known:
        return f"\n这类事按规则要移交外面的部门，可部门表还空着：先“接单 {ticket.number}”，再发“{EXAMPLE}”登记。"
    which = "、".join(department(one) for one in known[:3])
    return f"\n这类事按规则移交：{which}。打了电话就发“移交 {ticket.number} {known[0].name}”。"
