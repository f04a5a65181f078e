"""What a bridge told, as the rest of the bot hears it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.channels.onebot.calling import People, worded
from bot.channels.onebot.events import Kind, Membership, Part, Recalled, Said
from bot.channels.onebot.ids import is_group, key
from handlers.messages import Attachment, Happening, Inbound, Quoted

CHANNEL: Final = "onebot"

_MILLISECONDS: Final = 10**11  #: no bridge lives in the year 5138
_LONG_AGO: Final = datetime(2015, 1, 1, tzinfo=UTC)
_THINGS: Final = {Kind.VOICE: "voice", Kind.VIDEO: "video", Kind.FILE: "file", Kind.LOCATION: "location"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where it was told. `names`: of everybody there, by id. `said_by_us`: whether what it quotes is known to be ours."""

    account: str
    now: datetime
    people: People
    quoted: Quoted | None = None
    said_by_us: bool = False
    pictures: tuple[Attachment, ...] = ()


def said(event: Said, name: str, scene: Scene) -> Inbound | None:
    """A message; None for one without words or things, such as a sticker."""
    words = worded(event.parts, scene.people)
    attachments = (*scene.pictures, *(Attachment(_THINGS[part.kind]) for part in event.parts if part.kind in _THINGS))
    if not (words.text.strip() or attachments or words.me):
        return None
    quote = quote_in(event)
    return Inbound(
        channel=CHANNEL,
        account=scene.account,
        chat=event.chat,
        message_id=key(event.chat, event.message),
        sender=event.sender,
        sender_name=name,
        text=words.text,
        at=moment(event.at, scene.now),
        is_group=not event.alone,
        to_bot=event.alone or words.me or scene.said_by_us or _quotes_us(quote, scene),
        reply_to=key(event.chat, quote.value) if quote else None,
        quoted=scene.quoted,
        mentions=words.called,
        attachments=attachments,
        one_to_one=event.chat if event.alone else None,
    )


def recalled(event: Recalled, account: str, now: datetime) -> Inbound:
    """A message was taken back. It has no id of its own: what was taken back can be so only once."""
    gone = key(event.chat, event.message)
    return Inbound(
        channel=CHANNEL,
        account=account,
        chat=event.chat,
        message_id=f"recall:{gone}",
        sender=event.by,
        sender_name="",
        text="",
        at=moment(event.at, now),
        is_group=is_group(event.chat),
        happening=Happening.RECALLED,
        about=gone,
    )


def moved(event: Membership, account: str, now: datetime) -> Inbound:
    """The bot came into a group or left it."""
    at = moment(event.at, now)
    what = Happening.JOINED if event.inside else Happening.REMOVED
    return Inbound(
        channel=CHANNEL,
        account=account,
        chat=event.chat,
        message_id=f"{what.value}:{event.chat}:{at.timestamp():.0f}",
        sender=event.by,
        sender_name="",
        text="",
        at=at,
        happening=what,
    )


def told(event: Said, people: People) -> Quoted | None:
    """A message that is quoted; nothing where it has no words."""
    text = worded(event.parts, people).text
    name = event.name or people.names.get(event.sender, "")
    return Quoted(text, event.sender, name, event.sender in people.me) if text.strip() else None


def quote_in(event: Said) -> Part | None:
    """The quote in a message, if there is one."""
    return next((part for part in event.parts if part.kind is Kind.QUOTE), None)


def moment(seconds: float | None, now: datetime) -> datetime:
    """When something happened: as the bridge says, unless its clock cannot be right."""
    if seconds is None:
        return now
    try:
        at = datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return now
    return min(at, now) if at > _LONG_AGO else now


def _quotes_us(quote: Part | None, scene: Scene) -> bool:
    by_us = quote is not None and quote.by is not None and quote.by in scene.people.me
    return by_us or (scene.quoted is not None and scene.quoted.from_bot)
