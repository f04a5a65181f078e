"""What the bot says when a notice is taken back."""

from collections.abc import Sequence

from handlers.phrases.places import names
from handlers.phrases.previews import MOST_NAMED
from storage.broadcasts import Broadcast


def begun(broadcast: Broadcast, *, stopped: int, begun: int, stay: Sequence[str]) -> str:
    """After 撤回通知: what was stopped, what is being taken back, and what cannot be."""
    parts = [f"还没发的 {stopped} 处不发了"] if stopped else []
    parts += [f"正在撤回 {begun} 处，撤完告诉您"] if begun else []
    if stay:
        parts.append(f"{len(stay)} 处收不回来（{names(stay, MOST_NAMED)}），要说清楚就回“更正 {broadcast.id}：…”")
    return f"{broadcast.id} 号：{'；'.join(parts) or '没有要撤的'}。"


def asked_already(broadcast: Broadcast) -> str:
    """When it is asked for twice."""
    return f"{broadcast.id} 号已经撤过了。发“通知 {broadcast.id}”可以看；撤不回来的请回“更正 {broadcast.id}：…”。"


def over(broadcast: Broadcast, gone: int, stay: Sequence[str]) -> str:
    """What came of it."""
    if not stay:
        return f"{broadcast.id} 号撤回来了，共 {gone} 处。看过的人可能已经记下了，要紧的话再发一条更正。"
    done = f"撤回了 {gone} 处，" if gone else ""
    return (
        f"{broadcast.id} 号{done}{len(stay)} 处没撤成：{names(stay, MOST_NAMED)}，多半是发得太久了，平台不让撤。"
        f"请回“更正 {broadcast.id}：…”，把话说清楚。"
    )
