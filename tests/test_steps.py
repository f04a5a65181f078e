"""What happens next to a ticket, from its plan and from where it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.calendar import Hours
from handlers.rules.escalations import Policy, due_at
from handlers.rules.plans import Plan
from handlers.rules.quiet import NIGHT
from handlers.rules.steps import State, Step, next_step
from handlers.rules.tickets import CLOSED, OPEN
from storage.steps import Mode, StepKind
from storage.types import TicketStatus, Urgency
from tests.drawn import QUICK, SHANGHAI, july, moments

POLICY = Policy(SHANGHAI)
PLAN = Plan.by(POLICY)


def state(**more: Any) -> State:
    known: dict[str, Any] = {
        "status": TicketStatus.DISPATCHED,
        "urgency": Urgency.NORMAL,
        "waiting_since": july("24 10:00"),
        "runs_since": july("24 10:00"),
    }
    return State(**{**known, **more})


def following(state: State, plan: Plan = PLAN) -> Step:
    found = next_step(plan, state, NIGHT, SHANGHAI)
    assert found is not None
    return found


def taken(**at: datetime) -> dict[str, float]:
    return {kind: moment.timestamp() for kind, moment in at.items()}


spans = st.timedeltas(timedelta(0), timedelta(days=20))
marks = st.dictionaries(st.sampled_from([kind.value for kind in StepKind]), moments.map(datetime.timestamp))


@st.composite
def states(draw: st.DrawFn) -> State:
    since = draw(moments)
    later = st.none() | spans.map(lambda span: since + span)
    return state(
        status=draw(st.sampled_from(TicketStatus)),
        urgency=draw(st.sampled_from(Urgency)),
        waiting_since=since,
        runs_since=since,
        level=draw(st.integers(0, 3)),
        called_at=draw(later),
        accepted_at=draw(later),
        paused_since=draw(later),
        outside_since=draw(later),
        held=draw(spans),
        taken=draw(marks),
    )


@QUICK
@given(states())
def test_an_open_ticket_has_exactly_one_next_step_and_a_closed_one_none(where: State) -> None:
    found = next_step(PLAN, where, NIGHT, SHANGHAI)
    assert (found is not None) == (where.status in OPEN)
    assert found == next_step(PLAN, where, NIGHT, SHANGHAI)


@QUICK
@given(states())
def test_nobody_is_told_at_night_of_what_can_wait(where: State) -> None:
    found = next_step(PLAN, where, NIGHT, SHANGHAI)
    if found is not None and where.urgency in (Urgency.NORMAL, Urgency.LOW):
        assert not NIGHT.covers(found.due_at.astimezone(SHANGHAI).time())


@QUICK
@given(st.sampled_from(Urgency), moments, st.integers(0, 2))
def test_the_ladder_is_climbed_when_its_limit_has_passed(urgency: Urgency, since: datetime, level: int) -> None:
    waits = state(urgency=urgency, waiting_since=since, runs_since=since, level=level, called_at=since)
    found = following(waits)
    climbs = due_at(urgency, since, level + 1, POLICY)
    assert found.due_at <= climbs
    assert found.due_at == climbs or found.kind is StepKind.REPEAT or found.due_at > since


def test_a_plan_comes_back_as_it_was_kept() -> None:
    assert Plan.of(PLAN.kept()) == PLAN


@pytest.mark.parametrize(
    ("since", "climbs"),
    [("24 16:00", "24 18:00"), ("24 20:00", "25 11:00"), ("28 17:00", "31 10:00"), ("24 11:00", "24 15:00")],
)
def test_a_step_that_is_taken_in_working_time_waits_for_it(since: str, climbs: str) -> None:
    """ES50."""
    office = Hours(SHANGHAI, dict.fromkeys(range(1, 6), ((540, 720), (840, 1080))), holidays=False)
    limits = replace(PLAN.limits[Urgency.NORMAL], accept=timedelta(hours=2), working=True)
    plan = replace(PLAN, limits={**PLAN.limits, Urgency.NORMAL: limits}, hours=office.kept())
    since_then = july(since)
    found = following(state(waiting_since=since_then, runs_since=since_then, called_at=since_then), plan)
    assert (found.kind, found.due_at) == (StepKind.CLIMB, july(climbs))
    assert Plan.of(plan.kept()) == plan


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_what_is_over_has_no_next_step(status: TicketStatus) -> None:
    assert next_step(PLAN, state(status=status), NIGHT, SHANGHAI) is None


@pytest.mark.parametrize(
    ("more", "kind", "at"),
    [
        ({}, StepKind.CLIMB, "24 14:00"),
        ({"level": 2}, StepKind.SUPERVISOR, "25 07:00"),
        ({"level": 3}, StepKind.WARN_LATE, "28 07:00"),
        ({"level": 3, "taken": taken(warn_late=july("28 07:00"))}, StepKind.LATE, "29 10:00"),
        ({"level": 3, "taken": taken(late=july("20 10:00"))}, StepKind.REMIND, "24 09:00"),
        ({"level": 3, "taken": taken(late=july("22 10:00"))}, StepKind.REMIND, "31 09:00"),
        ({"urgency": Urgency.EMERGENCY}, StepKind.CLIMB, "24 10:02"),
        ({"urgency": Urgency.EMERGENCY, "level": 3}, StepKind.REPEAT, "24 10:02"),
        ({"paused_since": july("24 12:00")}, StepKind.RESUME, "25 12:00"),
        ({"paused_since": july("24 23:30")}, StepKind.RESUME, "26 07:00"),
        ({"outside_since": july("24 12:00")}, StepKind.CHASE, "27 12:00"),
        ({"outside_since": july("20 12:00"), "taken": taken(chase=july("24 12:00"))}, StepKind.CHASE, "27 12:00"),
    ],
)
def test_the_next_step(more: dict[str, Any], kind: StepKind, at: str) -> None:
    assert following(state(**more)) == Step(kind, july(at).astimezone(UTC))


@pytest.mark.parametrize(
    ("marks", "kind", "at"),
    [
        ({}, StepKind.NUDGE, "26 11:00"),
        ({"nudge": "26 11:00", "warn_late": "26 12:00"}, StepKind.TO_POOL, "28 11:00"),
        ({"nudge": "26 11:00", "to_pool": "22 09:00", "warn_late": "27 09:00"}, StepKind.COORDINATOR, "28 11:00"),
    ],
)
def test_who_accepts_and_is_silent_is_asked_then_the_others_then_the_community(
    marks: dict[str, str], kind: StepKind, at: str
) -> None:
    before = taken(**{name: july(when) for name, when in marks.items()})
    found = following(state(status=TicketStatus.ACCEPTED, accepted_at=july("24 11:00"), taken=before))
    assert (found.kind, found.due_at) == (kind, july(at))


def test_whoever_says_something_is_not_asked() -> None:
    found = following(state(status=TicketStatus.IN_PROGRESS, accepted_at=july("24 11:00")))
    assert found.kind is StepKind.WARN_LATE


@QUICK
@given(spans)
def test_the_time_for_which_the_reporter_was_asked_does_not_count(held: timedelta) -> None:
    plain = following(state(status=TicketStatus.IN_PROGRESS, taken=taken(warn_late=july("26 10:00"))))
    later = following(state(status=TicketStatus.IN_PROGRESS, taken=taken(warn_late=july("26 10:00")), held=held))
    assert later.due_at >= plain.due_at + held - timedelta(minutes=1)


def test_the_next_one_is_asked_until_nobody_is_left_and_then_all_once_more() -> None:
    asked = dict(asking=True, asked=1)
    in_turn = replace(PLAN, modes={**PLAN.modes, Urgency.NORMAL: Mode.IN_TURN})
    assert following(state(**asked), in_turn) == Step(StepKind.ASK_NEXT, july("24 10:10").astimezone(UTC))
    assert following(state(**asked)) == Step(StepKind.ASK_NEXT, july("24 10:30").astimezone(UTC))
    left = taken(ask_next=july("24 10:30"))
    again = Step(StepKind.REPEAT, july("24 12:00").astimezone(UTC))
    assert following(state(**asked, taken=left)) == following(state(asked=1)) == again
    in_vain = state(**asked, called_at=july("24 12:00"), taken={**left, **taken(repeat=july("24 12:00"))})
    assert following(in_vain) == Step(StepKind.CLIMB, july("24 13:00").astimezone(UTC))


def test_what_is_urgent_goes_up_as_soon_as_nobody_is_left_to_be_asked() -> None:
    asked = dict(asking=True, asked=1, urgency=Urgency.URGENT, taken=taken(ask_next=july("24 10:03")))
    assert following(state(**asked)) == Step(StepKind.CLIMB, july("24 10:10").astimezone(UTC))
    in_turn = replace(PLAN, modes={**PLAN.modes, Urgency.URGENT: Mode.IN_TURN})
    assert following(state(**asked), in_turn) == Step(StepKind.REPEAT, july("24 10:15").astimezone(UTC))
