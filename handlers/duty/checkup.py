"""排班体检, and (tick) what is new in it: what is wrong with the rota of the coming weeks, before it comes to that."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Final

from handlers.context import Context
from handlers.duty.inspection import Inspection, Mine, inspected
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import checkup as phrases
from handlers.reading.values import Unclear
from handlers.router import Router
from handlers.rules.duty import DAY
from handlers.rules.wall import moment_of
from storage import checkups, members
from storage.checkups import Seen
from storage.members import Grant
from storage.types import MemberId, MessageKind, PlaceId, Role

router: Final = Router()

TOLD_AT: Final = time(10)  #: on the day of the week that the community has set
TELL_WITHIN: Final = 3 * DAY  #: how late it still is


@router.command("排班体检", example="排班体检", does="看今后几周的班排得好不好", allow=Role.ADMIN)
async def show(ctx: Context, rest: str) -> Reply:
    """The score of the places that the speaker looks after, and what takes points off it."""
    if rest.strip():
        raise Unclear("nothing follows")
    found = await inspected(ctx, _mine(ctx.grants))
    if not found.watched:
        raise Refusal(phrases.nothing_to_check())
    lines = found.told(found.quality.findings, ctx)
    return Reply(phrases.report(found.quality, lines, ctx.house.roster.ahead), alone=True)


async def tell_new_flaws(moment: Moment) -> None:
    """Once a week, tell each admin alone what is wrong and was not told before; nothing where there is nothing."""
    due = _due(moment)
    if due is None or await checkups.was_looked_at(moment.session, due):
        return
    if not await checkups.looked_at(moment.session, due):
        return
    found = await inspected(moment)
    admins = await _reached(moment, found)
    if not admins:  # it is still new when there is somebody to hear it
        return
    by_key = {Seen(one.subject, one.starts, one.ends, one.occurs, one.member): one for one in found.quality.findings}
    new = [by_key[seen] for seen in await checkups.tell_once(moment.session, list(by_key), found.until)]
    for admin, mine in admins.items():
        own = [one for one in new if any(mine(found.watched[place]) for place in one.places)]
        if own:
            text = phrases.new_flaws(found.told(own, moment), moment.house.roster.ahead)
            await moment.tell(admin, Words(text), MessageKind.PERSONAL, key=f"roster:{due:%Y%m%d}")


def _due(moment: Moment) -> datetime | None:
    """Since when the rota is to be looked at, if it is now."""
    here, weekday = moment.now.astimezone(moment.house.zone), moment.house.roster.weekday
    if not weekday or moment.house.escalation.quiet.covers(here.time()):
        return None
    day = here.date() - (here.isoweekday() - weekday) % 7 * DAY
    due = moment_of(datetime.combine(day, TOLD_AT), moment.house.zone)
    return due if due <= moment.now < due + TELL_WITHIN else None


async def _reached(moment: Moment, found: Inspection) -> dict[MemberId, Mine]:
    """The admins who can be told, and of which places."""
    above = {PlaceId(int(part)) for one in found.watched.values() for part in one.paths[0].strip("/").split("/")}
    admins = [admin.id for admin in await members.with_role(moment.session, Role.ADMIN, sorted(above))]
    grants = await members.grants_of(moment.session, admins)
    return {admin: _mine(grants.get(admin, ())) for admin in admins if await moment.way_to(admin) is not None}


def _mine(grants: Iterable[Grant]) -> Mine:
    """Which places somebody with `grants` looks after."""
    paths = tuple(grant.path for grant in grants if grant.role is Role.ADMIN)
    return lambda one: one.paths[0].startswith(paths)
