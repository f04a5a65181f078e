"""Who is meant by a name: people are called by their own name, whatever their nickname in a group adds to it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Button, Refusal
from handlers.phrases import members as phrases
from handlers.reading.values import ROLE_WORDS, words
from handlers.understanding.normalise import plain
from handlers.understanding.place import addresses
from handlers.understanding.types import Scene
from storage import members
from storage.members import Member
from storage.types import MemberId

MOST: Final = 6  #: people of one name who are offered for choice
LONGEST_PAYLOAD: Final = 64  #: bytes
_NUMBER: Final = re.compile(r"[#＃]?([0-9]{1,9})号?")
_BETWEEN: Final = re.compile(r"[\s\-_·|/,，、~:：()（）\[\]【】]+")
_ROLES: Final = tuple(sorted(ROLE_WORDS, key=len, reverse=True))


def bare_name(nickname: str) -> str:
    """“李姐” of “2-1203 李姐”, “王芳” of “红管家 王芳”; the nickname itself where nothing would be left."""
    text = plain(words(nickname, 60))
    for begin, end, _ in reversed(list(addresses(text, Scene()))):
        text = f"{text[:begin]} {text[end:]}"
    parts = [part for part in map(_without_role, _BETWEEN.split(text)) if part]
    return parts[-1] if parts else words(nickname, 60)


def _without_role(part: str) -> str:
    return next((part[len(role) :] for role in _ROLES if part.startswith(role)), part)


async def member_meant(ctx: Context, name: str, again: Callable[[str], str]) -> Member:
    """The one member whom `name` means: a name, somebody mentioned, or 12号 as offered before.

    Args:
        again: The command with the person put in, for the choice among several.

    Raises:
        Refusal: Nobody, or more than one.
    """
    found = await _meant(ctx, name)
    if not found:
        raise Refusal(phrases.nobody_called(name))
    if len(found) > 1:
        raise await _which(ctx, name, found, again)
    return found[0]


async def _meant(ctx: Context, name: str) -> Sequence[Member]:
    number = _NUMBER.fullmatch(name)
    if number:
        one = await ctx.session.get(Member, MemberId(int(number[1])))
        return [one] if one is not None and one.gone_at is None else []
    if name.startswith("@"):
        inbound = ctx.inbound
        who = {(inbound.channel, inbound.account, sender) for sender in inbound.mentions}
        mentioned = {known.member.id: known.member for known in (await members.known(ctx.session, who)).values()}
        if len(mentioned) == 1:
            return list(mentioned.values())
    return await people_called(ctx, name.lstrip("@"))


async def people_called(ctx: Context, name: str) -> Sequence[Member]:
    """Everybody of that name, those first who are called exactly so."""
    if not name:
        return []
    found = await members.called_like(ctx.session, name)
    return [m for m in found if m.name == name] or [m for m in found if bare_name(m.name) == name]


async def _which(ctx: Context, name: str, found: Sequence[Member], again: Callable[[str], str]) -> Refusal:
    homes = [await title(ctx.session, m.home_id) if m.home_id else "" for m in found[:MOST]]
    people = [(f"{m.id}号", home) for m, home in zip(found, homes, strict=False)]
    refusal = Refusal(phrases.which_of(name, people, again(people[0][0])), alone=True)
    buttons = tuple(Button(home or number, again(number)) for number, home in people)
    fitting = tuple(b for b in buttons if len(b.payload.encode()) <= LONGEST_PAYLOAD)
    refusal.reply = replace(refusal.reply, buttons=fitting)
    return refusal
