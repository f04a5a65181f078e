"""轮班: people take turns at a place, in an order."""

from typing import Final

from handlers.community.gazetteer import Gazetteer, known_places, title
from handlers.context import Context
from handlers.duty.entries import MOST_TEXT
from handlers.duty.seats import orders_at
from handlers.duty.takings import EXAMPLE, enter_taking, taking
from handlers.messages import Refusal, Reply
from handlers.phrases import duty as duty_phrases
from handlers.phrases import rotations as phrases
from handlers.reading.values import Unclear
from handlers.router import Router
from storage.places import Place
from storage.types import Role

router: Final = Router()


@router.command("轮班", example=EXAMPLE, does="让几个人按顺序轮流值班", allow=Role.ADMIN, also=("轮值", "轮流值班"))
async def enter(ctx: Context, rest: str) -> Reply:
    """Let people take turns; said again with other people, the order is changed and whoever is on stays on.

    With a place alone, it is shown who takes turns there.
    """
    if len(ctx.inbound.text) > MOST_TEXT:
        raise Refusal(duty_phrases.too_much_at_once(MOST_TEXT))
    known = await known_places(ctx)
    if (place := _place_alone(known, rest)) is not None:
        return await _show(ctx, place)
    found = [await taking(ctx, known, line) for line in rest.splitlines() if line.strip()]
    if not found:
        raise Unclear("no line")
    return Reply("\n".join([line for one in found for line in await enter_taking(ctx, one)]))


def _place_alone(known: Gazetteer, text: str) -> Place | None:
    """The one place that the text is, if it is no more."""
    try:
        found, left = known.all_at(text)
    except Unclear:
        return None
    return found[0] if len(found) == 1 and not left.strip() else None


async def _show(ctx: Context, place: Place) -> Reply:
    where = await title(ctx.session, place.id)
    orders = await orders_at(ctx, place.id)
    if not orders:
        raise Refusal(phrases.no_rotation(where))
    return Reply("\n".join(phrases.order(where, pattern, names, on) for pattern, names, on in orders))
