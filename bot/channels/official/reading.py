"""What a decrypted message of an official account means, as a pure function, so that captured payloads can prove it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element

from bot.channels.base import Window
from bot.channels.wecom.xml import event_id, field, said_at
from bot.channels.window import Allowance, allowed, are_ids
from handlers.messages import Attachment, Happening, Inbound

#: What the platform allows: five messages in two days for each word, three in a minute for following, scanning, tapping.
AFTER_A_WORD: Final = Window(timedelta(hours=48), 5)
AFTER_A_TOUCH: Final = Window(timedelta(minutes=1), 3)

ATTACHED: Final = {
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "file": "file",
    "location": "location",
}
SCANNED: Final = "qrscene_"  #: before the scene of a code, where scanning it made somebody follow


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a follower did: before his picture is fetched, with what it allows."""

    inbound: Inbound
    allowance: Allowance | None = None
    picture: str | None = None  #: the media id of a picture; it lives for three days


def read(message: Element, account: str, now: datetime) -> Heard | None:
    """What was heard, or None for what is no business of the bot's, and for what no real message looks like.

    Args:
        message: As it was decrypted.
        account: The bot's word for this official account.
        now: Stands for a time that is missing.
    """
    sender, kind = field(message, "FromUserName"), field(message, "MsgType")
    if not are_ids(sender):
        return None
    blank = _inbound(message, sender, account, now)
    return _event(message, blank) if kind == "event" else _said(message, kind, blank)


def _said(message: Element, kind: str, blank: Inbound) -> Heard | None:
    number = field(message, "MsgId")
    if not are_ids(number):
        return None
    inbound = replace(blank, message_id=number)
    allowance = allowed(AFTER_A_WORD, "said", inbound.at, number)
    pressed = field(message, "bizmsgmenuid")
    if kind == "text" and "|" in pressed:
        return Heard(replace(inbound, text=pressed, happening=Happening.PRESSED), allowance)
    if kind in ATTACHED:
        picture = field(message, "MediaId") if kind == "image" else ""
        # Where the account lets the platform write down what is spoken, that is what was said.
        spoken = field(message, "Recognition") if kind == "voice" else ""
        shown = replace(inbound, text=spoken, attachments=(Attachment(ATTACHED[kind]),))
        return Heard(shown, allowance, picture=picture or None)
    text = {"text": field(message, "Content"), "link": field(message, "Title")}.get(kind, "")
    return Heard(replace(inbound, text=text), allowance) if text else None


def _event(message: Element, blank: Inbound) -> Heard | None:
    """Events have no id: sender, second, event and key name them. Most are none of ours."""
    event, key = field(message, "Event").lower(), field(message, "EventKey")
    inbound = replace(blank, message_id=event_id(message, event, key))
    allowance = allowed(AFTER_A_TOUCH, event[:24], inbound.at, inbound.message_id)
    match event:
        case "subscribe":
            about = key.removeprefix(SCANNED) if key.startswith(SCANNED) else None
            return Heard(replace(inbound, happening=Happening.ENTERED, about=about), allowance)
        case "scan":
            return Heard(replace(inbound, happening=Happening.ENTERED, about=key or None), allowance)
        case "click" if key:  # a line of the account's own menu: its key is what it says
            return Heard(replace(inbound, text=key), allowance)
        case "unsubscribe":
            return Heard(replace(inbound, happening=Happening.REMOVED, one_to_one=None))
    return None


def _inbound(message: Element, sender: str, account: str, now: datetime) -> Inbound:
    return Inbound(
        channel="official",
        account=account,
        chat=sender,
        message_id="",
        sender=sender,
        sender_name=f"居民{sender[-4:]}",  # the platform tells no names
        text="",
        at=said_at(message, now),
        is_group=False,
        to_bot=True,
        one_to_one=sender,
    )
