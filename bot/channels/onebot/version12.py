"""OneBot v12: what its events say. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from bot.channels.base import SendError
from bot.channels.onebot.errors import failure_12
from bot.channels.onebot.events import Beat, Event, Membership, Part, Person, Recalled, Said
from bot.channels.onebot.ids import GROUP, alone_with, in_group
from bot.channels.onebot.parts import heard_12, said_12
from bot.channels.onebot.values import Frame, id_of, inner, items, message_id, number, word
from bot.channels.onebot.wire import Answer

WHO_AM_I: Final = "get_self_info"
WHO_IS: Final = "get_user_info"
NAMES_ITSELF: Final = True

#: How a picture is handed over, by how it is written.
_WAYS: Final = {"base64://": "data", "file://": "path"}


def is_event(frame: Frame) -> bool:
    """An event, not the answer to a request."""
    return "detail_type" in frame


def whose(frame: Frame) -> str | None:
    """The bot that an event is for; None for what concerns the bridge itself."""
    return id_of(inner(frame, "self"), "user_id")


def platform(frame: Frame) -> str:
    """The platform of that bot, as requests have to name it again."""
    return word(inner(frame, "self"), "platform")


def bots(frame: Frame) -> dict[str, str]:
    """The bots that a `status_update` tells of, each with its platform."""
    told = items(inner(frame, "status"), "bots")
    return {bot: platform(one) for one in told if (bot := whose(one))}


def read(frame: Frame) -> Event | None:
    """What an event says; None for what no handler could use."""
    match frame.get("type"):
        case "message":
            return _message(frame)
        case "notice":
            return _notice(frame)
        case "meta":
            return _beat(frame)
    return None


def person(entry: Frame) -> Person | None:
    """One of `get_group_member_list`, or the answer of `get_group_member_info` or `get_self_info`."""
    who = id_of(entry, "user_id")
    return Person(who, word(entry, "user_displayname").strip() or word(entry, "user_name").strip()) if who else None


def quoted(_: Frame) -> Said | None:
    """Nothing: v12 has no action that shows a message again."""
    return None


def fetching(data: Frame) -> Sequence[tuple[str, Frame]]:
    """Every picture is asked for by its id: its address first, and itself where it has none."""
    file = word(data, "file_id")
    return [("get_file", {"file_id": file, "type": kind}) for kind in ("url", "data", "path")] if file else []


def uploading(name: str, where: str) -> tuple[str, dict[str, Any]]:
    """A picture goes before its message, which then names it by the id that the bridge gave it."""
    how, content = "url", where
    for start, kind in _WAYS.items():
        if where.startswith(start):
            how, content = kind, where.removeprefix(start)
    return "upload_file", {"type": how, "name": name, how: content}


def segments(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """A message to be said."""
    return said_12(parts)


def sending(kind: str, to: int | str, segments: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The action that says it, and its parameters."""
    if kind == GROUP:
        return "send_message", {"detail_type": "group", "group_id": to, "message": segments}
    return "send_message", {"detail_type": "private", "user_id": to, "message": segments}


def taking_back(message: int | str) -> tuple[str, dict[str, Any]]:
    """The action that takes a message of the bot's back, and its parameters."""
    return "delete_message", {"message_id": message}


def failure(answer: Answer) -> SendError | None:
    """What an answer means for the message that was to be said."""
    return failure_12(answer)


def _message(frame: Frame) -> Said | None:
    who, group, alone = id_of(frame, "user_id"), id_of(frame, "group_id"), word(frame, "detail_type") == "private"
    if who is None or not (alone or (group and word(frame, "detail_type") == "group")):
        return None
    return Said(
        chat=alone_with(who) if alone else in_group(group or ""),
        message=message_id(frame, who),
        sender=who,
        name=_name(frame),
        parts=heard_12(frame),
        at=number(frame, "time"),
        alone=alone,
    )


def _name(frame: Frame) -> str:
    """Not in the standard; some bridges add it as v11 has it."""
    sender = inner(frame, "sender")
    return word(sender, "card").strip() or word(sender, "nickname").strip()


def _notice(frame: Frame) -> Event | None:
    who, group, at = id_of(frame, "user_id"), id_of(frame, "group_id"), number(frame, "time")
    message, by = id_of(frame, "message_id"), id_of(frame, "operator_id") or who
    if who is None or by is None:
        return None
    match word(frame, "detail_type"):
        case "private_message_delete" if message:
            return Recalled(alone_with(who), message, who, at)
        case "group_message_delete" if message and group:
            return Recalled(in_group(group), message, by, at)
        case "group_member_increase" if group:
            return Membership(in_group(group), who, by, inside=True, at=at)
        case "group_member_decrease" if group:
            return Membership(in_group(group), who, by, inside=False, at=at)
    return None


def _beat(frame: Frame) -> Beat:
    interval = number(frame, "interval")
    told = items(inner(frame, "status"), "bots")
    return Beat(
        interval=interval / 1000 if interval and interval > 0 else None,
        online={bot: one["online"] for one in told if (bot := whose(one)) and isinstance(one.get("online"), bool)},
    )
