"""What WeCom tells of customer groups, as pure functions, so that captured payloads can prove it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree.ElementTree import Element

from storage.listings import Listing

MOST_STATES: Final = 20  #: different ones remembered of a group


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened to a group; of what, its present state tells more surely than the event.

    Args:
        chat: The group.
        dissolved: It is gone.
        name: What names the event however often it is delivered: it has no id of its own.
        at: When.
    """

    chat: str
    dissolved: bool
    name: str
    at: datetime


def change(message: Element, now: datetime) -> Change | None:
    """The change that a decrypted callback tells of; None for what is no business of the bot's.

    Args:
        message: As it was decrypted.
        now: Stands for a time that is missing.
    """
    chat, kind = _text(message, "ChatId"), _text(message, "ChangeType")
    if _text(message, "Event") != "change_external_chat" or not chat or kind not in ("create", "update", "dismiss"):
        return None
    parts = ("FromUserName", "CreateTime", "UpdateDetail", "LastMemVer", "CurMemVer")
    name = ":".join([kind, chat, *(_text(message, part) for part in parts)])
    return Change(chat, kind == "dismiss", name, moment(_text(message, "CreateTime")) or now)


def listing(group: Any) -> Listing | None:
    """What `groupchat/get` tells of a group; None where it is no such answer."""
    if not isinstance(group, dict) or not isinstance(owner := group.get("owner"), str) or not owner:
        return None
    members = [member for member in _list(group.get("member_list")) if isinstance(member, dict)]
    names = (str(member.get("name") or "") for member in members if member.get("userid") == owner)
    states = sorted({state for member in members if isinstance(state := member.get("state"), str) and state})
    return Listing(
        str(group.get("name") or "").strip(), owner, next(names, "") or owner, len(members), tuple(states[:MOST_STATES])
    )


def moment(seconds: Any) -> datetime | None:
    """A time in seconds since 1970; None where it is none, or nought."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds and int(seconds) else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(message: Element, name: str) -> str:
    return message.findtext(name, "").strip()
