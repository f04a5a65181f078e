"""Who is on duty, and from when."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.rules.duty import Span
from handlers.rules.rota import Override, on_duty
from storage.types import MemberId
from tests.drawn import QUICK, clocks, days, july, moments, weekdays

people = st.integers(1, 4).map(MemberId)
spans = st.builds(Span, people, days, st.none() | days, weekdays, clocks, clocks)
overrides = st.builds(Override, moments, moments, st.none() | people, people)


def shift(on: str, starts: int, ends: int) -> Span:
    """Member 1 on the weekdays `on`, between full hours."""
    return Span(MemberId(1), date(2017, 1, 1), None, frozenset(map(int, on)), time(starts), time(ends))


@pytest.mark.parametrize(
    ("on", "starts", "ends", "at", "expected"),
    [
        ("1234567", 0, 0, "20 09:00", True),
        *[("1234567", 17, 9, f"20 {clock}", True) for clock in ("20:00", "08:00")],
        *[("1234567", 17, 9, f"20 {clock}", False) for clock in ("09:00", "16:59")],
        *[("1", 20, 8, at, True) for at in ("24 20:00", "24 21:00", "25 07:00")],
        *[("1", 20, 8, at, False) for at in ("24 09:00", "25 08:00", "26 08:00")],
        *[("12345", 8, 8, at, True) for at in ("24 08:00", "26 08:00", "29 07:00")],
        *[("12345", 8, 8, at, False) for at in ("23 08:00", "24 07:00", "29 08:00")],
    ],
)
def test_a_turn_holds_from_its_start_until_just_before_its_end(
    on: str, starts: int, ends: int, at: str, *, expected: bool
) -> None:
    assert shift(on, starts, ends).covers(july(at)) is expected


@QUICK
@given(spans, days, st.lists(clocks, max_size=5))
def test_nobody_serves_outside_his_days(span: Span, day: date, hours: list[time]) -> None:
    assume(span.last_day is not None and not span.first_day <= day <= span.last_day + timedelta(days=1))
    assert not [clock for clock in hours if span.covers(datetime.combine(day, clock))]


@QUICK
@given(st.lists(spans), st.lists(overrides), moments)
def test_duty_is_the_same_in_any_order_of_the_rota(rota: list[Span], extra: list[Override], at: datetime) -> None:
    answer = on_duty(rota, extra, at)
    assert answer == on_duty(rota[::-1], extra, at)
    assert list(answer) == sorted(set(answer))


@QUICK
@given(st.lists(spans), people, st.none() | people, moments)
def test_whoever_is_replaced_does_not_answer(
    rota: list[Span], goes: MemberId, comes: MemberId | None, at: datetime
) -> None:
    assume(goes != comes)
    exception = Override(at, at + timedelta(hours=1), comes, goes)
    before, during = on_duty(rota, [], at), on_duty(rota, [exception], at)
    assert goes not in during
    assert (comes in during) is (comes in before or (comes is not None and goes in before))
    assert on_duty(rota, [exception], exception.ends) == on_duty(rota, [], exception.ends)


def test_exceptions_are_applied_in_the_order_of_entry() -> None:
    rab, baz, bin_, foo, bar = map(MemberId, range(1, 6))
    always = [Span(member, date(2017, 1, 1)) for member in (rab, baz, bin_)]
    start, end = july("24 00:00"), july("25 00:00")
    exceptions = [Override(start, end, foo), Override(start, end, bar, rab), Override(start, end, goes=baz)]
    assert on_duty(always, exceptions, july("24 08:00")) == (bin_, foo, bar)


def test_an_exception_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="who comes"):
        Override(july("24 00:00"), july("25 00:00"))
