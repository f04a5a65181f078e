"""What stands in a frame, taken out without trust: a bridge may send anything."""

import json
import logging
import math
from collections.abc import Mapping
from typing import Any, Final

log = logging.getLogger(__name__)

#: A JSON object.
Frame = Mapping[str, Any]

LARGEST_FRAME: Final = 24 * 1024 * 1024  #: bytes; a picture of ten megabytes in base64, and room for its message
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


def id_of(frame: Frame, key: str) -> str | None:
    """The id under `key` as the bot keeps it: a text, letter for letter; None where there is none that can be kept."""
    found = frame.get(key)
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    text = str(found)
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else None
