"""What platforms may send and no database keeps, made harmless where it comes in.

PostgreSQL takes no NUL in a text, nothing takes half a character, and columns have an end. Words are cut and cleared of
both; an id must stay different from every other one, so what is too long of it is replaced by its hash.
"""

import logging
import re
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from handlers.messages import Inbound, Quoted
from storage.inbox import InboxEntry
from storage.listings import Listing

log = logging.getLogger(__name__)

LONGEST_TEXT: Final = 40_000  #: characters; readers look at a quarter of it, and a pasted book must not fill the memory
LONGEST_NAME: Final = 200
#: Characters, as the tables have them (`storage/inbox.py`, `storage/members.py`, `storage/chats.py`).
LONGEST_ID: Final = {"message_id": 200, "reply_to": 200, "about": 128, "chat": 128, "sender": 128, "one_to_one": 128}
MOST_CALLED: Final = 50

_AS_JSON: Final = TypeAdapter(Inbound)
_UNKEPT: Final = re.compile("[\0\ud800-\udfff]")


def storable(inbound: Inbound) -> Inbound:
    """`inbound` itself, or what of it can be kept."""
    changed: dict[str, object] = {
        name: _id(given, longest)
        for name, longest in LONGEST_ID.items()
        if (given := getattr(inbound, name)) is not None and _is_unfit(given, longest)
    }
    for name, longest in (("text", LONGEST_TEXT), ("sender_name", LONGEST_NAME)):
        if _is_unfit(given := getattr(inbound, name), longest):
            changed[name] = _UNKEPT.sub("", given[:longest])
    if len(inbound.mentions) > MOST_CALLED or any(_is_unfit(who, 128) for who in inbound.mentions):
        changed["mentions"] = tuple(_id(who, 128) for who in inbound.mentions[:MOST_CALLED])
    if inbound.quoted is not None:
        changed["quoted"] = _quoted(inbound.quoted)
    if inbound.listing is not None:
        changed["listing"] = _listing(inbound.listing)
    return replace(inbound, **changed) if changed else inbound  # type: ignore[arg-type]


def _quoted(quoted: Quoted) -> Quoted:
    return replace(
        quoted,
        text=_UNKEPT.sub("", quoted.text[:LONGEST_TEXT]),
        sender=_id(quoted.sender, LONGEST_ID["sender"]),
        sender_name=_UNKEPT.sub("", quoted.sender_name[:LONGEST_NAME]),
    )


def _listing(told: Listing) -> Listing:
    name, owner_name = (_UNKEPT.sub("", text[:LONGEST_NAME]) for text in (told.name, told.owner_name))
    return replace(told, name=name, owner=_id(told.owner, LONGEST_ID["sender"]), owner_name=owner_name)


def keepable(inbound: Inbound) -> dict[str, Any]:
    """A message that a bug left over, as it is kept."""
    kept: dict[str, Any] = _AS_JSON.dump_python(inbound, mode="json")
    return kept


def read_back(entry: InboxEntry) -> Inbound | None:
    """What was kept, unless another version of this program kept it in another shape: nothing may stop the start."""
    try:
        return _AS_JSON.validate_python(entry.kept, strict=False)
    except ValidationError:
        log.warning("kept_unreadable", extra={"channel": entry.channel, "message_id": entry.message_id})
        return None


def _is_unfit(text: str, longest: int) -> bool:
    return len(text) > longest or _UNKEPT.search(text) is not None


def _id(given: str, longest: int) -> str:
    if not _is_unfit(given, longest):
        return given
    return f"sha256:{sha256(given.encode(errors='surrogatepass')).hexdigest()}"
