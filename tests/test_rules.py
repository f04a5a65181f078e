"""What the rules promise, whatever happens."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from handlers.rules import broadcasts, outbox, roles
from handlers.rules.broadcasts import BroadcastAction, Repeat
from handlers.rules.duty import Override, Span, on_duty
from handlers.rules.escalations import ACCEPT_WITHIN, Policy, due_at, level_at, next_call
from handlers.rules.quiet import NIGHT, QuietHours, awake_after, quiet_until
from handlers.rules.tickets import CLOSED, OPEN, TRANSITIONS, next_status
from storage.types import BroadcastStatus, MemberId, MessageKind, PlaceKind, Role, TicketAction, TicketStatus, Urgency

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
POLICY: Final = Policy(SHANGHAI)
QUICK: Final = settings(deadline=None, max_examples=60)

days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(SHANGHAI))
people = st.integers(1, 4).map(MemberId)
weekdays = st.frozensets(st.integers(1, 7), min_size=1)
spans = st.builds(Span, people, days, st.none() | days, weekdays, clocks, clocks)
overrides = st.builds(Override, moments, moments, st.none() | people, people)
urgencies = st.sampled_from(Urgency)
nights = st.builds(QuietHours, clocks, clocks)


def july(text: str) -> datetime:
    """A moment of July 2017, whose 24th is a Monday: "24 08:00"."""
    return datetime.strptime(f"2017-07-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def shift(on: str, starts: int, ends: int) -> Span:
    """Member 1 on the weekdays `on`, between full hours."""
    return Span(MemberId(1), date(2017, 1, 1), None, frozenset(map(int, on)), time(starts), time(ends))


# Tickets


@QUICK
@given(st.lists(st.sampled_from(TicketAction)))
def test_a_closed_ticket_only_ever_is_judged_or_reopened(actions: list[TicketAction]) -> None:
    status = TicketStatus.REPORTED
    for action in actions:
        after = next_status(status, action)
        if status in CLOSED and after is not None:
            assert action in {TicketAction.RATE, TicketAction.VERIFY, TicketAction.REOPEN}
        status = after or status


@pytest.mark.parametrize("status", sorted(OPEN))
@pytest.mark.parametrize("action", [TicketAction.DETAIL, TicketAction.JOIN, TicketAction.URGE, TicketAction.ESCALATE])
def test_words_about_an_open_ticket_leave_it_where_it_is(status: TicketStatus, action: TicketAction) -> None:
    assert next_status(status, action) is status


@pytest.mark.parametrize("status", sorted(OPEN))
def test_whoever_says_that_it_is_solved_is_believed_at_any_time(status: TicketStatus) -> None:
    assert next_status(status, TicketAction.RESOLVE) is TicketStatus.DONE


def test_an_accepted_ticket_is_not_accepted_again() -> None:
    assert next_status(TicketStatus.ACCEPTED, TicketAction.ACCEPT) is None


def test_merged_and_cancelled_tickets_are_left_alone() -> None:
    assert not [key for key in TRANSITIONS if key[0] in {TicketStatus.MERGED, TicketStatus.CANCELLED}]


def test_every_status_can_be_reached() -> None:
    assert {*TRANSITIONS.values(), TicketStatus.REPORTED} == set(TicketStatus)


def test_every_action_but_the_report_itself_has_its_place() -> None:
    assert {action for _, action in TRANSITIONS} == set(TicketAction) - {TicketAction.REPORT}


# Duty


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


@pytest.mark.parametrize(
    ("on", "starts", "ends", "after", "expected"),
    [
        ("1", 8, 20, "20 08:00", "24 08:00"),
        ("1", 8, 20, "24 20:00", "31 08:00"),
        ("1", 8, 20, "24 20:01", "31 08:00"),
        ("12", 8, 8, "20 00:00", "24 08:00"),
        ("12", 8, 8, "24 09:00", "31 08:00"),
        ("1234567", 8, 20, "24 20:00", "25 08:00"),
        ("1234567", 19, 6, "23 07:00", "23 19:00"),
        ("1234567", 19, 6, "23 18:00", "23 19:00"),
        ("1234567", 0, 0, "23 18:00", None),
    ],
)
def test_the_next_start_is_where_duty_begins_after_a_rest(
    on: str, starts: int, ends: int, after: str, expected: str | None
) -> None:
    assert shift(on, starts, ends).next_start(july(after)) == (july(expected) if expected else None)


@QUICK
@given(spans, moments)
def test_at_the_next_start_duty_begins(span: Span, after: datetime) -> None:
    start = span.next_start(after)
    if start is not None:
        assert start > after
        assert span.covers(start)
        assert not span.covers(start - timedelta(microseconds=1))


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


# Quiet hours and the ladder


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


# Notices


@QUICK
@given(st.builds(Repeat, clocks, weekdays, st.none() | st.integers(1, 31)), moments)
def test_a_repetition_comes_at_its_hour_and_skips_none(repeat: Repeat, after: datetime) -> None:
    due = repeat.next_time(after, SHANGHAI)
    local = due.astimezone(SHANGHAI)
    assert due.tzinfo is UTC
    assert due > after
    assert local.time() == repeat.at
    assert repeat.falls_on(local.date())
    skipped = [after.date() + timedelta(days=n) for n in range((local.date() - after.date()).days)]
    assert not [day for day in skipped if repeat.falls_on(day) and datetime.combine(day, repeat.at, SHANGHAI) > after]
    assert Repeat.of(repeat.kept()) == repeat


def test_a_month_that_is_too_short_is_served_on_its_last_day() -> None:
    monthly = Repeat(time(9), month_day=31)
    at, seen = datetime(2025, 12, 31, 12, tzinfo=SHANGHAI), []
    for _ in range(4):
        at = monthly.next_time(at, SHANGHAI)
        seen.append(at.astimezone(SHANGHAI).strftime("%m-%d"))
    assert seen == ["01-31", "02-28", "03-31", "04-30"]


def test_a_repeated_hour_counts_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = Repeat(time(2, 30)).next_time(datetime(2016, 10, 29, 12, tzinfo=berlin), berlin)
    assert first == datetime(2016, 10, 30, 0, 30, tzinfo=UTC)
    assert Repeat(time(2, 30)).next_time(first, berlin) == datetime(2016, 10, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("on", "month_day"), [(frozenset[int](), None), (frozenset({8}), None), (frozenset({1}), 32)])
def test_what_never_comes_is_no_repetition(on: frozenset[int], month_day: int | None) -> None:
    with pytest.raises(ValueError, match="day"):
        Repeat(time(9), on, month_day)


def test_only_what_was_confirmed_is_ever_sent() -> None:
    assert broadcasts.next_status(BroadcastStatus.DRAFT, BroadcastAction.START) is None
    assert broadcasts.next_status(BroadcastStatus.DRAFT, BroadcastAction.CONFIRM) is BroadcastStatus.SCHEDULED


@QUICK
@given(st.lists(st.sampled_from(BroadcastAction)))
def test_what_was_sent_or_withdrawn_stays_so(actions: list[BroadcastAction]) -> None:
    for final in (BroadcastStatus.SENT, BroadcastStatus.CANCELLED):
        assert not [action for action in actions if broadcasts.next_status(final, action)]


# The outbox


@QUICK
@given(st.integers(1, 10**9), st.floats(0, 1))
def test_patience_grows_and_has_an_end(attempt: int, jitter: float) -> None:
    wait = outbox.retry_after(attempt, jitter)
    assert timedelta(seconds=1) <= wait <= outbox.LONGEST_WAIT
    assert outbox.retry_after(attempt + 1, jitter) >= wait


@pytest.mark.parametrize("kind", MessageKind)
def test_a_group_hears_twice_only_what_may_save_a_life(kind: MessageKind) -> None:
    assert outbox.repeatable(kind, is_group=False)
    assert outbox.repeatable(kind, is_group=True) is (kind is MessageKind.EMERGENCY)


# Roles


@pytest.mark.parametrize("role", Role)
def test_what_a_role_includes_is_complete(role: Role) -> None:
    assert {role, Role.RESIDENT} <= roles.implied(role)
    assert all(roles.implied(part) <= roles.implied(role) for part in roles.implied(role))


@pytest.mark.parametrize("role", sorted(roles.STAFF | {Role.SUPERVISOR}))
def test_whoever_the_ladder_calls_may_accept(role: Role) -> None:
    assert roles.may([role], Role.STEWARD)


def test_a_stranger_is_a_resident_and_no_more() -> None:
    assert roles.may([], Role.RESIDENT)
    assert not roles.may([], *roles.STAFF)
    assert not roles.may([Role.RESIDENT], Role.STEWARD)


def test_nobody_verifies_his_own_work() -> None:
    assert roles.may_verify([Role.ADMIN], did_it=False)
    assert not roles.may_verify([Role.ADMIN], did_it=True)
    assert not roles.may_verify([Role.STEWARD], did_it=False)
