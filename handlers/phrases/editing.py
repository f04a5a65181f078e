"""What the bot says when a notice is changed or set right."""

from handlers.phrases.broadcasts import STATES
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus


def as_it_is(broadcast: Broadcast) -> str:
    """改通知 with nothing but a number."""
    return (
        f"{broadcast.id} 号现在写的是：\n{broadcast.text}\n\n"
        f"要改请回“改通知 {broadcast.id} 内容 …”“改通知 {broadcast.id} 时间 明天下午3点”或“改通知 {broadcast.id} 发给 3栋、4栋”。"
    )


def changed_meanwhile(broadcast: Broadcast, by: str) -> str:
    """To the second of two who edit a notice."""
    return (
        f"先别急：{broadcast.id} 号{by}刚改过，您这次改的还没收下。他改完是这样：\n{broadcast.text}\n\n"
        "看过了还要改，就把刚才那条再发一遍。"
    )


def edited(broadcast: Broadcast, was: BroadcastStatus) -> str:
    """In front of the new preview."""
    if was is BroadcastStatus.DRAFT:
        return f"{broadcast.id} 号改好了。"
    return f"{broadcast.id} 号改好了，原来{STATES[was]}的不算了，要重新确认才会发。"


def too_late_to_edit(broadcast: Broadcast) -> str:
    """When it is out, on its way, or cancelled."""
    if broadcast.status is BroadcastStatus.CANCELLED:
        return f"{broadcast.id} 号已经取消了，改不了。请重新写一条“通知 …”。"
    return (
        f"{broadcast.id} 号{STATES[broadcast.status]}，改不了了。要更正请回“更正 {broadcast.id}：…”，只发给收到过的群。"
    )


def others_edit(broadcast: Broadcast, by: str) -> str:
    """To the author, when another admin has changed it."""
    return f"{by}改了您写的 {broadcast.id} 号通知，现在是这样，要重新确认才会发：\n{broadcast.text}\n您确认或者他确认都行。"


def no_audience(broadcast: Broadcast) -> str:
    """When the new audience cannot be read."""
    return f"没看懂改发给谁。请这样写：“改通知 {broadcast.id} 发给 3栋、4栋”，或者“全体除了5栋”。"


def no_time(broadcast: Broadcast) -> str:
    """When the new time cannot be read."""
    return f"没看懂改到什么时候。请这样写：“改通知 {broadcast.id} 时间 明天下午3点”，或者“每周一9点”。"


def edit_instead(broadcast: Broadcast) -> str:
    """When what is not out yet is to be set right."""
    return f"{broadcast.id} 号还没发出去，不用更正，直接改就行：“改通知 {broadcast.id} 内容 …”。"


def stop_first(broadcast: Broadcast) -> str:
    """When it is still on its way."""
    return f"{broadcast.id} 号还在发。先回“取消通知 {broadcast.id}”，没发的就不发了，再回“更正 {broadcast.id}：…”。"


def nobody_got_it(broadcast: Broadcast) -> str:
    """When there is nobody to tell."""
    return f"{broadcast.id} 号一个群也没收到，不用更正，重新写一条“通知 …”就行。"


def no_correction(broadcast: Broadcast) -> str:
    """When nothing is said."""
    return f"请把更正的内容写在后面，比如“更正 {broadcast.id}：停水改到后天上午9点”。"
