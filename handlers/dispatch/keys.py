"""钥匙 收钥匙: who can open what in an emergency."""

from collections.abc import Sequence
from typing import Final

from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.duty.entries import people, places_in
from handlers.messages import Refusal, Reply
from handlers.phrases import keys as phrases
from handlers.reading.values import Unclear, words
from handlers.router import Router
from handlers.rules.roles import may
from storage import keys
from storage.members import Member
from storage.places import Place
from storage.types import Role

router: Final = Router()

LONGEST: Final = 200


@router.command("钥匙", example="钥匙 3栋 配电房 赵强", does="登记谁有哪里的钥匙；只写地方就看", allow=Role.STEWARD)
async def settle(ctx: Context, rest: str) -> Reply:
    """Somebody has the key to something at a place; with the place alone, who has which."""
    place, opens, holders = await _said(ctx, rest)
    where = await title(ctx.session, place.id)
    if not opens:
        if not may(ctx.roles_at(place), Role.STEWARD):
            raise Refusal(phrases.not_yours(where), alone=True)
        found = await keys.at(ctx.session, [place.id])
        return Reply(phrases.listed(where, [(key.opens, key.holder.name) for key in found]), alone=True)
    await _must_be_admin(ctx, place, where)
    if not holders:
        raise Unclear("nobody named")
    await keys.give(ctx.session, place.id, opens, [member.id for member in holders])
    ctx.note("钥匙", f"place:{place.id}", (await ctx.member()).id)
    deaf = [member.name for member in holders if await ctx.way_to(member.id) is None]
    return Reply(phrases.settled(where, opens, [member.name for member in holders], deaf), alone=True)


@router.command("收钥匙", example="收钥匙 3栋 配电房 赵强", does="钥匙交回来了", allow=Role.ADMIN)
async def take_back(ctx: Context, rest: str) -> Reply:
    """A key was given back."""
    place, opens, holders = await _said(ctx, rest)
    where = await title(ctx.session, place.id)
    await _must_be_admin(ctx, place, where)
    if not opens:
        raise Unclear("which key")
    gone = await keys.take_back(ctx.session, place.id, opens, [member.id for member in holders])
    if not gone:
        raise Refusal(phrases.nobody_has_it(where, opens), alone=True)
    ctx.note("收钥匙", f"place:{place.id}", (await ctx.member()).id)
    return Reply(phrases.taken_back(where, opens), alone=True)


async def _said(ctx: Context, rest: str) -> tuple[Place, str, Sequence[Member]]:
    """The place, what the key opens and who has it, as far as they are said.

    Raises:
        Unclear: It is no place, or several.
    """
    found, left = places_in(ctx, await known_places(ctx), words(rest, LONGEST))
    if len(found) != 1:
        raise Unclear("not one place")
    opens, _, names = left.partition(" ")
    if len(opens) > keys.LONGEST:
        raise Refusal(phrases.too_long(keys.LONGEST), alone=True)
    return found[0], opens, await people(ctx, names) if names.strip() else ()


async def _must_be_admin(ctx: Context, place: Place, where: str) -> None:
    if not may(ctx.roles_at(place), Role.ADMIN):
        raise Refusal(phrases.not_yours(where), alone=True)
