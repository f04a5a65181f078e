"""What the bot says when a second person has to approve a notice."""

from collections.abc import Sequence

from handlers.phrases.broadcasts import STATES
from handlers.phrases.places import names
from storage.broadcasts import Broadcast


def please_approve(broadcast: Broadcast, author: str, preview: str) -> str:
    """To another admin, one to one."""
    return (
        f"{author}写了 {broadcast.id} 号通知，要您看过才能发。\n{preview}\n\n"
        f"可以发请回“同意通知 {broadcast.id}”，要改请回“不同意通知 {broadcast.id} 哪里要改”。"
    )


def submitted(broadcast: Broadcast, asked: Sequence[str]) -> str:
    """After 确认, where a second person has to approve."""
    return f"{broadcast.id} 号要第二个人看过才能发，已经请{names(asked)}看了，看完告诉您。"


def nobody_to_approve(broadcast: Broadcast) -> str:
    """When nobody else can be asked."""
    return (
        f"{broadcast.id} 号要第二个人看过才能发，可是没有别的管理员我能找得到，没有发。"
        "请先任命一位管理员并让他单独跟我说句话；急事请用“预警”，不用等人审。"
    )


def approved(by: str, what: str) -> str:
    """To the author."""
    return f"{by}看过了，同意发。{what}"


def you_approved(what: str) -> str:
    """To who approved."""
    return f"好，您同意了。{what}"


def approved_too_late(broadcast: Broadcast) -> str:
    """When the time of the notice had gone by before anybody approved it."""
    return f"{broadcast.id} 号原定的时间已经过了，没有发，我去问写的人还要不要发。"


def given_back(broadcast: Broadcast, by: str, reason: str) -> str:
    """To the author."""
    why = f"：{reason}" if reason else "，没说原因，请问问他"
    return (
        f"{by}没有同意发 {broadcast.id} 号{why}。\n"
        f"改好请回“改通知 {broadcast.id} 内容 …”，再确认一次；不发了回“取消通知 {broadcast.id}”。"
    )


def you_gave_back(broadcast: Broadcast) -> str:
    """To who did not approve."""
    return f"{broadcast.id} 号退回去了，已经告诉写的人。"


def your_own(broadcast: Broadcast) -> str:
    """When the author, or who changed it, approves it himself."""
    return f"{broadcast.id} 号是您自己写的或改过的，要另一位管理员看过才行。"


def not_yours_to_approve(broadcast: Broadcast) -> str:
    """When an admin of another place approves it."""
    return f"{broadcast.id} 号不归您审，要那个社区的管理员来。"


def not_waiting(broadcast: Broadcast, by: str | None) -> str:
    """When it does not wait for anybody's word."""
    if by is not None:
        return f"{broadcast.id} 号{by}已经同意了，现在{STATES[broadcast.status]}，您不用再看。"
    return f"{broadcast.id} 号现在{STATES[broadcast.status]}，没有在等人审。"
