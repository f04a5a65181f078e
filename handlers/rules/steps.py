"""What happens next to an open ticket by itself, and when. There is always exactly one next step.

From its plan and from where it is follows its next step, and nothing else decides it:

waiting    the ladder: the next one at this level, one step up, an emergency again
working    the silence of who accepted it: a nudge, back to the others, the community
both       the time until which it has to be done: a warning before, a word when it is late, and then once a week
paused     the reporter is asked; everything else stands still until he has answered or his time is over
outside    a department has it and is asked how it goes
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from handlers.rules.calendar import to_the_minute
from handlers.rules.paces import Pace, pace_of
from handlers.rules.plans import Plan
from handlers.rules.quiet import QuietHours
from handlers.rules.tickets import OPEN, WAITING
from storage.steps import Mode, StepKind
from storage.types import TicketStatus, Urgency

WARN_AT: Final = 0.75  #: of the time until it is late
AGAIN: Final = 0.5  #: of the limit, after which all who were asked at a step are asked once more
IN_VAIN: Final = 0.25  #: of the limit, after which that was in vain: it goes up while there is still time to accept it
REMIND_ON: Final = 1  #: Monday
REMIND_AT: Final = time(9)
LEAST_BETWEEN: Final = timedelta(days=3)  #: between two words about what is late
NONE: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a ticket is, as far as its clocks are concerned."""

    status: TicketStatus
    urgency: Urgency
    waiting_since: datetime
    runs_since: datetime
    level: int = 0
    asked: int = 0
    asking: bool = False  #: whether somebody is asked before the others
    called_at: datetime | None = None
    accepted_at: datetime | None = None
    paused_since: datetime | None = None
    outside_since: datetime | None = None
    held: timedelta = timedelta(0)
    taken: Mapping[str, Any] = field(default_factory=lambda: NONE)

    def was_taken(self, kind: StepKind) -> datetime | None:
        """When that step was taken; None where it was not."""
        at = self.taken.get(kind.value)
        return None if at is None else datetime.fromtimestamp(at, UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next, and when."""

    kind: StepKind
    due_at: datetime


def next_step(plan: Plan, state: State, quiet: QuietHours, zone: ZoneInfo) -> Step | None:
    """The one thing that happens next to the ticket; None for a closed one."""
    if state.status not in OPEN:
        return None
    pace = pace_of(plan, state.urgency, quiet, zone)
    if state.paused_since is not None:
        return Step(StepKind.RESUME, pace.awake(state.paused_since + plan.answer))
    if state.outside_since is not None:
        last = state.was_taken(StepKind.CHASE) or state.outside_since
        return Step(StepKind.CHASE, pace.awake(max(last, state.outside_since) + plan.chase))
    chain = _waiting(plan, state, pace) if state.status in WAITING else _working(plan, state, pace)
    return min((*chain, _deadline(plan, state, pace)), key=lambda step: step.due_at)


def done_by(plan: Plan, state: State, pace: Pace) -> datetime:
    """Until when it has to be done, to the minute."""
    due_at = pace.after(state.runs_since, plan.limits[state.urgency].done)
    return to_the_minute(pace.later(due_at, state.held))


def _waiting(plan: Plan, state: State, pace: Pace) -> Iterator[Step]:
    limits, called = plan.limits[state.urgency], state.called_at or state.waiting_since
    if state.level < plan.top:
        kind = StepKind.SUPERVISOR if state.level + 1 == plan.top else StepKind.CLIMB
        yield Step(kind, pace.after(state.waiting_since, limits.accept, state.level + 1))
        if kind is StepKind.CLIMB and state.asked and state.was_taken(StepKind.REPEAT) is not None:
            yield Step(kind, pace.after(called, IN_VAIN * limits.accept))
    if state.urgency is Urgency.EMERGENCY:
        yield Step(StepKind.REPEAT, called + plan.repeat)
    elif state.asking and state.was_taken(StepKind.ASK_NEXT) is None:
        yield Step(StepKind.ASK_NEXT, pace.after(called, plan.ask_within(state.urgency)))
    elif state.asking and _hurries(plan, state):
        yield Step(StepKind.CLIMB, pace.after(called, 2 * plan.ask_within(state.urgency)))
    elif state.asked and state.was_taken(StepKind.REPEAT) is None:
        yield Step(StepKind.REPEAT, pace.after(called, AGAIN * limits.accept))
    pooled = state.was_taken(StepKind.TO_POOL)
    if pooled is not None and state.was_taken(StepKind.COORDINATOR) is None:
        yield Step(StepKind.COORDINATOR, pace.after(pooled, limits.progress))


def _hurries(plan: Plan, state: State) -> bool:
    """Whether it goes up as soon as nobody is left to be asked, and not only when half of the time is over."""
    is_last = state.level + 1 >= plan.top
    return plan.modes[state.urgency] is Mode.WAVES and state.urgency is Urgency.URGENT and not is_last


def _working(plan: Plan, state: State, pace: Pace) -> Iterator[Step]:
    """Whoever has accepted it and has said nothing since."""
    if state.status is not TicketStatus.ACCEPTED or state.was_taken(StepKind.COORDINATOR) is not None:
        return
    limit, nudged = plan.limits[state.urgency].progress, state.was_taken(StepKind.NUDGE)
    if nudged is None:
        yield Step(StepKind.NUDGE, pace.after(state.accepted_at or state.waiting_since, limit))
    else:
        once = state.was_taken(StepKind.TO_POOL) is None
        yield Step(StepKind.TO_POOL if once else StepKind.COORDINATOR, pace.after(nudged, limit))


def _deadline(plan: Plan, state: State, pace: Pace) -> Step:
    late = state.was_taken(StepKind.LATE)
    if late is not None:
        told = state.was_taken(StepKind.REMIND) or late
        return Step(StepKind.REMIND, pace.awake(_following_monday(told + LEAST_BETWEEN, pace.zone)))
    end = done_by(plan, state, pace)
    if state.was_taken(StepKind.WARN_LATE) is not None:
        return Step(StepKind.LATE, pace.awake(end))
    return Step(StepKind.WARN_LATE, pace.awake(pace.part(state.runs_since, end, WARN_AT)))


def _following_monday(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first time that the clock shows nine on a Monday, at or after `moment`."""
    local = moment.astimezone(zone)
    day = local.date() + timedelta(days=(REMIND_ON - local.isoweekday()) % 7)
    nine = datetime.combine(day, REMIND_AT, tzinfo=zone)
    return (nine if nine >= local else datetime.combine(day + timedelta(days=7), REMIND_AT, tzinfo=zone)).astimezone(
        UTC
    )
