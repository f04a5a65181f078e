"""群列表 绑定群: groups in which nobody can speak to the bot are told of by their platform, and bound by their names.

What came about by a place's own join code (a full group goes on in a new one) is bound to that place by itself.
"""

from typing import Final

from handlers.community.gazetteer import Gazetteer, known_places, title
from handlers.context import Context
from handlers.messages import Happening, Refusal, Reply
from handlers.phrases import groups as group_phrases
from handlers.phrases import listings as phrases
from handlers.reading.values import SEPARATORS, Unclear, clean, folded, leading_number
from handlers.router import Router
from handlers.rules.confirming import DISSOLVED
from handlers.rules.roles import may
from storage import chats, confirmations, errands, listings, places
from storage.listings import ListedGroup
from storage.places import Place
from storage.types import MemberId, PlaceId, Role

router: Final = Router()

SHOWN: Final = 40
STATE: Final = "gj-place-"  #: in front of a place's id, in the code by which people join its group
_TO: Final = SEPARATORS + "到给是属于绑"


def state_of(place: PlaceId) -> str:
    """What the join code of a place carries: at most 30 characters."""
    return f"{STATE}{place}"


@router.listen(Happening.LISTED)
async def learn(ctx: Context) -> None:
    """Keep what the platform tells of a group; bind it where its members came by a place's own code."""
    if ctx.inbound.listing is None:
        return
    await listings.learn(ctx.session, ctx.inbound.address, ctx.inbound.listing)
    if ctx.group is not None:
        chats.come_back(ctx.session, ctx.group)
    else:
        await _bind_by_state(ctx)


async def _bind_by_state(ctx: Context) -> None:
    states = ctx.inbound.listing.states if ctx.inbound.listing else ()
    numbers = {state.removeprefix(STATE) for state in states if state.startswith(STATE)}
    if len(numbers) != 1 or not (number := numbers.pop()).isdecimal() or len(number) > 9:
        return
    channel, account, _ = ctx.inbound.address
    place = PlaceId(int(number))
    if await errands.is_ours(ctx.session, channel, account, place):
        await chats.bind(ctx.session, ctx.inbound.address, await places.by_id(ctx.session, place), ctx.now)
        ctx.note("自动绑定群", f"place:{place}", None)
        ctx.afresh = True


@router.listen(Happening.REMOVED)
async def forget(ctx: Context) -> None:
    """The group was dissolved: nobody can confirm anything for it any more."""
    await listings.lose(ctx.session, ctx.inbound.address)
    await confirmations.drop(ctx.session, ctx.inbound.address, DISSOLVED)


@router.command("群列表", example="群列表", does="看企业微信里有哪些客户群，哪些还没绑定楼栋", allow=Role.ADMIN)
async def show(ctx: Context, rest: str) -> Reply:
    """The groups that were told of, unbound ones first, each with what it may be the group of."""
    if rest:
        raise Unclear("more than the word")
    found = await listings.every(ctx.session)
    if not found:
        return Reply(phrases.nothing_listed(), alone=True)
    known = await known_places(ctx)
    rows = []
    for listed, group in found[:SHOWN]:
        if group is not None:
            rows.append(phrases.bound(listed, await title(ctx.session, group.place_id)))
        else:
            meant = _meant(known, listed.name)
            rows.append(phrases.unbound(listed, await title(ctx.session, meant.id) if meant else None))
    return Reply(phrases.listed(rows, len(found) - SHOWN), alone=True)


@router.command("绑定群", example="绑定群 2 3栋", does="把客户群绑到楼栋上，写群的编号或群名", allow=Role.ADMIN)
async def bind(ctx: Context, rest: str) -> Reply:
    """Bind a listed group, by its number or its name, to a place."""
    listed, after = await _named(ctx, clean(rest))
    known = await known_places(ctx)
    place = _place(known, after.strip(_TO)) or _meant(known, listed.name)
    if place is None:
        raise Refusal(phrases.which_place(listed), alone=True)
    bound = (await chats.bound(ctx.session, [listed.address])).get(listed.address)
    for here in (place, *((bound[1],) if bound else ())):
        if not may(ctx.roles_at(here), Role.ADMIN):
            raise Refusal(group_phrases.not_your_place(await title(ctx.session, here.id)), alone=True)
    await chats.bind(ctx.session, listed.address, place, ctx.now)
    ctx.note("绑定群", f"place:{place.id}", _by(ctx))
    ctx.afresh = True
    waits = ctx.waits_in(listed.channel)
    return Reply(phrases.bound_now(listed, await title(ctx.session, place.id), waits=waits), alone=True)


async def _named(ctx: Context, text: str) -> tuple[ListedGroup, str]:
    """The group that the text begins with, and what follows."""
    if not text:
        raise Unclear("no group")
    every = [listed for listed, _ in await listings.every(ctx.session)]
    plain = folded(text)
    same = [one for one in every if one.name and plain.startswith(folded(one.name))]
    longest = max((len(one.name) for one in same), default=0)
    same = [one for one in same if len(one.name) == longest]
    if len(same) > 1:
        raise Refusal(phrases.same_name([one.id for one in same]), alone=True)
    if same:
        return same[0], text[longest:]
    number, after = leading_number(text)
    found = next((one for one in every if one.id == number), None)
    if found is None:
        raise Refusal(phrases.no_such_group(), alone=True)
    return found, after


def _place(known: Gazetteer, text: str) -> Place | None:
    """The place that an admin wrote; None where he wrote none."""
    if not text:
        return None
    found, after = known.all_at(text)
    if len(found) != 1 or after.strip(SEPARATORS + "的群吧。"):
        raise Unclear("not one place")
    return found[0]


def _meant(known: Gazetteer, name: str) -> Place | None:
    """The place that the name of a group speaks of, where it speaks of one."""
    for start in range(len(name)):
        try:
            found, _ = known.all_at(name[start:])
        except (Unclear, Refusal):
            continue
        return found[0] if len(found) == 1 else None
    return None


def _by(ctx: Context) -> MemberId | None:
    return ctx.known.member.id if ctx.known else None
