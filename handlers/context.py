"""What a handler is given and what it gives back; nothing here can send, commit or read a clock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

BUTTON_VERSION: Final = "1"


class Happening(StrEnum):
    """What a channel can hear."""

    SAID = "said"  #: somebody wrote, spoke or sent something
    PRESSED = "pressed"  #: a button; `text` is its payload
    RECALLED = "recalled"  #: `about` is the id of the message that its sender took back
    JOINED = "joined"  #: the bot was added to the chat
    REMOVED = "removed"  #: the bot was removed from the chat
    MOVED = "moved"  #: the chat has the new address `about`


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came with a message.

    `kind` is one of image, video, voice, file, location. `digest` is the SHA-256 (hex) under which the bytes were
    stored before the message was handed over; None for what was not fetched, was too large or is no picture
    (`refused` then says why in Chinese, as a resident may read it).
    """

    kind: str
    digest: str | None = None
    size: int = 0
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing heard on a channel. `(channel, account, message_id)` names it for ever, however often it is delivered."""

    channel: str
    account: str  #: which of the bot's accounts on that channel heard it
    chat: str  #: the channel's address of the chat
    message_id: str
    sender: str
    sender_name: str
    text: str
    at: datetime  #: aware UTC
    is_group: bool = True
    happening: Happening = Happening.SAID
    to_bot: bool = False  #: the bot is mentioned, quoted or alone with the sender
    from_bot: bool = False  #: another bot's message
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()  #: sender ids
    attachments: tuple[Attachment, ...] = ()
    about: str | None = None
    one_to_one: str | None = None  #: the chat address at which this sender can be reached alone, where that is known


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: pressing it says `words` to the bot."""

    label: str
    words: str

    @property
    def payload(self) -> str:
        """What the channel carries and hands back, at most 64 bytes: the version and the words."""
        return f"{BUTTON_VERSION}|{self.words}"


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody called by name in a message, `sender` in the channel's own ids."""

    sender: str
    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """A message to be said. Channels that cannot do a part of it degrade it; `bot/channels/base.py` says how."""

    text: str
    buttons: tuple[Button, ...] = ()
    mentions: tuple[Mention, ...] = ()
    quote: str | None = None  #: the platform's id of the message that is answered
    pictures: tuple[str, ...] = ()  #: digests
