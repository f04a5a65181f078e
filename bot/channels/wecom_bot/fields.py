"""The fields of what the platform sends, which may be anything."""

from bot.channels.wecom_bot.frames import JSON


class Unreadable(Exception):  # noqa: N818 -- the platform's, not ours
    """A callback that is not as the platform documents it."""


def inner(body: JSON, name: str) -> JSON:
    """An object in an object; empty where there is none."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def word(body: JSON, name: str) -> str:
    """A text in an object; empty where there is none."""
    found = body.get(name)
    return found if isinstance(found, str) else ""


def needed(body: JSON, name: str) -> str:
    """The same where nothing can be understood without it."""
    if not (found := word(body, name)):
        raise Unreadable(f"no {name}")
    return found
