"""OneBot v11: what its events say. Pure; the specification is frozen since 2022."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from bot.channels.base import SendError
from bot.channels.onebot.errors import failure_11
from bot.channels.onebot.events import Beat, Event, Membership, Part, Person, Recalled, Renamed, Said
from bot.channels.onebot.ids import GROUP, alone_with, in_group
from bot.channels.onebot.parts import heard_11, said_11
from bot.channels.onebot.values import Frame, id_of, inner, message_id, number, word
from bot.channels.onebot.wire import Answer

WHO_AM_I: Final = "get_login_info"
WHO_IS: Final = "get_stranger_info"
NAMES_ITSELF: Final = False

#: Notes of the platform's own that come as messages of a group.
_NOTE: Final = "notice"


def is_event(frame: Frame) -> bool:
    """An event, not the answer to a request."""
    return "post_type" in frame


def whose(frame: Frame) -> str | None:
    """The bot that an event is for."""
    return id_of(frame, "self_id")


def platform(_: Frame) -> str:
    """Nothing: v11 knows one platform."""
    return ""


def bots(_: Frame) -> dict[str, str]:
    """None: a bridge of v11 has one, and names it when it connects."""
    return {}


def read(frame: Frame) -> Event | None:
    """What an event says; None for what no handler could use: requests, gifts, own messages, what came later than 2022."""
    match frame.get("post_type"):
        case "message":
            return _message(frame)
        case "notice":
            return _notice(frame)
        case "meta_event" if word(frame, "meta_event_type") == "heartbeat":
            return _beat(frame)
        case "meta_event":
            return Beat()
    return None


def quoted(data: Frame) -> Said | None:
    """What `get_msg` answers: the same fields as an event has, but for where it was said."""
    sender, message = inner(data, "sender"), id_of(data, "message_id") or "?"
    who = id_of(sender, "user_id") or id_of(data, "user_id")
    return Said("", message, who, _name(sender), heard_11(data), number(data, "time"), alone=False) if who else None


def person(entry: Frame) -> Person | None:
    """One of `get_group_member_list`, or the answer of `get_group_member_info` or `get_login_info`."""
    who = id_of(entry, "user_id")
    return Person(who, _name(entry)) if who else None


def fetching(data: Frame) -> Sequence[tuple[str, Frame]]:
    """Where only a name was said, the bridge is asked where that picture is."""
    return [("get_image", {"file": name})] if (name := word(data, "file")) else []


def uploading(_: str, __: str) -> None:
    """A picture goes with its message."""
    return


def segments(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """A message to be said, as an array: nothing in it has to be escaped."""
    return said_11(parts)


def sending(kind: str, to: int | str, segments: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The action that says it, and its parameters."""
    if kind == GROUP:
        return "send_group_msg", {"group_id": to, "message": segments}
    return "send_private_msg", {"user_id": to, "message": segments}


def taking_back(message: int | str) -> tuple[str, dict[str, Any]]:
    """The action that takes a message of the bot's back, and its parameters."""
    return "delete_msg", {"message_id": message}


def failure(answer: Answer) -> SendError | None:
    """What an answer means for the message that was to be said."""
    return failure_11(answer)


def _message(frame: Frame) -> Said | None:
    sender, anonymous = inner(frame, "sender"), inner(frame, "anonymous")
    who, group, alone = id_of(frame, "user_id"), id_of(frame, "group_id"), word(frame, "message_type") == "private"
    if word(frame, "sub_type") == _NOTE or who is None or not (alone or group):
        return None
    return Said(
        chat=alone_with(who) if alone else in_group(group or ""),
        message=message_id(frame, who),
        sender=f"anonymous:{id_of(anonymous, 'id') or who}" if anonymous else who,
        name=word(anonymous, "name") or _name(sender),
        parts=heard_11(frame) or _raw(frame),
        at=number(frame, "time"),
        alone=alone,
    )


def _raw(frame: Frame) -> tuple[Part, ...]:
    """The words of a message that has nothing else: some bridges leave the array empty for what they do not know."""
    text = word(frame, "raw_message") if frame.get("message") is None else ""
    return heard_11({"message": text}) if text else ()


def _notice(frame: Frame) -> Event | None:
    kind, who, at = word(frame, "notice_type"), id_of(frame, "user_id"), number(frame, "time")
    group, by = id_of(frame, "group_id"), id_of(frame, "operator_id") or who
    if who is None or by is None:
        return None
    if kind == "friend_recall" and (message := id_of(frame, "message_id")):
        return Recalled(alone_with(who), message, who, at)
    if group is None:
        return None
    return _of_group(frame, kind, in_group(group), who, by)


def _of_group(frame: Frame, kind: str, chat: str, who: str, by: str) -> Event | None:
    at = number(frame, "time")
    match kind:
        case "group_recall" if message := id_of(frame, "message_id"):
            return Recalled(chat, message, by, at)
        case "group_increase":
            return Membership(chat, who, by, inside=True, at=at)
        case "group_decrease":
            # `kick_me` says by itself who was removed; what it gives as `user_id` differs.
            mine = id_of(frame, "self_id") if word(frame, "sub_type") in ("kick_me", "disband") else None
            return Membership(chat, mine or who, by, inside=False, at=at)
        case "group_card" if name := word(frame, "card_new"):
            return Renamed(chat, who, name)
    return None


def _beat(frame: Frame) -> Beat:
    interval, bot = number(frame, "interval"), whose(frame)
    online = inner(frame, "status").get("online")
    return Beat(
        interval=interval / 1000 if interval and interval > 0 else None,
        online={bot: online} if bot and isinstance(online, bool) else {},
    )


def _name(sender: Frame) -> str:
    """The nickname in the group, where residents put their room number, else the name that somebody goes by."""
    return word(sender, "card").strip() or word(sender, "nickname").strip()
