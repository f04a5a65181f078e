"""Reading the XML that WeCom and official accounts deliver.

It comes from outside, so it may not declare anything: without a document type there are no entities to be expanded, and
nothing to be fetched from elsewhere.
"""

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
