"""Who opens the chat with the bot by the code of a building says from then on what concerns that building."""

import re
from datetime import timedelta
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Happening, Reply
from handlers.phrases import entering as phrases
from handlers.router import Router
from handlers.rules.roles import may
from storage import places
from storage.places import Place
from storage.types import PlaceId, PlaceKind, Role

router: Final = Router()

#: Whose codes say where somebody is.
CODED: Final = (PlaceKind.COMPOUND, PlaceKind.BUILDING, PlaceKind.UNIT)
#: For so long somebody who came in waits for a word of welcome.
AT_THE_DOOR: Final = timedelta(minutes=5)
_CODE: Final = re.compile(r"place-([1-9][0-9]{0,8})")


def code_of(place: Place) -> str:
    """What a link or a QR code of `place` carries: at most 32 letters, digits and dashes, as every platform takes them.

    Anybody can make one up, as anybody can say that he lives there: it opens nothing.
    """
    return f"place-{place.id}"


@router.listen(Happening.ENTERED)
async def enter(ctx: Context) -> Reply | None:
    """Welcome whoever is to be welcomed, and remember by whose code he came."""
    place = await _coded(ctx)
    if place is not None and _is_elsewhere(ctx, place):
        return await _settled(ctx, place)
    if not ctx.inbound.to_bot or ctx.now - ctx.inbound.at > AT_THE_DOOR:
        return None
    name, is_worker = ctx.house.bot_name, may(ctx.roles, Role.STEWARD)
    if place is None and (is_worker or (ctx.known is not None and ctx.known.home is not None)):
        return Reply(phrases.welcome_back(name, is_worker=is_worker))
    if place is None:
        return Reply(phrases.welcome(name))
    return Reply(phrases.welcome_at(name, await title(ctx.session, place.id)))


async def _coded(ctx: Context) -> Place | None:
    """The place whose code it was; a code may outlive its building."""
    found = _CODE.fullmatch(ctx.inbound.about or "")
    if found is None:
        return None
    number = PlaceId(int(found[1]))
    place = (await places.by_ids(ctx.session, [number])).get(number)
    return place if place is not None and place.kind in CODED else None


def _is_elsewhere(ctx: Context, place: Place) -> bool:
    """Whether he is not known to live there; who is known to live in a flat of the building stays in his flat."""
    home = ctx.known.home if ctx.known else None
    return home is None or not place.covers(home.path)


async def _settled(ctx: Context, place: Place) -> Reply:
    member = await ctx.member()
    before, where = member.home_id, await title(ctx.session, place.id)
    member.home_id, member.room = place.id, None
    ctx.note("扫码", f"member:{member.id} place:{place.id}", member.id)
    ctx.afresh = True
    if before is None:
        return Reply(phrases.welcome_at(ctx.house.bot_name, where))
    return Reply(phrases.moved(await title(ctx.session, before), where))
