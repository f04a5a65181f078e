"""What the Telegram server knows: people, chats and what was said in them, in the shapes of the Bot API."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

JSON = dict[str, Any]

BOT: Final = 7654321
BOT_NAME: Final = "guanjia_bot"
TOKEN: Final = "7654321:AAH-never-to-be-seen-in-a-log"
START: Final = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp())

_ENTITIES: Final = (
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}", re.ASCII)),
    ("bot_command", re.compile(r"(?<!\S)/[a-z0-9_]+(?:@\w+)?(?!\S)", re.ASCII)),
)


def units(text: str) -> int:
    """How long Telegram takes `text` to be."""
    return len(text.encode("utf-16-le")) // 2


def entities_in(text: str) -> Iterator[JSON]:
    """What the real server finds in a text by itself."""
    for kind, pattern in _ENTITIES:
        for found in pattern.finditer(text):
            yield {"type": kind, "offset": units(text[: found.start()]), "length": units(found[0])}


@dataclass(slots=True)
class Chat:
    """A group or a private chat, and what the bot is in it."""

    id: int
    kind: str
    title: str
    member: bool = True
    blocked: bool = False  #: the person has blocked the bot, or was never written to by it
    moved_to: int | None = None
    messages: dict[int, JSON] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def json(self) -> JSON:
        """As the Bot API shows it."""
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.title}


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the bot's, as a member of the chat sees it."""

    id: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()  #: label, payload
    called: tuple[int, ...] = ()  #: people who are notified
    quote: str | None = None
    picture: bytes | None = None
    file: tuple[str, bytes] | None = None  #: its name, and what is in it


class Town:
    """Everybody and everything, in memory."""

    def __init__(self, *, hears_all: bool = True, clock: Callable[[], datetime] | None = None) -> None:
        self.bot: JSON = {
            "id": BOT,
            "is_bot": True,
            "first_name": "楼栋小助手",
            "username": BOT_NAME,
            "can_join_groups": True,
            "can_read_all_group_messages": hears_all,
            "supports_inline_queries": False,
        }
        self.people: dict[int, JSON] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}
        self.sizes: dict[str, int] = {}
        self._seconds = itertools.count(START)
        self._clock = clock
        self._files = itertools.count(1)

    def person(self, number: int, name: str, *, username: str | None = None, is_bot: bool = False) -> None:
        """Somebody, together with a private chat which the bot cannot begin."""
        shown = {"id": number, "is_bot": is_bot, "first_name": name}
        self.people[number] = shown | ({"username": username} if username else {})
        self.chats[number] = Chat(number, "private", name, blocked=True)

    def group(self, number: int, title: str, kind: str = "supergroup", *, member: bool = True) -> None:
        """A group."""
        self.chats[number] = Chat(number, kind, title, member=member)

    def user(self, number: int) -> JSON:
        """Somebody as the Bot API shows him."""
        return self.bot if number == BOT else self.people[number]

    def now(self) -> int:
        """What time it is; without a clock, the next second."""
        return int(self._clock().timestamp()) if self._clock else next(self._seconds)

    def message(self, chat: int, sender: int, content: JSON, reply_to: int | None = None) -> JSON:
        """Put a message into a chat."""
        where = self.chats[chat]
        number = next(where.numbers)
        message = {"message_id": number, "from": self.user(sender), "chat": where.json, "date": self.now(), **content}
        if reply_to is not None and reply_to in where.messages:
            quoted = where.messages[reply_to]
            message["reply_to_message"] = {key: value for key, value in quoted.items() if key != "reply_to_message"}
        where.messages[number] = message
        return message

    def press(self, query: str, who: int, chat: int, under: int, payload: str) -> JSON:
        """A press of a button under a message."""
        message = self.chats[chat].messages[under]
        pressed = {"id": query, "from": self.user(who), "message": message, "chat_instance": "-5418903"}
        return {**pressed, "data": payload}

    def membership(self, chat: int, who: int, *, member: bool) -> JSON:
        """The bot is added by somebody, or removed."""
        place = self.chats[chat]
        place.member = member
        old, new = ("left", "member") if member else ("member", "kicked")
        states: dict[str, JSON] = {status: {"status": status, "user": self.bot} for status in (old, new)}
        if not member:
            states[new]["until_date"] = 0
        when = {"chat": place.json, "from": self.user(who), "date": self.now()}
        return {**when, "old_chat_member": states[old], "new_chat_member": states[new]}

    def seen(self, message: JSON) -> Said:
        """A message as a member of the chat sees it."""
        chat, quoted = message["chat"]["id"], message.get("reply_to_message")
        keyboard = message.get("reply_markup", {}).get("inline_keyboard", ())
        marks = message.get("entities") or message.get("caption_entities") or ()
        return Said(
            id=f"{chat}:{message['message_id']}",
            text=message.get("text") or message.get("caption") or "",
            buttons=tuple((button["text"], button["callback_data"]) for row in keyboard for button in row),
            called=tuple(mark["user"]["id"] for mark in marks if mark["type"] == "text_mention"),
            quote=f"{chat}:{quoted['message_id']}" if quoted else None,
            picture=self.files[message["photo"][-1]["file_id"]] if "photo" in message else None,
            file=(file["file_name"], self.files[file["file_id"]]) if (file := message.get("document")) else None,
        )

    def picture(self, content: bytes, size: int | None = None) -> list[JSON]:
        """A photo as Telegram keeps it: a thumbnail and the whole, each a file of its own."""
        small, large = self.file(content[:64]), self.file(content, size)
        return [
            {
                "file_id": small,
                "file_unique_id": f"u{small}",
                "width": 90,
                "height": 67,
                "file_size": self.sizes[small],
            },
            {
                "file_id": large,
                "file_unique_id": f"u{large}",
                "width": 1280,
                "height": 960,
                "file_size": self.sizes[large],
            },
        ]

    def file(self, content: bytes, size: int | None = None) -> str:
        """Keep a file; `size` is what is claimed of it."""
        name = f"AgACAgUAAx{next(self._files):06d}"
        self.files[name], self.sizes[name] = content, len(content) if size is None else size
        return name


def written(text: str, calls: Sequence[tuple[str, JSON]] = (), word: str = "text") -> JSON:
    """The content of a message with a text (or with `word="caption"`); `calls` are people called without a username."""
    found = list(entities_in(text))
    for name, user in calls:
        found.append(
            {"type": "text_mention", "offset": units(text[: text.index(name)]), "length": units(name), "user": user}
        )
    marks = "entities" if word == "text" else "caption_entities"
    return {word: text} | ({marks: found} if found else {})
