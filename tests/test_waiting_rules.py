"""Quiet hours, and the ladder that an unaccepted ticket climbs."""

from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.rules.escalations import ACCEPT_WITHIN, Policy, due_at, level_at, next_call
from handlers.rules.quiet import NIGHT, QuietHours, awake_after, quiet_until
from storage.types import PlaceKind, Urgency
from tests.drawn import QUICK, SHANGHAI, clocks, july, moments

POLICY: Final = Policy(SHANGHAI)
urgencies = st.sampled_from(Urgency)
nights = st.builds(QuietHours, clocks, clocks)


@QUICK
@given(moments, nights)
def test_nothing_held_back_comes_out_in_quiet_hours(at: datetime, quiet: QuietHours) -> None:
    released = quiet_until(at, quiet, SHANGHAI)
    assert at <= released < at + timedelta(days=1)
    assert not quiet.covers(released.astimezone(SHANGHAI).time())
    assert quiet_until(released, quiet, SHANGHAI) == released


@QUICK
@given(moments, nights, st.timedeltas(timedelta(0), timedelta(days=3)), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_waiting_twice_is_waiting_once_for_as_long(
    at: datetime, quiet: QuietHours, first: timedelta, second: timedelta
) -> None:
    assume(quiet.length < timedelta(hours=23))
    once = awake_after(at, first + second, quiet, SHANGHAI)
    assert awake_after(awake_after(at, first, quiet, SHANGHAI), second, quiet, SHANGHAI) == once
    assert not quiet.covers(once.astimezone(SHANGHAI).time())


@pytest.mark.parametrize(
    ("urgency", "since", "calls"),
    [
        (Urgency.EMERGENCY, "24 23:00", ["24 23:00", "24 23:02", "24 23:04", "24 23:06"]),
        (Urgency.URGENT, "24 23:00", ["24 23:00", "24 23:30", "25 00:00", "25 00:30"]),
        (Urgency.NORMAL, "24 10:00", ["24 10:00", "24 14:00", "24 18:00", "25 07:00"]),
        (Urgency.NORMAL, "24 21:00", ["24 21:00", "25 10:00", "25 14:00", "25 18:00"]),
        (Urgency.NORMAL, "24 23:00", ["25 07:00", "25 11:00", "25 15:00", "25 19:00"]),
        (Urgency.LOW, "20 10:00", ["20 10:00", "22 10:00", "24 10:00", "26 10:00"]),
        (Urgency.LOW, "20 23:00", ["21 07:00", "23 07:00", "25 07:00", "27 07:00"]),
    ],
)
def test_the_ladder_is_climbed_by_the_clock_that_the_urgency_runs_on(
    urgency: Urgency, since: str, calls: list[str]
) -> None:
    assert [due_at(urgency, july(since), level, POLICY) for level in range(4)] == [july(call) for call in calls]


@QUICK
@given(urgencies, moments, st.timedeltas(timedelta(0), timedelta(days=12)), st.timedeltas(timedelta(0), timedelta(1)))
def test_nobody_climbs_down(urgency: Urgency, since: datetime, waited: timedelta, more: timedelta) -> None:
    before = level_at(urgency, since, since + waited, POLICY)
    assert 0 <= before <= level_at(urgency, since, since + waited + more, POLICY) <= POLICY.top


@QUICK
@given(st.sampled_from([Urgency.NORMAL, Urgency.LOW]), moments, st.timedeltas(timedelta(0), timedelta(days=12)))
def test_no_call_about_what_can_wait_is_made_at_night(urgency: Urgency, since: datetime, waited: timedelta) -> None:
    call = next_call(urgency, since, since + waited, POLICY)
    assert call is None or not NIGHT.covers(call.astimezone(SHANGHAI).time())


@QUICK
@given(urgencies, moments, st.timedeltas(timedelta(0), timedelta(days=12)))
def test_a_step_up_is_the_next_call_and_not_before(urgency: Urgency, since: datetime, waited: timedelta) -> None:
    now = since + waited
    call = next_call(urgency, since, now, POLICY)
    if call is None:
        assert level_at(urgency, since, now, POLICY) == POLICY.top
        return
    assert call > now
    just_before = call - timedelta(microseconds=1)
    assert level_at(urgency, since, just_before, POLICY) == level_at(urgency, since, now, POLICY)
    if urgency is not Urgency.EMERGENCY and now >= due_at(urgency, since, 0, POLICY):
        assert level_at(urgency, since, call, POLICY) > level_at(urgency, since, now, POLICY)


@QUICK
@given(moments, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_an_emergency_is_called_out_every_two_minutes_for_as_long_as_it_takes(
    since: datetime, waited: timedelta
) -> None:
    call = next_call(Urgency.EMERGENCY, since, since + waited, POLICY)
    assert call is not None
    assert call - (since + waited) <= timedelta(minutes=2)


def test_a_ladder_of_one_step_is_called_once() -> None:
    alone = Policy(SHANGHAI, ladder=(PlaceKind.COMMUNITY,))
    assert level_at(Urgency.URGENT, july("20 08:00"), july("27 08:00"), alone) == 0
    assert next_call(Urgency.URGENT, july("20 08:00"), july("20 08:00"), alone) is None


def test_the_more_urgent_the_shorter_the_wait() -> None:
    waits = [ACCEPT_WITHIN[urgency] for urgency in Urgency]
    assert waits == sorted(waits)
