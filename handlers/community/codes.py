"""One-time codes: how they are made, read and tried.

They come from `secrets`, inside a handler, although handlers are run again after a conflict: what was undone was never
said, so that only the code of the last run exists for anybody.
"""

import re
import secrets
from datetime import timedelta
from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.moment import Moment
from handlers.phrases import codes as phrases
from handlers.reading.values import Unclear, words
from storage import codes
from storage.codes import OneTimeCode, Purpose
from storage.types import MemberId, PlaceId

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  #: nothing that looks like something else: 0 O, 1 I L
SHORT: Final = 4  #: said aloud between two people, and guessing is limited
LONG: Final = 6  #: what makes somebody an admin, or somebody else
LINK: Final = 20  #: in a link, where nobody types it
GUESSES: Final = 5  #: wrong codes an hour, of one person or in one chat
GUESSED_WITHIN: Final = timedelta(hours=1)
_CODE: Final = re.compile(rf"[A-Z0-9]{{{SHORT},{LONG}}}")


async def issue(
    moment: Moment, purpose: Purpose, length: int, *, place: PlaceId | None = None, member: MemberId | None = None
) -> str:
    """A new code of that length for `purpose`, good for as long as the house rules say."""
    code = new_code(length)
    while await codes.is_taken(moment.session, code):
        code = new_code(length)
    until = moment.now + moment.house.code_for
    await codes.issue(moment.session, code, purpose, until, place=place, member=member)
    return code


def new_code(length: int) -> str:
    """Letters and digits that nobody can foresee."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def read(text: str) -> str:
    """The code that the text is, in capitals.

    Raises:
        Unclear: It cannot be one.
    """
    code = words(text, 40).replace(" ", "").strip("“”\"'。.！!：:").upper()
    if not _CODE.fullmatch(code):
        raise Unclear("no code")
    return code


async def tried(ctx: Context, code: str, purpose: Purpose, *, use: bool = True) -> OneTimeCode | None:
    """What `code` opens; None where it opens nothing, which is counted: answer it without a refusal, which would undo that.

    Raises:
        Refusal: There were too many wrong ones lately.
    """
    inbound = ctx.inbound
    since = ctx.now - GUESSED_WITHIN
    if await codes.guesses(ctx.session, inbound.who, inbound.chat, since) >= GUESSES:
        raise Refusal(phrases.too_many_guesses())
    find = codes.redeem if use else codes.standing
    found = await find(ctx.session, code, purpose, ctx.now)
    if found is None:
        await codes.guessed(ctx.session, inbound.who, inbound.chat, ctx.now)
    return found


def can_be_alone(ctx: Context) -> bool:
    """Whether an answer marked `alone` is read by the asker only."""
    return not ctx.is_group or (ctx.known is not None and ctx.known.identity.one_to_one is not None)


async def standing(ctx: Context, code: str, purpose: Purpose) -> OneTimeCode | Reply:
    """What `code` opens, or the answer where it opens nothing. A code that a whole group has read is used up."""
    if ctx.is_group:
        if await codes.redeem(ctx.session, code, purpose, ctx.now) is None:
            raise Unclear("a word that is no code")
        return Reply(phrases.said_aloud())
    found = await tried(ctx, code, purpose, use=False)
    return found or Reply(phrases.wrong_code("码"))


def good_hours(moment: Moment) -> float:
    """For how many hours a code is good."""
    return moment.house.code_for / timedelta(hours=1)
