"""Reading a notice as an admin writes it: 明天上午9点 3栋、4栋：明天停水，请提前接水."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.community.gazetteer import AND, Gazetteer
from handlers.context import Context
from handlers.messages import File, Refusal
from handlers.notices.audience import Whom
from handlers.notices.dates import OwnDays
from handlers.notices.remarks import NO_REMARKS, Remarks, remarks_of
from handlers.phrases import composing
from handlers.reading.times import Past
from handlers.reading.values import ROLE_WORDS, SEPARATORS, Unclear
from handlers.when.read import when
from handlers.when.understood import Doubt, When
from storage.places import Place
from storage.types import BroadcastId, PlaceId, Role

MOST_TEXT: Final = 2000  #: characters of the whole message: what is read of one
_TO: Final = re.compile(r"\s*(?:发给|发到|发往|给|到)?\s*")
_WHOM: Final = r"(?:的?(?:全体)?(?:居民|业主|住户|邻居|群众|群|人)们?)*"
_EVERYBODY: Final = re.compile(rf"(?:全体|所有|全社区){_WHOM}")
_REST_OF_HEAD: Final = re.compile(_WHOM)
#: What begins so was meant as a time, though nobody can read it.
_TIMELY: Final = re.compile(
    r"每[^户家位个人]|[今明后]天|[本这下上]{1,2}个?[周月星礼]|节[前后假]|[0-9一二三四五六七八九十]+[点月日号天]"
)
_COLON: Final = re.compile(r"[^\S\n]*[:：\n]\s*")
_OFFICES: Final = "|".join(
    sorted((word for word, role in ROLE_WORDS.items() if role is not Role.RESIDENT), key=len, reverse=True)
)
_OFFICE: Final = re.compile(rf"的?(?:全体|所有|各位)?(?P<role>{_OFFICES})们?")
_BUT: Final = re.compile(r"\s*[,，(（]?\s*(?:除了|除去|除|不含|不包括|不发)\s*")
_BUT_ENDS: Final = re.compile(r"\s*(?:以外|之外|外)?\s*[)）]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be said to whom and when. `when` None: at once; a `Doubt` has to be asked back."""

    whom: Whom
    text: str
    when: When | Doubt | None = None
    warning: bool = False
    remarks: Remarks = NO_REMARKS
    pictures: tuple[str, ...] = ()  #: digests
    files: tuple[File, ...] = ()
    template: str | None = None
    corrects: BroadcastId | None = None


def addressed(ctx: Context) -> bool:
    """Whether the words were surely for the bot; an admin writes 通知 into a group without it, too."""
    return ctx.inbound.to_bot or not ctx.is_group or ctx.inbound.text.lstrip().startswith(("/", "／"))


def notice(ctx: Context, known: Gazetteer, community: Place, rest: str, own: OwnDays, *, warning: bool) -> Notice:
    """The notice that the words are; `own` are the community's own days.

    Raises:
        Unclear: They have no head that can be read.
        Refusal: A place is not known, the time has gone by, or there is nothing to say.
    """
    meant, rest = when_at(ctx, rest, own)
    try:
        whom, rest = whom_at(known, community, rest)
    except Unclear:
        raise _for(ctx, composing.no_time() if _TIMELY.match(rest) else composing.no_audience()) from None
    if meant is None and not _COLON.match(rest):
        meant, text = when_at(ctx, rest.lstrip(SEPARATORS), own)
        if meant is None:
            raise Unclear("no colon")
    else:
        text = _after_colon(rest)
    text, remarks = remarks_of(text.strip(), ctx.now, ctx.house.zone)
    shown, enclosed = pictures(ctx), files(ctx)
    if not (text or shown or enclosed):
        raise _for(ctx, composing.no_words())
    return Notice(whom=whom, text=text, when=meant, warning=warning, remarks=remarks, pictures=shown, files=enclosed)


def pictures(ctx: Context) -> tuple[str, ...]:
    """The digests of the pictures that came with the message."""
    return tuple(part.digest for part in ctx.inbound.attachments if part.digest and part.kind != "file")


def files(ctx: Context) -> tuple[File, ...]:
    """The files that came with the message."""
    return tuple(
        File(part.digest, part.name) for part in ctx.inbound.attachments if part.digest and part.kind == "file"
    )


def not_taken(ctx: Context) -> list[str]:
    """Why pictures and files of the message were not taken, each in a sentence."""
    came = ctx.inbound.attachments
    unfetched = any(part.kind == "file" and not (part.digest or part.refused) for part in came)
    return [part.refused for part in came if part.refused] + [composing.no_files_here()] * unfetched


def when_at(ctx: Context, text: str, own: OwnDays) -> tuple[When | Doubt | None, str]:
    """The time or the repetition that the text begins with, and what follows; None where there is none.

    Raises:
        Refusal: It has gone by.
    """
    try:
        return when(text, ctx.now, ctx.house.zone, own)
    except Past:
        raise _for(ctx, composing.time_is_past()) from None
    except Doubt as doubt:
        return doubt, doubt.rest
    except Unclear:
        return None, text


def whom_at(known: Gazetteer, community: Place, text: str) -> tuple[Whom, str]:
    """For whom it is, as the text begins with, and what follows: 3栋、4栋; 全体除了5栋; 全体网格员; 锦绣小区的红管家.

    Raises:
        Unclear: It names nobody.
        Refusal: It names a place that is not known.
    """
    found, rest = _part(known, community, text[_to(text) :])
    if found is None:
        raise Unclear("nobody is named")
    parts = [found]
    while joint := AND.match(rest):
        found, after = _part(known, community, rest[joint.end() :])
        if found is None:
            break
        parts.append(found)
        rest = after
    but, rest = _but(known, rest)
    head = _REST_OF_HEAD.match(rest)
    places = [place for part in parts for place in part.places]
    roles = [role for part in parts for role in part.roles]
    return Whom(tuple(dict.fromkeys(places)), tuple(dict.fromkeys(roles)), but), rest[head.end() :] if head else rest


def _part(known: Gazetteer, community: Place, text: str) -> tuple[Whom | None, str]:
    """Places that share one ending: 3栋、4栋, or 3栋、4栋的红管家."""
    if everybody := _OFFICE.match(text):
        return Whom(roles=((ROLE_WORDS[everybody["role"]], community.id),)), text[everybody.end() :]
    if everybody := _EVERYBODY.match(text):
        return Whom((community.id,)), text[everybody.end() :]
    try:
        found, rest = known.all_at(text)
    except Unclear:
        return None, text
    if office := _OFFICE.match(rest):
        role = ROLE_WORDS[office["role"]]
        return Whom(roles=tuple((role, place.id) for place in found)), rest[office.end() :]
    head = _REST_OF_HEAD.match(rest)
    return Whom(tuple(place.id for place in found)), rest[head.end() :] if head else rest


def _but(known: Gazetteer, text: str) -> tuple[tuple[PlaceId, ...], str]:
    """The places that 除了5栋 leaves out, and what follows."""
    word = _BUT.match(text)
    if word is None:
        return (), text
    try:
        found, rest = known.all_at(text[word.end() :])
    except Unclear:
        raise Refusal(composing.no_exclusion(), alone=True) from None
    end = _BUT_ENDS.match(rest)
    return tuple(place.id for place in found), rest[end.end() :] if end else rest


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
