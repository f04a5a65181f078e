"""The methods of the Bot API that the bot uses, with the rules whose breach the real server answers with an error."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp.web_request import FileField

from tests.platforms.telegram_town import BOT, JSON, Chat, Town, entities_in, units, written

LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024
LONGEST_PAYLOAD: Final = 64
LARGEST_DOWNLOAD: Final = 20_000_000
LARGEST_PHOTO: Final = 10_000_000
STRUCTURED: Final = ("entities", "caption_entities", "reply_markup", "reply_parameters", "media", "allowed_updates")


@dataclass(frozen=True)
class ApiError(Exception):
    """What the server answers instead of a result."""

    status: int
    description: str
    parameters: JSON = field(default_factory=dict)


def refused(why: str, **parameters: Any) -> ApiError:
    """The request cannot be obeyed."""
    return ApiError(400, f"Bad Request: {why}", parameters)


def forbidden(why: str = "bot was kicked from the supergroup chat") -> ApiError:
    """The bot may not."""
    return ApiError(403, f"Forbidden: {why}")


def slow_down(seconds: float) -> ApiError:
    """Too many requests."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def broken(status: int = 502) -> ApiError:
    """The server has a trouble of its own."""
    return ApiError(status, "Bad Gateway")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came: structured fields are decoded, files are bytes."""

    method: str
    fields: JSON
    files: dict[str, bytes]
    names: dict[str, str]  #: what the files are called

    @classmethod
    def read(cls, method: str, form: Any) -> "Call":
        """From a form, in which everything structured is JSON."""
        fields, files, names = {}, {}, {}
        for name, value in form.items():
            if isinstance(value, FileField):
                files[name], names[name] = value.file.read(), value.filename
            else:
                fields[name] = json.loads(value) if name in STRUCTURED else value
        return cls(method, fields, files, names)


class Methods:
    """What can be asked of the server by name, apart from updates."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._presses: set[str] = set()
        self.answered: list[str] = []
        self.table: dict[str, Callable[[Call], Any]] = {
            "getMe": lambda _: town.bot,
            "getChat": lambda call: self._chat(call).json,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendMediaGroup": self._send_media_group,
            "sendDocument": self._send_document,
            "deleteMessage": self._delete_message,
            "getFile": self._get_file,
            "answerCallbackQuery": self._answer_callback_query,
        }

    def pressed(self, query: str) -> None:
        """A button spins until it is answered."""
        self._presses.add(query)

    def _send_message(self, call: Call) -> JSON:
        chat = self._writable(call)
        return self._town.message(chat.id, BOT, _text(call) | _keyboard(call), self._quoted(call, chat))

    def _send_photo(self, call: Call) -> JSON:
        chat = self._writable(call)
        content = self._photo(call.files.get("photo", b"")) | _caption(call.fields) | _keyboard(call)
        return self._town.message(chat.id, BOT, content, self._quoted(call, chat))

    def _send_media_group(self, call: Call) -> list[JSON]:
        chat = self._writable(call)
        media = call.fields["media"]
        if not 2 <= len(media) <= 10:
            raise refused("MEDIA_INVALID")
        quoted = self._quoted(call, chat)
        contents = [self._photo(call.files[one["media"].removeprefix("attach://")]) | _caption(one) for one in media]
        album = {"media_group_id": str(self._town.now())}
        return [self._town.message(chat.id, BOT, content | album, quoted) for content in contents]

    def _send_document(self, call: Call) -> JSON:
        chat, content = self._writable(call), call.files.get("document", b"")
        if not content:
            raise refused("file must be non-empty")
        name = self._town.file(content)
        document = {"file_id": name, "file_unique_id": f"u{name}", "file_name": call.names["document"]}
        return self._town.message(chat.id, BOT, {"document": document}, self._quoted(call, chat))

    def _delete_message(self, call: Call) -> bool:
        chat, number = self._writable(call), int(call.fields["message_id"])
        if chat.messages.pop(number, None) is None:
            raise refused("message to delete not found")
        return True

    def _get_file(self, call: Call) -> JSON:
        name = call.fields["file_id"]
        if name not in self._town.files:
            raise refused("invalid file_id")
        if self._town.sizes[name] > LARGEST_DOWNLOAD:
            raise refused("file is too big")
        size = self._town.sizes[name]
        return {"file_id": name, "file_unique_id": f"u{name}", "file_size": size, "file_path": f"photos/{name}.jpg"}

    def _answer_callback_query(self, call: Call) -> bool:
        query = call.fields["callback_query_id"]
        if query not in self._presses:
            raise refused("query is too old and response timeout expired or query ID is invalid")
        self._presses.discard(query)
        self.answered.append(query)
        return True

    def _photo(self, content: bytes) -> JSON:
        if not content or len(content) > LARGEST_PHOTO:
            raise refused("IMAGE_PROCESS_FAILED")
        return {"photo": self._town.picture(content)}

    def _chat(self, call: Call) -> Chat:
        chat = self._town.chats.get(int(call.fields["chat_id"]))
        if chat is None:
            raise refused("chat not found")
        return chat

    def _writable(self, call: Call) -> Chat:
        chat = self._chat(call)
        if chat.moved_to is not None:
            raise refused("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.member:
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        return chat

    def _quoted(self, call: Call, chat: Chat) -> int | None:
        wanted = call.fields.get("reply_parameters")
        if not wanted or wanted["message_id"] in chat.messages:
            return wanted["message_id"] if wanted else None
        if not wanted.get("allow_sending_without_reply"):
            raise refused("message to be replied not found")
        return None


def _text(call: Call) -> JSON:
    if "parse_mode" in call.fields:
        raise refused("this server expects hostile text: nothing may be read as markup")
    text = call.fields.get("text", "").strip()
    if not text:
        raise refused("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise refused("message is too long")
    return _marked(text, call.fields.get("entities", []), "text")


def _caption(fields: JSON) -> JSON:
    caption = fields.get("caption", "").strip()
    if units(caption) > LONGEST_CAPTION:
        raise refused("message caption is too long")
    return _marked(caption, fields.get("caption_entities", []), "caption") if caption else {}


def _marked(text: str, marks: list[JSON], word: str) -> JSON:
    for mark in marks:
        if mark["offset"] < 0 or mark["length"] < 1 or mark["offset"] + mark["length"] > units(text):
            raise refused("ENTITY_BOUNDS_INVALID")
        if mark["type"] == "text_mention" and mark["user"]["id"] < 1:
            raise refused("USER_ID_INVALID")
    content = written(text, word=word)
    name = "entities" if word == "text" else "caption_entities"
    return content | ({name: [*marks, *entities_in(text)]} if marks else {})


def _keyboard(call: Call) -> JSON:
    markup = call.fields.get("reply_markup")
    for row in (markup or {}).get("inline_keyboard", ()):
        for button in row:
            if not 1 <= len(button["callback_data"].encode()) <= LONGEST_PAYLOAD:
                raise refused("BUTTON_DATA_INVALID")
    return {"reply_markup": markup} if markup else {}
