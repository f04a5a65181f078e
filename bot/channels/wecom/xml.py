"""Reading the XML that WeCom and official accounts deliver.

It comes from outside, so it may not declare anything: without a document type there are no entities to be expanded, and
nothing to be fetched from elsewhere.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser


class Unreadable(Exception):  # noqa: N818 -- not an error of ours: somebody else's
    """What was delivered is no XML, or more than that."""


class _Plain(TreeBuilder):
    """A tree of elements alone."""

    def doctype(self, *_: str | None) -> NoReturn:
        """Called at the beginning of a document type, before anything in it is looked at."""
        raise Unreadable("it declares a document type")


def read(body: bytes) -> Element:
    """The root of `body`; a field is its `findtext("MsgType", "")`, a deeper one `findtext("Batch/Number", "")`.

    Raises:
        Unreadable: It is no XML, or it declares a document type.
    """
    parser = XMLParser(target=_Plain())  # noqa: S314 -- `_Plain` refuses what makes it unsafe
    try:
        parser.feed(body)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError):  # the last two: an encoding that cannot be or is not known
        raise Unreadable("it is not well formed") from None
    return root


def field(message: Element, name: str) -> str:
    """What stands under that name, empty where nothing does."""
    return message.findtext(name, "").strip()


def said_at(message: Element, now: datetime) -> datetime:
    """When it was said; now, where it does not tell a time."""
    try:
        return datetime.fromtimestamp(int(field(message, "CreateTime")), UTC)
    except (ValueError, OverflowError, OSError):
        return now


def event_id(message: Element, event: str, key: str) -> str:
    """A number for what has none of the platform's: the same event gives the same."""
    named = "\n".join((event, field(message, "FromUserName"), field(message, "CreateTime"), key))
    return f"event:{sha256(named.encode()).hexdigest()[:32]}"
