"""What each step does that happens to a ticket by itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from handlers.clocks.winding import by_now, pause_ends, plan_of, take
from handlers.dispatch.turns import ask_all_again, ask_next, note_silence
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.parties.chasing import chase
from handlers.phrases import chains as phrases
from handlers.rules.quiet import quiet_until
from handlers.rules.tickets import WAITING
from handlers.tickets.lifecycle import advance
from handlers.tickets.telling import call_everybody, call_in_front
from handlers.tickets.together import community_of, holding
from storage import members, outbox
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind, Role, TicketAction, Urgency

Taken = Callable[[Moment, Ticket], Awaitable[None]]


async def next_in_turn(moment: Moment, ticket: Ticket) -> None:
    """Whoever was asked has let his time pass: the next one at the same level is asked, if it does not go up anyway."""
    take(ticket, StepKind.ASK_NEXT, moment.now)
    if not _goes_up(moment, ticket):
        await call_in_front(moment, ticket, await ask_next(moment, ticket))


async def call_again(moment: Moment, ticket: Ticket) -> None:
    """An emergency is called out again, to everybody; what can wait, once, to those at its step who have not answered."""
    if ticket.urgency is Urgency.EMERGENCY:
        await call_everybody(moment, ticket, ticket.level, again=True)
        return
    if not _goes_up(moment, ticket):
        await call_in_front(moment, ticket, await ask_all_again(moment, ticket))
    take(ticket, StepKind.REPEAT, moment.now)


def _goes_up(moment: Moment, ticket: Ticket) -> bool:
    """Whether its step is over by now, after an outage; then nobody is asked at it any more."""
    is_over = by_now(moment, ticket, plan_of(moment, ticket)) > ticket.level
    ticket.asking_id = None if is_over else ticket.asking_id
    return is_over


async def climb(moment: Moment, ticket: Ticket) -> None:
    """Call the step that it should have come to by now: those in between, missed in an outage, are not called any more."""
    await note_silence(moment, ticket)
    ticket.level, ticket.asked = by_now(moment, ticket, plan_of(moment, ticket), least=1), 0
    advance(moment, ticket, TicketAction.ESCALATE, value=ticket.level)
    called = await call_everybody(moment, ticket, ticket.level, again=ticket.urgency is Urgency.EMERGENCY)
    if ticket.level >= plan_of(moment, ticket).top:
        there = {person.id for person in (*called.told, *called.in_front)}
        watching = await holding(moment, ticket.place_id, Role.SUPERVISOR)
        await _tell(moment, ticket, [one for one in watching if one not in there], phrases.to_supervisor(ticket))


async def nudge(moment: Moment, ticket: Ticket) -> None:
    """Whoever has it is asked how it goes, as a friend would."""
    buttons = (Button("在办", f"进展 {ticket.number} 正在办"), Button("退单", f"退单 {ticket.number}"))
    await _tell(moment, ticket, _holder(ticket), phrases.nudge(ticket), buttons)


async def to_pool(moment: Moment, ticket: Ticket) -> None:
    """He is silent still: the others are called, and he is told so."""
    silent = _holder(ticket)
    advance(moment, ticket, TicketAction.RETURN)
    for member in silent:
        advance(moment, ticket, TicketAction.NO_ANSWER, member)
    await _tell(moment, ticket, silent, phrases.given_to_others(ticket))
    called = await call_everybody(moment, ticket)
    ticket.level = called.level if called.anybody else 0


async def tell_coordinator(moment: Moment, ticket: Ticket) -> None:
    """The community hears that neither he nor anybody else is at it."""
    text = phrases.still_silent(ticket, await _name(moment, ticket))
    await _tell(moment, ticket, await coordinators(moment, ticket), text)


async def warn(moment: Moment, ticket: Ticket) -> None:
    """Before it is late, whoever has it is told; without anybody, those who were called. Afterwards nobody is."""
    if ticket.done_by is None or moment.now >= ticket.done_by:
        return
    holder = _holder(ticket)
    text = phrases.nearly_late(ticket, ticket.done_by, moment.house.zone, holder=bool(holder))
    await _tell(moment, ticket, holder or await outbox.called_about(moment.session, ticket.id), text)


async def tell_late(moment: Moment, ticket: Ticket) -> None:
    """The community is told once that it is late."""
    text = phrases.late(ticket, ticket.done_by or moment.now, moment.house.zone, await _name(moment, ticket))
    await _tell(moment, ticket, await coordinators(moment, ticket), text)


async def remind(moment: Moment, ticket: Ticket) -> None:
    """… and on Mondays, as long as it is open."""
    text = phrases.late_still(ticket, await _name(moment, ticket))
    await _tell(moment, ticket, await coordinators(moment, ticket), text)


async def resume(moment: Moment, ticket: Ticket) -> None:
    """The reporter has not answered: the time runs on, and whoever asked is told."""
    pause_ends(moment, ticket)
    await _tell(moment, ticket, _holder(ticket), phrases.no_answer(ticket))


STEPS: Final[Mapping[StepKind, Taken]] = MappingProxyType(
    {
        StepKind.ASK_NEXT: next_in_turn,
        StepKind.CLIMB: climb,
        StepKind.SUPERVISOR: climb,
        StepKind.REPEAT: call_again,
        StepKind.NUDGE: nudge,
        StepKind.TO_POOL: to_pool,
        StepKind.COORDINATOR: tell_coordinator,
        StepKind.WARN_LATE: warn,
        StepKind.LATE: tell_late,
        StepKind.REMIND: remind,
        StepKind.RESUME: resume,
        StepKind.CHASE: chase,
    }
)
#: They are due again by themselves, from what they change in the ticket.
REPEATED: Final = frozenset({StepKind.ASK_NEXT, StepKind.CLIMB, StepKind.SUPERVISOR, StepKind.REPEAT, StepKind.RESUME})


async def do(moment: Moment, ticket: Ticket, step: StepKind) -> None:
    """Take the step, and remember it where it is taken once."""
    await STEPS[step](moment, ticket)
    if step not in REPEATED:
        take(ticket, step, moment.now)


async def coordinators(moment: Moment, ticket: Ticket) -> list[MemberId]:
    """Who looks after the matter in the community; where nobody does, who supervises it."""
    return await community_of(moment, ticket) or await holding(moment, ticket.place_id, Role.SUPERVISOR)


def _holder(ticket: Ticket) -> list[MemberId]:
    waits = ticket.status in WAITING or ticket.assignee_id is None
    return [] if waits or ticket.assignee_id is None else [ticket.assignee_id]


async def _name(moment: Moment, ticket: Ticket) -> str | None:
    return next(iter([(await members.by_id(moment.session, one)).name for one in _holder(ticket)]), None)


async def _tell(
    moment: Moment, ticket: Ticket, whom: Sequence[MemberId], text: str, buttons: tuple[Button, ...] = ()
) -> None:
    """Tell each alone, once for this step; at night only where the matter cannot wait."""
    urgent = ticket.urgency in (Urgency.EMERGENCY, Urgency.URGENT)
    due_at = None if urgent else quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    for member in dict.fromkeys(whom):
        key = f"step:{ticket.id}:{moment.cause}:{ticket.next_step}"
        await moment.tell(member, Words(text, buttons), MessageKind.PERSONAL, key=key, ticket=ticket.id, due_at=due_at)
