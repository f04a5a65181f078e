"""What the bot says of what became of a notice, and of what is done about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases.broadcasts import STATES
from handlers.phrases.confirming import whom
from handlers.phrases.places import names
from handlers.phrases.previews import MOST_NAMED, gist
from handlers.phrases.repeats import repeat_name
from handlers.phrases.times import moment_name
from handlers.rules.repeats import Repeat
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus, OutboxStatus

UNBOUND: Final = "已解绑的群"
_COUNTED: Final = {
    OutboxStatus.SENT: "收到",
    OutboxStatus.PENDING: "在排队",
    OutboxStatus.SENDING: "正在发",
    OutboxStatus.GATHERING: "等着和别的通知一起发",
    OutboxStatus.CONFIRMING: "等群主点确认",
    OutboxStatus.HELD: "等他给我发句话再发",
    OutboxStatus.UNSURE: "说不准",
    OutboxStatus.DEAD: "没发成",
}


def head(broadcast: Broadcast, to: str, now: datetime, zone: ZoneInfo) -> str:
    """Its number, where it is, its words in short, and when."""
    state = "停着" if broadcast.paused else STATES[broadcast.status]
    waits = broadcast.at_once and broadcast.status is BroadcastStatus.DRAFT
    at = "确认后马上" if waits else moment_name(broadcast.due_at, now, zone)
    if broadcast.repeat is not None:
        at = f"{repeat_name(Repeat.of(broadcast.repeat))}，下次{at}"
    corrects = f"，更正 {broadcast.corrects_id} 号" if broadcast.corrects_id is not None else ""
    return f"{broadcast.id} 号（{state}{corrects}）：{gist(broadcast)}\n发到：{to}\n时间：{at}"


def counts(found: Mapping[OutboxStatus, int], waited: Sequence[tuple[str, int]]) -> str:
    """How many got it, how many wait, and for what."""
    parts = [f"{found[status]} 个{word}" for status, word in _COUNTED.items() if found.get(status)]
    more = f"（{whom(waited)}）" if waited else ""
    return f"发得怎么样：{'，'.join(parts)}{more}。"


def recalled(count: int) -> str:
    """How many of them it was taken back from."""
    return f"其中 {count} 处后来撤回了。"


def incomplete(broadcast: Broadcast, count: int) -> str:
    """Those that got the words alone; behind what became of the rest."""
    return f"其中 {count} 处只收到文字：图片或文件已经不在了。要补请重新带上，发“更正 {broadcast.id}：…”。"


def unshown(broadcast: Broadcast, titles: Sequence[str]) -> str:
    """Those whose platform took the words and not what hung on them; behind what became of the rest."""
    things = [name for name, there in (("图片", broadcast.pictures), ("文件", broadcast.files)) if there]
    what = "或".join(things)
    return (
        f"{names(titles, MOST_NAMED)}只收到文字，没看到{what}：那边的平台不收。"
        f"请把{what}换小一点、换成常见的格式，发“更正 {broadcast.id}：…”重新带上。"
    )


def dead(whys: Sequence[str]) -> str:
    """Those that did not get it, with the reasons."""
    more = f"；等 {len(whys)} 个" if len(whys) > MOST_NAMED else ""
    return f"没发成的：{'；'.join(whys[:MOST_NAMED])}{more}。"


def unsure(titles: Sequence[str]) -> str:
    """Those that perhaps got it."""
    return f"说不准的：{names(titles, MOST_NAMED)}，请到群里看一眼，没有就自己补一条（我不会自己再发，免得发两遍）。"


def lost(titles: Sequence[str]) -> str:
    """Groups in which the bot no longer is."""
    return f"我已经不在这些群里：{names(titles, MOST_NAMED)}。请重新拉我进群，再发一次绑定码。"


def resend(broadcast: Broadcast) -> str:
    """What can be done about those that did not get it."""
    return f"处理好以后，没发成的可以补：回“补发 {broadcast.id}”。"


def resent(broadcast: Broadcast, count: int) -> str:
    """After 补发."""
    return f"{broadcast.id} 号再发给没收到的 {count} 处，收到过的不会再收一遍，发完告诉您。"


def nothing_to_resend(broadcast: Broadcast) -> str:
    """When nobody is left who surely did not get it and could."""
    return f"{broadcast.id} 号没有要补发的：收到的不再发，我不在的群要先重新绑定。发“通知 {broadcast.id}”可以看。"


def not_out_yet(broadcast: Broadcast) -> str:
    """When it has not begun to go out."""
    return f"{broadcast.id} 号{STATES[broadcast.status]}，还没发过。发“通知 {broadcast.id}”可以看。"


def paused(broadcast: Broadcast, held: int) -> str:
    """After 暂停通知."""
    rest = f"还没发的 {held} 处先不发，" if held else ""
    return f"{broadcast.id} 号停下了，{rest}要接着发回“继续通知 {broadcast.id}”，不要了回“取消通知 {broadcast.id}”。"


def paused_already(broadcast: Broadcast) -> str:
    """When it is paused twice."""
    return f"{broadcast.id} 号已经停着了。要接着发回“继续通知 {broadcast.id}”。"


def cannot_pause(broadcast: Broadcast) -> str:
    """When there is nothing to pause."""
    return f"{broadcast.id} 号{STATES[broadcast.status]}，没有可以停的。"


def not_paused(broadcast: Broadcast) -> str:
    """When it goes on anyway."""
    return f"{broadcast.id} 号没有停着，现在{STATES[broadcast.status]}。"


def goes_on(broadcast: Broadcast, now: datetime, zone: ZoneInfo, freed: int) -> str:
    """After 继续通知."""
    if freed:
        return f"{broadcast.id} 号接着发剩下的 {freed} 处。"
    return f"{broadcast.id} 号继续，{moment_name(broadcast.due_at, now, zone)}发。"
