"""What is heard and what is said: values that pass between channels and handlers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from storage.chats import Address
from storage.identities import Who
from storage.listings import Listing

BUTTON_VERSION: Final = "1"
NO_NUMBER: Final = "number|"  #: the payload of a number that was never offered, or stands for nothing any more


class Happening(StrEnum):
    """What a channel can hear."""

    SAID = "said"  #: somebody wrote, spoke or sent something
    PRESSED = "pressed"  #: a button; `text` is its payload
    RECALLED = "recalled"  #: `about` is the id of the message that its sender took back
    JOINED = "joined"  #: the bot was added to the chat
    REMOVED = "removed"  #: the bot was removed from the chat
    MOVED = "moved"  #: the chat has the new address `about`
    ENTERED = "entered"  #: somebody opened the chat with the bot; `about` is the code by which he came
    LISTED = "listed"  #: the platform tells of a group in which nobody can speak to the bot; `listing` says what


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message: the SHA-256 (hex) under which it is stored, and what people call it."""

    digest: str
    name: str

    @classmethod
    def of(cls, stored: str) -> "File":
        """What `stored` has kept."""
        digest, _, name = stored.partition("/")
        return cls(digest, name)

    @property
    def stored(self) -> str:
        """As it is kept in rows."""
        return f"{self.digest}/{self.name}"


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
    name: str = ""  #: of a file


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a message quotes, where the channel tells more of it than its id."""

    text: str
    sender: str
    sender_name: str
    from_bot: bool = False  #: any bot's, our own included


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
    quoted: Quoted | None = None  #: the message `reply_to`, where the channel hands it over
    mentions: tuple[str, ...] = ()  #: sender ids
    attachments: tuple[Attachment, ...] = ()
    about: str | None = None
    one_to_one: str | None = None  #: the chat address at which this sender can be reached alone, where that is known
    listing: Listing | None = None

    @property
    def address(self) -> Address:
        """The chat it was heard in."""
        return (self.channel, self.account, self.chat)

    @property
    def who(self) -> Who:
        """The identity that said it."""
        return (self.channel, self.account, self.sender)

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it for ever."""
        return (self.channel, self.account, self.message_id)


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: pressing it says `words` to the bot.

    `number`: what one types instead, on a channel without buttons.
    """

    label: str
    words: str
    number: int | None = None

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
    files: tuple[File, ...] = ()
    #: the platform's id of what this answers, quoted or not: some platforms let an answer go where nothing else may
    answers: str | None = None

    def to_body(self) -> dict[str, Any]:
        """As it is stored in the outbox."""
        return {
            "text": self.text,
            "buttons": [[b.label, b.words, *([b.number] if b.number else ())] for b in self.buttons],
            "mentions": [[m.sender, m.name] for m in self.mentions],
            "quote": self.quote,
            "pictures": list(self.pictures),
            **({"files": [file.stored for file in self.files]} if self.files else {}),
            "answers": self.answers,
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Words":
        """What `to_body` stored."""
        return cls(
            text=body["text"],
            buttons=tuple(Button(*parts) for parts in body.get("buttons", ())),
            mentions=tuple(Mention(*pair) for pair in body.get("mentions", ())),
            quote=body.get("quote"),
            pictures=tuple(body.get("pictures", ())),
            files=tuple(map(File.of, body.get("files", ()))),
            answers=body.get("answers"),
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers where it was asked. `alone`: to the asker alone where the channel can."""

    text: str
    buttons: tuple[Button, ...] = ()
    pictures: tuple[str, ...] = ()
    alone: bool = False


SILENT: Final = Reply("")  #: a listener has dealt with the message, and nobody need be told


class Refusal(Exception):  # noqa: N818 -- not an error: a sentence for a person
    """What cannot be done, and what to do instead. Raising it undoes the handler and becomes the reply."""

    def __init__(self, text: str, *, alone: bool = False) -> None:
        super().__init__(text)
        self.reply = Reply(text, alone=alone)
