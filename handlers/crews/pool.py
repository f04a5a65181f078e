"""需求清单: what waits for whoever has time and the skill for it; taken with 认领."""

from typing import Final

from handlers.clocks.winding import plan_of
from handlers.context import Context
from handlers.messages import Button, Reply
from handlers.phrases import pool as phrases
from handlers.reading.values import Unclear
from handlers.router import Router
from handlers.rules.tickets import WAITING
from storage import places, skills, tickets
from storage.steps import Mode
from storage.tickets import Ticket
from storage.types import Role

router: Final = Router()

LISTED: Final = 8


@router.command(
    "需求清单", example="需求清单", does="看哪些事等人认领", allow=Role.STEWARD, also=("需求池", "认领清单")
)
async def show(ctx: Context, rest: str) -> Reply:
    """What the speaker may claim: what is near him first, then what he can do, then what has waited longest."""
    if rest.strip(" ?？"):
        raise Unclear(rest)
    own = (await skills.of_members(ctx.session, [(await ctx.member()).id])).get((await ctx.member()).id, frozenset())
    here = ctx.place.path if ctx.place is not None else ""
    ranked = [(await _rank(ctx, ticket, own, here), ticket) for ticket in await _open(ctx)]
    found = [ticket for _, ticket in sorted(ranked, key=lambda pair: pair[0])]
    lines = [
        phrases.line(ticket, ctx.house.needed.get(ticket.category, ()), ctx.house.zone, rooms=not ctx.is_group)
        for ticket in found[:LISTED]
    ]
    buttons = () if ctx.is_group else tuple(Button(f"认领 {t.number}", f"认领 {t.number}") for t in found[:2])
    return Reply(phrases.listed(lines, len(found) - LISTED), buttons if lines else ())


async def _open(ctx: Context) -> list[Ticket]:
    """What stands in the pool: in a group, its own place's; alone, below every place where the speaker works."""
    paths = [ctx.place.path] if ctx.is_group and ctx.place else [grant.path for grant in ctx.grants]
    waiting = await tickets.open_under(ctx.session, paths, WAITING)
    pooled = [ticket for ticket in waiting if plan_of(ctx, ticket).modes[ticket.urgency] is Mode.POOL]
    return [ticket for ticket in pooled if not (ctx.is_group and ticket.private)]


async def _rank(ctx: Context, ticket: Ticket, own: frozenset[str], here: str) -> tuple[int, bool, float, int]:
    near = _in_common((await places.by_id(ctx.session, ticket.place_id)).path, here)
    needed = ctx.house.needed.get(ticket.category, ())
    unable = bool(needed) and own.isdisjoint(needed)
    return -near, unable, ticket.waiting_since.timestamp(), ticket.id


def _in_common(one: str, other: str) -> int:
    """How many steps down from the top two places have in common."""
    count = 0
    for left, right in zip(one.strip("/").split("/"), other.strip("/").split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count
