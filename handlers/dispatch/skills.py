"""我会 我不会 技能: what members can do, so that who is able is asked first."""

import re
from collections.abc import Iterable
from typing import Final

from handlers.context import Context
from handlers.duty.entries import person
from handlers.messages import Refusal, Reply
from handlers.phrases import skills as phrases
from handlers.reading.values import Unclear, words
from handlers.router import Router
from handlers.rules.roles import may
from storage import members, skills
from storage.members import Member
from storage.types import Role

router: Final = Router()

LONGEST: Final = 100
NONE: Final = frozenset({"无", "没有", "都不会"})
_BETWEEN: Final = re.compile(r"[、,，和及\s]+")
_NAME: Final = re.compile(r"(?P<name>[^\s、,，:：]+)[\s:：]*(?P<rest>.*)")


@router.command("我会", example="我会 电工", does="告诉我您会什么，有这样的事先叫您", allow=Role.STEWARD, everyday=True)
async def learn(ctx: Context, rest: str) -> Reply:
    """The speaker can do these as well; alone, it asks what he has said so far."""
    member = await ctx.member()
    if not rest.strip():
        return Reply(phrases.yours(await _of(ctx, member)), alone=True)
    await skills.learn(ctx.session, member.id, _known(ctx, rest))
    ctx.note("我会", f"member:{member.id}", member.id)
    return Reply(phrases.noted(await _of(ctx, member)))


@router.command("我不会", example="我不会 电工", does="收回说过的本事", allow=Role.STEWARD, everyday=True)
async def unlearn(ctx: Context, rest: str) -> Reply:
    """The speaker cannot do these, or does not want to any more."""
    member = await ctx.member()
    gone = _known(ctx, rest)
    await skills.unlearn(ctx.session, member.id, but=[one for one in await _of(ctx, member) if one not in gone])
    ctx.note("我不会", f"member:{member.id}", member.id)
    return Reply(phrases.noted(await _of(ctx, member)))


@router.command("技能", example="技能 王芳 电工、水工", does="登记谁会什么；只发“技能”看谁会什么", allow=Role.ADMIN)
async def settle(ctx: Context, rest: str) -> Reply:
    """What a member can do, as the community knows it; without a name, who can do what."""
    text = words(rest, LONGEST)
    if not text:
        return await _listed(ctx)
    found = _NAME.fullmatch(text)
    if found is None:
        raise Unclear("no name")
    member = await person(ctx, found["name"])
    await _must_be_his_admin(ctx, member)
    if found["rest"]:
        wanted = () if found["rest"] in NONE else _known(ctx, found["rest"], outright=True)
        await skills.unlearn(ctx.session, member.id, but=wanted)
        await skills.learn(ctx.session, member.id, wanted)
        ctx.note("技能", f"member:{member.id}", (await ctx.member()).id)
    return Reply(phrases.of_member(member.name, await _of(ctx, member)), alone=True)


async def _listed(ctx: Context) -> Reply:
    can = await skills.who_can(ctx.session)
    names = {skill: [member.name for member in can.get(skill, ())] for skill in ctx.house.skills}
    return Reply(phrases.listed(names), alone=True)


async def _must_be_his_admin(ctx: Context, member: Member) -> None:
    grants = (await members.grants_of(ctx.session, [member.id])).get(member.id, ())
    held = [{own.role for own in ctx.grants if grant.path.startswith(own.path)} for grant in grants]
    if not any(may(roles, Role.ADMIN) for roles in held):
        raise Refusal(phrases.not_your_member(member.name), alone=True)


async def _of(ctx: Context, member: Member) -> list[str]:
    """What he can do, in the order in which the community lists it."""
    own = (await skills.of_members(ctx.session, [member.id])).get(member.id, frozenset())
    return [*(one for one in ctx.house.skills if one in own), *sorted(own.difference(ctx.house.skills))]


def _known(ctx: Context, text: str, *, outright: bool = False) -> list[str]:
    """The skills in the text, all of which the community knows.

    Raises:
        Unclear: It is none, and perhaps talk among neighbours.
        Refusal: Some are not known.
    """
    said = [part for part in _BETWEEN.split(words(text, LONGEST)) if part]
    named = [skill for part in said for skill in _spelled(part, ctx.house.skills)]
    unknown = [part for part in said if not _spelled(part, ctx.house.skills)]
    if not said or (not named and not outright and not ctx.inbound.to_bot):
        raise Unclear("no skills")
    if unknown:
        raise Refusal(phrases.unknown(unknown, ctx.house.skills))
    return list(dict.fromkeys(named))


def _spelled(part: str, known: Iterable[str]) -> list[str]:
    """The skills that are meant by one word: 水电工 are two of them, and 修家电 is one."""
    if part == "水电工":
        return [one for one in ("电工", "水工") if one in known]
    bare = part.removeprefix("修").removeprefix("做").removeprefix("会")
    return [one for one in known if one in (part, bare)]
