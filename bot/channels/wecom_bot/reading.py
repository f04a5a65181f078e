"""What a callback means, as a pure function, so that captured payloads can prove it.

The platform tells no names: who is not known yet is called by what he is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, Final

from bot.channels.wecom_bot.addresses import GROUP, SINGLE, Conversation
from bot.channels.wecom_bot.fields import Unreadable, inner, needed, word
from bot.channels.wecom_bot.frames import JSON, Frame
from handlers.messages import Attachment, Happening, Inbound

CHANNEL: Final = "wecom_bot"
NAMELESS: Final = "企业微信同事"
BELIEVED: Final = timedelta(days=1)  #: how far a time of the platform's may be from ours
PLATFORM: Final = "sys"  #: who sends the platform's own notices
#: The commands that tell something, and for each the events that mean something to us; a message is none.
MEANT: Final = {"aibot_msg_callback": (None,), "aibot_event_callback": ("enter_chat", "template_card_event")}
_OTHERS: Final = {"file": "file", "video": "video"}
#: The mention with which every message in a group begins, or nearly every.
_FIRST_CALL: Final = re.compile(r"^\s*@\S+\s*")


class Kind(Enum):
    """How a callback may be answered."""

    MESSAGE = "message"
    ENTERED = "enter_chat"
    PRESSED = "template_card_event"


@dataclass(frozen=True, slots=True)
class Me:
    """The bot that hears. Without `name` the first mention in a group is taken for its own."""

    account: str
    bot_id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture can be fetched for five minutes, and the key (base64) under which it is encrypted."""

    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A callback as it was meant. `quoted` is the text of the message that it quotes, which the platform gives no id."""

    kind: Kind
    conversation: Conversation
    inbound: Inbound
    pictures: tuple[Picture, ...] = ()
    quoted: str = ""


def read(frame: Frame, me: Me, now: datetime) -> Heard | None:
    """What was heard, which is nothing for the platform's own notices and for events that mean nothing to us.

    Args:
        now: When it came; messages have no time of their own.

    Raises:
        Unreadable: It is not as documented.
    """
    body, told = frame.body, MEANT.get(frame.cmd)
    if told is None or body.get("aibotid", me.bot_id) != me.bot_id or frame.event.get("eventtype") not in told:
        return None
    sender = needed(inner(body, "from"), "userid")
    if sender == PLATFORM:
        return None
    return _event(body, sender, me, now) if frame.event else _message(body, sender, me, now)


def arrival(heard: Inbound) -> Inbound:
    """That the bot is in the group in which something was heard: the platform does not say when it is added to one."""
    return Inbound(
        channel=heard.channel,
        account=heard.account,
        chat=heard.chat,
        message_id=f"met:{heard.at:%Y-%m-%d}:{heard.chat}",
        sender=heard.sender,
        sender_name=heard.sender_name,
        text="",
        at=heard.at,
        happening=Happening.JOINED,
    )


def uncalled(text: str, name: str | None) -> str:
    """`text` without the mention of the bot."""
    if name is None:
        return _FIRST_CALL.sub("", text, count=1).strip()
    return re.sub(rf"@{re.escape(name)}\s*", "", text).strip()


def _message(body: JSON, sender: str, me: Me, now: datetime) -> Heard | None:
    conversation = _conversation(body, sender)
    parts = [*_parts(body)]
    said = "\n".join(filter(None, (_said(kind, part) for kind, part in parts)))
    # Where the name in the configuration is not the bot's, the first mention is: it hears nothing else of a group.
    name = me.name if me.name and f"@{me.name}" in said else None
    text = uncalled(said, name) if conversation.kind == GROUP else said.strip()
    pictures = tuple(Picture(word(part, "url"), word(part, "aeskey")) for kind, part in parts if kind == "image")
    others = tuple(Attachment(_OTHERS[kind]) for kind, _ in parts if kind in _OTHERS)
    if not (said or pictures or others):
        return None
    inbound = _inbound(body, conversation, sender, me, now, text=text, attachments=others, to_bot=True)
    return Heard(Kind.MESSAGE, conversation, inbound, pictures, _quoted(body, me))


def _event(body: JSON, sender: str, me: Me, now: datetime) -> Heard:
    event, conversation = inner(body, "event"), _conversation(body, sender)
    if event.get("eventtype") == "enter_chat":
        # Whoever only looks in cannot be written to yet.
        inbound = _inbound(
            body, conversation, sender, me, now, happening=Happening.ENTERED, to_bot=True, one_to_one=None
        )
        return Heard(Kind.ENTERED, conversation, inbound)
    pressed = inner(event, "template_card_event")
    key, card = needed(pressed, "event_key"), needed(pressed, "task_id")
    more: Any = {"text": key, "happening": Happening.PRESSED, "to_bot": True, "reply_to": card}
    return Heard(Kind.PRESSED, conversation, _inbound(body, conversation, sender, me, now, **more))


def _inbound(
    body: JSON, conversation: Conversation, sender: str, me: Me, now: datetime, *, text: str = "", **more: Any
) -> Inbound:
    alone = conversation.address if conversation.kind == SINGLE else None
    return Inbound(
        channel=CHANNEL,
        account=me.account,
        chat=conversation.address,
        message_id=_message_id(body, sender),
        sender=sender,
        sender_name=NAMELESS,
        text=text,
        at=_moment(body, now),
        is_group=conversation.kind == GROUP,
        **{"one_to_one": alone} | more,
    )


def _message_id(body: JSON, sender: str) -> str:
    """The platform's id; where an event has none, what it says is its name."""
    given = body.get("msgid")
    if isinstance(given, str) and given:
        return given
    if not isinstance(body.get("create_time"), int):
        raise Unreadable("no msgid")
    told = f"{sender}\n{body['create_time']}\n{sorted(str(item) for item in inner(body, 'event').items())}"
    return f"event:{sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _moment(body: JSON, now: datetime) -> datetime:
    at = body.get("create_time")
    if isinstance(at, int) and abs(at - now.timestamp()) < BELIEVED.total_seconds():
        return datetime.fromtimestamp(at, UTC)
    return now


def _conversation(body: JSON, sender: str) -> Conversation:
    if body.get("chattype") == SINGLE:
        return Conversation(SINGLE, sender)
    if body.get("chattype") != GROUP:
        raise Unreadable("no chattype")
    return Conversation(GROUP, needed(body, "chatid"))


def _parts(message: JSON) -> Iterator[tuple[str, JSON]]:
    """A message's parts with their kinds: several only where words and pictures are mixed."""
    kind = word(message, "msgtype")
    content = inner(message, kind)
    items = content.get("msg_item") if kind == "mixed" else [message]
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield word(item, "msgtype"), inner(item, word(item, "msgtype"))


def _said(kind: str, part: JSON) -> str:
    """The words of a part; of speech, as the platform has understood it."""
    return word(part, "content") if kind in ("text", "voice") else ""


def _quoted(body: JSON, me: Me) -> str:
    said = "\n".join(filter(None, (_said(kind, part) for kind, part in _parts(inner(body, "quote")))))
    return uncalled(said, me.name) if me.name else said.strip()
