"""(tick) Tell whose turn begins: what is open passes into the eyes of the next one, who is told alone.

Who goes off duty keeps what he has accepted; the next one sees who has it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from handlers.community.gazetteer import title
from handlers.duty.rota import LONG, rotas, until
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import handover as phrases
from handlers.rules.duty import DAY, INSTANT
from handlers.rules.quiet import quiet_until
from handlers.rules.roles import may
from handlers.rules.rota import joined
from handlers.tickets.telling import say_above
from storage import changing, duty, members, places, tickets
from storage.turns import TurnSource
from storage.types import MemberId, MessageKind, PlaceId, Role

TELL_WITHIN: Final = timedelta(hours=2)  #: how late somebody is still told that his turn has begun

Begun = tuple[PlaceId, MemberId, datetime]


async def tell_whose_turn(moment: Moment) -> None:
    """Tell those whose turn has just begun, once a turn; after the quiet hours where it began in them."""
    begun = await duty.tell_once(moment.session, await _begun(moment), moment.now - LONG)
    turns: dict[tuple[MemberId, datetime], list[PlaceId]] = {}
    for place, member, begins in sorted(begun):
        turns.setdefault((member, begins), []).append(place)
    for (member, begins), where in turns.items():
        await _tell(moment, member, begins, where)


async def _begun(moment: Moment) -> list[Begun]:
    """The turns that began lately and are to be told by now, those back to back being one."""
    oldest, zone = _oldest(moment), moment.house.zone
    found: list[Begun] = []
    where = await changing.places_between(moment.session, oldest, moment.now, zone)
    for place, rota in (await rotas(moment, where, oldest - DAY, moment.now + DAY)).items() if where else ():
        # Who stepped in where nobody was on duty knows it.
        turns = rota.between(oldest, moment.now + INSTANT, zone)
        turns = joined(turn for turn in turns if turn.source is not TurnSource.ADDED)
        # One that runs already at the edge of what is looked at began before.
        new = (turn for turn in turns if turn.starts > oldest and turn.covers(moment.now))
        found += [(place, turn.member, turn.starts) for turn in new if _is_time_to_tell(moment, turn.starts)]
    return found


def _oldest(moment: Moment) -> datetime:
    """Since when what began may still have to be told: of a night until two hours after its end."""
    early, quiet = moment.now - TELL_WITHIN, moment.house.escalation.quiet
    is_night = quiet_until(early, quiet, moment.house.zone) > early
    return early - quiet.length if is_night else early


def _is_time_to_tell(moment: Moment, begins: datetime) -> bool:
    ready = quiet_until(begins, moment.house.escalation.quiet, moment.house.zone)
    return ready <= moment.now < ready + TELL_WITHIN


async def _tell(moment: Moment, member: MemberId, begins: datetime, where: Sequence[PlaceId]) -> None:
    zone = moment.house.zone
    ends = [end for end in [await _end(moment, place, member) for place in where] if end is not None]
    text = phrases.your_turn_begins(
        [await title(moment.session, place) for place in where],
        min(ends).astimezone(zone) if ends else None,
        moment.now.astimezone(zone).date(),
        await _open_now(moment, member, where),
    )
    key = f"duty:{where[0]}:{begins.timestamp():.0f}"
    if not await moment.tell(member, Words(text), MessageKind.PERSONAL, key=key):
        name = (await members.by_id(moment.session, member)).name
        line = phrases.turn_begins_in_group(name, await title(moment.session, where[0]))
        await say_above(moment, where[0], line, key=f"{key}:{member}", due_at=moment.now)


async def _end(moment: Moment, place: PlaceId, member: MemberId) -> datetime | None:
    ahead = moment.now + LONG + DAY
    rota = (await rotas(moment, [place], moment.now - DAY, ahead))[place]
    return until(rota.between(moment.now, ahead, moment.house.zone), member, moment.now)


async def _open_now(moment: Moment, member: MemberId, where: Sequence[PlaceId]) -> phrases.OpenNow:
    """What is open at these places or below, with who has it; only how much for somebody without an office there."""
    paths = [(await places.by_id(moment.session, place)).path for place in where]
    found = await tickets.open_under(moment.session, paths)
    grants = (await members.grants_of(moment.session, [member])).get(member, ())
    waiting = sum(ticket.status in tickets.UNACCEPTED for ticket in found)
    if not may((g.role for g in grants if any(path.startswith(g.path) for path in paths)), Role.STEWARD):
        return phrases.OpenNow(waiting)
    shown = [ticket for ticket in found if ticket.assignee_id != member]
    names = {t.assignee_id: (await members.by_id(moment.session, t.assignee_id)).name for t in shown if t.assignee_id}
    return phrases.OpenNow(waiting, [(t, names[t.assignee_id] if t.assignee_id else None) for t in shown])
