"""Reading a notice as an admin writes it: 明天上午9点 3栋、4栋：明天停水，请提前接水."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.context import Context
from handlers.gazetteer import Gazetteer
from handlers.messages import Refusal
from handlers.phrases import broadcasts as phrases
from handlers.reading import SEPARATORS, Unclear
from handlers.rules.broadcasts import Repeat
from handlers.times import Past, moment, repetition
from storage.places import Place

MOST_TEXT: Final = 2000  #: characters of the whole message: what is read of one
_TO: Final = re.compile(r"\s*(?:发给|发到|发往|给|到)?\s*")
_WHOM: Final = r"(?:的?(?:全体)?(?:居民|业主|住户|邻居|群众|群|人)们?)*"
_EVERYBODY: Final = re.compile(rf"(?:全体|所有|全社区){_WHOM}")
_REST_OF_HEAD: Final = re.compile(_WHOM)
_COLON: Final = re.compile(r"[^\S\n]*[:：\n]\s*")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be said where and when. `at` None: at once, or as `repeat` says."""

    places: list[Place]
    text: str
    at: datetime | None = None
    repeat: Repeat | None = None


def addressed(ctx: Context) -> bool:
    """Whether the words were surely for the bot; an admin writes 通知 into a group without it, too."""
    return ctx.inbound.to_bot or not ctx.is_group or ctx.inbound.text.lstrip().startswith(("/", "／"))


def notice(ctx: Context, known: Gazetteer, community: Place, rest: str) -> Notice:
    """The notice that the words are.

    Raises:
        Unclear: They have no head that can be read.
        Refusal: A place is not known, the time has gone by, or there is nothing to say.
    """
    at, repeat, rest = _when(ctx, rest)
    places, rest = _places(ctx, known, community, rest)
    if at is None and repeat is None and not _COLON.match(rest):
        at, repeat, text = _when(ctx, rest.lstrip(SEPARATORS))
        if at is None and repeat is None:
            raise Unclear("no colon")
    else:
        text = _after_colon(rest)
    if not text.strip() and not pictures(ctx):
        raise _for(ctx, phrases.no_words())
    return Notice(places, text.strip(), at, repeat)


def pictures(ctx: Context) -> list[str]:
    """The digests of the pictures that came with the message."""
    return [part.digest for part in ctx.inbound.attachments if part.digest]


def _when(ctx: Context, text: str) -> tuple[datetime | None, Repeat | None, str]:
    again = repetition(text)
    if again is not None:
        return None, *again
    try:
        at, rest = moment(text, ctx.now, ctx.house.zone)
    except Past:
        raise _for(ctx, phrases.time_is_past()) from None
    except Unclear:
        return None, None, text
    return at, None, rest


def _places(ctx: Context, known: Gazetteer, community: Place, text: str) -> tuple[list[Place], str]:
    start = _to(text)
    if everybody := _EVERYBODY.match(text, start):
        return [community], text[everybody.end() :]
    try:
        found, rest = known.all_at(text[start:])
    except Unclear:
        raise _for(ctx, phrases.no_audience()) from None
    head = _REST_OF_HEAD.match(rest)
    return found, rest[head.end() :] if head else rest


def _to(text: str) -> int:
    found = _TO.match(text)
    return found.end() if found else 0


def _after_colon(rest: str) -> str:
    colon = _COLON.match(rest)
    if colon is None:
        raise Unclear("no colon")
    return rest[colon.end() :]


def _for(ctx: Context, text: str) -> Exception:
    """A refusal to who surely spoke to the bot; else these were words for the neighbours."""
    return Refusal(text) if addressed(ctx) else Unclear("not for the bot")
