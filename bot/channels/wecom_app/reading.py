"""What a decrypted message of a self-built app means, as a pure function, so that captured payloads can prove it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from bot.channels.wecom.xml import event_id, field, said_at
from handlers.messages import Attachment, Happening, Inbound

#: What is sent and cannot be read: the kind of attachment that stands for it.
ATTACHED: Final = {"image": "image", "voice": "voice", "video": "video", "location": "location"}
NOBODY: Final = "sys"  #: in whose name the platform speaks


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a member did, before his name and his pictures are asked for."""

    inbound: Inbound
    picture: str | None = None  #: the media id of a picture; it lives for three days
    response_code: str | None = None  #: with it the pressed card can be changed, once and within 72 hours


def read(message: Element, account: str, now: datetime) -> Heard | None:
    """What was heard, or None for what is no business of the bot's, and for what no real message looks like.

    Args:
        message: As it was decrypted.
        account: The bot's word for this app.
        now: Stands for a time that is missing.
    """
    sender, kind = field(message, "FromUserName"), field(message, "MsgType")
    if sender in ("", NOBODY):
        return None
    if kind == "event":
        return _event(message, _inbound(message, sender, account, now))
    return _said(message, kind, _inbound(message, sender, account, now))


def _said(message: Element, kind: str, blank: Inbound) -> Heard | None:
    number = field(message, "MsgId")
    if not number:
        return None
    inbound = replace(blank, message_id=number)
    if kind in ATTACHED:
        picture = field(message, "MediaId") if kind == "image" else ""
        return Heard(replace(inbound, attachments=(Attachment(ATTACHED[kind]),)), picture=picture or None)
    text = {"text": field(message, "Content"), "link": field(message, "Title")}.get(kind, "")
    return Heard(replace(inbound, text=text)) if text else None


def _event(message: Element, blank: Inbound) -> Heard | None:
    """Events have no id: sender, second, event and key name them. Most are none of ours."""
    event, key = field(message, "Event"), field(message, "EventKey")
    inbound = replace(blank, message_id=event_id(message, event, key))
    match event:
        case "template_card_event":
            pressed = replace(inbound, text=key, happening=Happening.PRESSED, reply_to=field(message, "TaskId") or None)
            return Heard(pressed, response_code=field(message, "ResponseCode") or None)
        case "click":  # a button of the app's own menu: its key is what it says
            return Heard(replace(inbound, text=key)) if key else None
        case "subscribe":  # he came into the app's range
            return Heard(replace(inbound, happening=Happening.JOINED))
        case "unsubscribe":
            return Heard(replace(inbound, happening=Happening.REMOVED))
    return None


def _inbound(message: Element, sender: str, account: str, now: datetime) -> Inbound:
    return Inbound(
        channel="wecom_app",
        account=account,
        chat=sender,  # an app has no groups: a member is written to under his own id
        message_id="",
        sender=sender,
        sender_name=sender,
        text="",
        at=said_at(message, now),
        is_group=False,
        to_bot=True,
        one_to_one=sender,
    )
