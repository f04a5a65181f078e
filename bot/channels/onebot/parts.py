"""Segments of messages, in both versions of OneBot, from and to our parts. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from bot.channels.onebot import cq
from bot.channels.onebot.events import Kind, Part
from bot.channels.onebot.values import Frame, id_of, inner, items, word

_FILES_11: Final = {"image": Kind.IMAGE, "record": Kind.VOICE, "video": Kind.VIDEO, "file": Kind.FILE}
_FILES_12: Final = {
    "image": Kind.IMAGE,
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "video": Kind.VIDEO,
    "file": Kind.FILE,
}


def heard_11(frame: Frame) -> tuple[Part, ...]:
    """The parts of a message of v11, which is an array of segments or one text with CQ codes."""
    message = frame.get("message")
    if isinstance(message, str):
        return tuple(_heard_11(cq.segments(message)))
    if isinstance(message, dict):  # some send one segment without its array
        return tuple(_heard_11([message]))
    return tuple(_heard_11(items(frame, "message")))


def _heard_11(segments: Iterable[Frame]) -> Iterator[Part]:
    for segment in segments:
        kind, data = word(segment, "type"), inner(segment, "data")
        if kind == "text":
            yield Part(Kind.TEXT, word(data, "text"))
        elif kind == "at" and data.get("qq") == "all":
            yield Part(Kind.EVERYBODY)
        elif kind == "at" and (who := id_of(data, "qq")):
            yield Part(Kind.MENTION, who, word(data, "name").removeprefix("@"))
        elif kind == "reply" and (quoted := id_of(data, "id")):
            yield Part(Kind.QUOTE, quoted, by=id_of(data, "qq"))
        elif kind in _FILES_11:
            yield Part(_FILES_11[kind], data=data)
        elif kind == "location":
            yield Part(Kind.LOCATION)


def heard_12(frame: Frame) -> tuple[Part, ...]:
    """The parts of a message of v12."""
    return tuple(_heard_12(items(frame, "message")))


def _heard_12(segments: Iterable[Frame]) -> Iterator[Part]:
    for segment in segments:
        kind, data = word(segment, "type"), inner(segment, "data")
        if kind == "text":
            yield Part(Kind.TEXT, word(data, "text"))
        elif kind == "mention_all":
            yield Part(Kind.EVERYBODY)
        elif kind == "mention" and (who := id_of(data, "user_id")):
            yield Part(Kind.MENTION, who)
        elif kind == "reply" and (quoted := id_of(data, "message_id")):
            yield Part(Kind.QUOTE, quoted, by=id_of(data, "user_id"))
        elif kind in _FILES_12:
            yield Part(_FILES_12[kind], data=data)
        elif kind == "location":
            yield Part(Kind.LOCATION)


def said_11(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Segments of v11. Their values are texts whatever an id was elsewhere: a segment is a CQ code in another form."""
    return [_said_11(part) for part in parts]


def _said_11(part: Part) -> dict[str, Any]:
    match part.kind:
        case Kind.MENTION:
            return {"type": "at", "data": {"qq": part.value}}
        case Kind.QUOTE:
            return {"type": "reply", "data": {"id": part.value}}
        case Kind.IMAGE:
            return {"type": "image", "data": {"file": part.value}}
        case _:
            return {"type": "text", "data": {"text": part.value}}


def said_12(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Segments of v12; a picture is named by the id that its upload got."""
    return [_said_12(part) for part in parts]


def _said_12(part: Part) -> dict[str, Any]:
    match part.kind:
        case Kind.MENTION:
            return {"type": "mention", "data": {"user_id": part.value}}
        case Kind.QUOTE:
            return {"type": "reply", "data": {"message_id": part.value}}
        case Kind.IMAGE:
            return {"type": "image", "data": {"file_id": part.value}}
        case _:
            return {"type": "text", "data": {"text": part.value}}
