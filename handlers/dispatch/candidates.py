"""What is known of those who answer for a ticket's place: what they can do, what they have in hand, why they are out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from handlers.dispatch import habits
from handlers.duty import rota
from handlers.moment import Moment
from handlers.rules.dispatch import Candidate, Skip
from handlers.rules.escalations import DAY_AND_NIGHT
from handlers.rules.habits import slowness
from handlers.rules.quiet import quiet_until
from handlers.rules.weights import caught_up
from storage import choices, homes, loads, places, skills
from storage.loads import Load
from storage.members import Person
from storage.tickets import Ticket
from storage.types import Category, MemberId, PlaceKind, TicketAction, Urgency

SAID_NO: Final[Mapping[TicketAction, Skip]] = {
    TicketAction.REFUSE: Skip.REFUSED,
    TicketAction.NO_ANSWER: Skip.SILENT,
    TicketAction.RETURN: Skip.GAVE_BACK,
    TicketAction.TRANSFER: Skip.GAVE_BACK,
}
#: Who is accused in these must not hear of it first, even where somebody's life is at stake.
ACCUSING: Final = frozenset({Category.DISPUTE, Category.SECURITY, Category.CARE})
_IDLE: Final = Load()


async def candidates(
    moment: Moment, ticket: Ticket, people: Sequence[Person], far: Collection[MemberId] = (), *, anew: bool = False
) -> list[Candidate]:
    """`people` as the rules weigh them for the ticket; `anew`: those who have let their time pass, too.

    Args:
        far: Those of them who are of another building.
    """
    ids = [person.id for person in people]
    out = await _out(moment, ticket, ids)
    if anew:
        out = {member: why for member, why in out.items() if why is not Skip.SILENT}
    weighed = ids if ticket.urgency is not Urgency.EMERGENCY else []  # then everybody is called, in whatever order
    can = await skills.of_members(moment.session, weighed) if moment.house.needed.get(ticket.category) else {}
    held = await loads.of_members(moment.session, weighed, moment.now, moment.house.remembered)
    known = await habits.known(moment, weighed)
    taken = caught_up([held.get(member, _IDLE).taken for member in ids], moment.house.weights)
    return [
        _candidate(
            moment,
            (member, can.get(member, frozenset()), out.get(member), had, member in far),
            held.get(member, _IDLE),
            known.get(member),
        )
        for member, had in zip(ids, taken, strict=True)
    ]


def _candidate(
    moment: Moment, who: tuple[MemberId, frozenset[str], Skip | None, float, bool], load: Load, how: habits.Known | None
) -> Candidate:
    """Who with what skills, why he is out, what he has had, whether he is of another building; his load and habit."""
    member, can, out, had, far = who
    bare = (member, can, load.open, load.lately, load.last, out, had)
    if how is None:
        return Candidate(*bare, far=far)
    return Candidate(*bare, how.calls, far, how.is_silent(moment.now), slowness(how.expected))


async def absent(moment: Moment, ids: Sequence[MemberId], at: datetime | None = None) -> dict[MemberId, Skip]:
    """Who does not count `at` that time (None: now), whatever the ticket is."""
    away = await rota.away(moment, ids, at)
    return {member: Skip.ON_LEAVE if why.on_leave else Skip.OFF_HOURS for member, why in away.items()}


async def _out(moment: Moment, ticket: Ticket, ids: Sequence[MemberId]) -> dict[MemberId, Skip]:
    """Who is a party to the matter, and who is away when he hears of it: in the morning, where it can wait until then."""
    policy, can_wait = moment.house.escalation, ticket.urgency not in DAY_AND_NIGHT
    found = await absent(moment, ids, quiet_until(moment.now, policy.quiet, policy.zone) if can_wait else None)
    found |= dict.fromkeys(await _accused(moment, ticket, ids), Skip.COMPLAINED_OF)
    if ticket.called_at is not None:
        said_no = await choices.declined(moment.session, ticket)
        found |= {member: SAID_NO[action] for member, action in said_no.items()}
    if ticket.reporter_id is not None:
        found[ticket.reporter_id] = Skip.REPORTER
    return found


async def _accused(moment: Moment, ticket: Ticket, ids: Sequence[MemberId]) -> set[MemberId]:
    """Whose own home it is about. When it burns there he is called like anybody; not when it is he who is accused."""
    if ticket.room is None or (ticket.urgency is Urgency.EMERGENCY and ticket.category not in ACCUSING):
        return set()
    place = await places.by_id(moment.session, ticket.place_id)
    if place.kind not in (PlaceKind.BUILDING, PlaceKind.UNIT):
        return set()
    return await homes.behind_door(moment.session, place, ticket.room, ids)
