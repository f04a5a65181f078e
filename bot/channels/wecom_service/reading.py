"""What an item that was pulled means, as a pure function, so that captured payloads can prove it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.channels.base import Window
from bot.channels.wecom_service.addresses import both_of, chat_with
from bot.channels.window import Allowance, allowed, are_ids
from handlers.messages import Attachment, Happening, Inbound

CUSTOMER: Final = 3  #: the origin of what a resident wrote; people of the company who take part have another
#: What the platform allows: five messages in two days for each of his, one in twenty seconds for coming in.
AFTER_A_WORD: Final = Window(timedelta(hours=48), 5)
ON_ENTERING: Final = Window(timedelta(seconds=20), 1)

ATTACHED: Final = {"image": "image", "voice": "voice", "video": "video", "file": "file", "location": "location"}

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a resident did: before his name and his picture are asked for, with what it allows."""

    inbound: Inbound
    allowance: Allowance | None = None
    picture: str | None = None  #: the media id of a picture; it lives for three days


@dataclass(frozen=True, slots=True)
class Returned:
    """A message of the bot's that the platform had taken and could not deliver; `kind` is the platform's number for why."""

    message: str
    kind: int


def read(item: Item, account: str, now: datetime) -> Heard | Returned | None:
    """What was heard, or None for what is no business of the bot's, and for what no real item looks like.

    Args:
        item: One of `msg_list`.
        account: The bot's word for this configuration.
        now: Stands for a time that is missing.
    """
    if item.get("msgtype") == "event":
        return _event(item, account, now)
    if item.get("origin") != CUSTOMER:
        return None
    blank = _inbound(item, item, account, now)
    return _said(item, blank) if blank else None


def _said(item: Item, inbound: Inbound) -> Heard | None:
    kind = _word(item, "msgtype")
    body = _table(item, kind)
    allowance = allowed(AFTER_A_WORD, "said", inbound.at, inbound.message_id)
    if kind in ATTACHED:
        picture = _word(body, "media_id") if kind == "image" else ""
        shown = replace(inbound, attachments=(Attachment(ATTACHED[kind]),))
        return Heard(shown, allowance, picture=picture or None)
    pressed = _word(body, "menu_id")
    if kind == "text" and "|" in pressed:  # ours; what somebody set up in the console is only a text
        return Heard(replace(inbound, text=pressed, happening=Happening.PRESSED), allowance)
    text = {"text": _word(body, "content"), "link": _word(body, "title")}.get(kind, "")
    return Heard(replace(inbound, text=text), allowance) if text else None


def _event(item: Item, account: str, now: datetime) -> Heard | Returned | None:
    event = _table(item, "event")
    kind = _word(event, "event_type")
    if kind == "msg_send_fail":
        number = event.get("fail_type")
        message = _word(event, "fail_msgid")
        return Returned(message, number if isinstance(number, int) else 0) if are_ids(message) else None
    blank = _inbound(item, event, account, now)
    if blank is None:
        return None
    match kind:
        case "enter_session":
            return _entered(event, blank)
        case "user_recall_msg" if gone := _word(event, "recall_msgid"):
            return Heard(replace(blank, happening=Happening.RECALLED, about=gone))
    return None


def _entered(event: Item, blank: Inbound) -> Heard:
    """Without a code there is nothing to be answered: he was here not long ago."""
    welcome = _word(event, "welcome_code")
    by = _word(event, "scene_param") or _word(event, "scene") or None
    entered = replace(blank, happening=Happening.ENTERED, about=by, to_bot=are_ids(welcome))
    allowance = allowed(ON_ENTERING, "entered", blank.at, blank.message_id, welcome)
    return Heard(entered, allowance if entered.to_bot else None)


def _inbound(item: Item, who: Item, account: str, now: datetime) -> Inbound | None:
    """`who`: where the ids of the two sides stand, in an event within it."""
    number, sender, service = _word(item, "msgid"), _word(who, "external_userid"), _word(who, "open_kfid")
    chat = chat_with(service, sender)
    if not (are_ids(number, chat) and both_of(chat)):
        return None
    return Inbound(
        channel="wecom_service",
        account=account,
        chat=chat,
        message_id=number,
        sender=sender,
        sender_name="",
        text="",
        at=_moment(item.get("send_time"), now),
        is_group=False,
        to_bot=True,
        one_to_one=chat,
    )


def _moment(seconds: object, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else now
    except (ValueError, OverflowError, OSError):
        return now


def _table(item: Item, name: str) -> Item:
    found = item.get(name)
    return found if isinstance(found, Mapping) else {}


def _word(item: Item, name: str) -> str:
    found = item.get(name)
    return found if isinstance(found, str) else ""
