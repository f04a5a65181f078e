"""What stands in a frame, taken out without trust: a bridge may send anything."""

import json
import logging
import math
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

log = logging.getLogger(__name__)

#: A JSON object.
Frame = Mapping[str, Any]

LARGEST_FRAME: Final = 24 * 1024 * 1024  #: bytes; a picture of ten megabytes in base64, and room for its message
NO_NUMBERS: Final = ("0", "-1")  #: what some bridges send for want of a number
LONGEST_ID: Final = 90  #: characters; two of them and their kinds fit into the database's columns


def frame_in(content: str | bytes, account: str) -> Frame | None:
    """The object that `content` is, or None and a line in the log."""
    if len(content) > LARGEST_FRAME:
        log.warning("onebot_frame_too_large", extra={"channel": "onebot", "account": account, "count": len(content)})
        return None
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # broken JSON, broken UTF-8, a number of five thousand digits, a deep nest
        found = None
    if not isinstance(found, dict):
        log.warning("onebot_frame_unreadable", extra={"channel": "onebot", "account": account, "count": len(content)})
        return None
    return found


def word(frame: Frame, key: str) -> str:
    """The text under `key`; empty where there is none."""
    found = frame.get(key)
    return found if isinstance(found, str) else ""


def inner(frame: Frame, key: str) -> Frame:
    """The object under `key`; empty where there is none."""
    found = frame.get(key)
    return found if isinstance(found, dict) else {}


def items(frame: Frame, key: str) -> list[Frame]:
    """The objects in the list under `key`."""
    found = frame.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def number(frame: Frame, key: str) -> float | None:
    """The number under `key`, even where it was written as a text."""
    found = frame.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        value = float(found)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def message_id(frame: Frame, who: str) -> str:
    """The id of a message. A bridge that numbers none, or all alike, has one made up of who said what when."""
    given = id_of(frame, "message_id")
    if given is not None and given not in NO_NUMBERS:
        return given
    if frame.get("time") is None:  # then nothing tells a repetition from the next one who says the same
        return f"unnumbered-{token_hex(12)}"
    told = json.dumps([who, frame["time"], frame.get("message")], sort_keys=True)
    return f"unnumbered-{sha256(told.encode()).hexdigest()[:24]}"


def id_of(frame: Frame, key: str) -> str | None:
    """The id under `key` as the bot keeps it: a text, letter for letter; None where there is none that can be kept."""
    found = frame.get(key)
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    text = str(found)
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else None
