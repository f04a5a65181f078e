"""The rota when all is taken together: lines, rotations, temporary rosters, swaps and leave."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.rules.duty import Span
from handlers.rules.rota import Block, Override, Stretch, final_rota, joined, on_duty, settled
from handlers.rules.rotations import Rotation
from storage.turns import Cadence, Days, TurnSource
from storage.types import MemberId
from tests.drawn import QUICK, SHANGHAI, july

HOUR = timedelta(hours=1)
DAY = date(2018, 1, 1)
NAMES = "?ABCDE"
A, B, C, D, E = (MemberId(i) for i in range(1, 6))


def hour(clock: float) -> datetime:
    """8.25 is a quarter past eight of the day, 24 its end."""
    return datetime(2018, 1, 1, tzinfo=SHANGHAI) + clock * HOUR


def line(member: MemberId, starts: float, ends: float, first: date = DAY) -> Span:
    """That member from hour to hour on that one day."""
    clocks = [(datetime.min + clock * HOUR).time() for clock in (starts, ends)]
    return Span(member, first, first, starts=clocks[0], ends=clocks[1])


def turn(member: MemberId, starts: float, ends: float) -> Stretch:
    return Stretch(member, hour(starts), hour(ends), TurnSource.TEMPORARY)


def block(starts: float, ends: float, *turns: tuple[MemberId, float, float]) -> Block:
    return Block(hour(starts), hour(ends), tuple(turn(*one) for one in turns))


def shown(stretches: Iterable[Stretch]) -> list[str]:
    """“10-12 A”, in order."""
    since = hour(0).astimezone(UTC)
    hours = (((s.starts - since) / HOUR, (s.ends - since) / HOUR, NAMES[s.member]) for s in stretches)
    return [f"{starts:g}-{ends:g} {name}" for starts, ends, name in hours]


def of_day(
    lines: Sequence[Span] = (),
    blocks: Sequence[Block] = (),
    changes: Sequence[Override] = (),
    *,
    asked: tuple[float, float] = (0, 24),
) -> list[str]:
    return shown(final_rota(lines, blocks, changes, hour(asked[0]), hour(asked[1]), SHANGHAI))


# -- shift rules ---------------------------------------------------------------------------------------------------


def mondays(starts: int, ends: int, on: str = "1") -> Span:
    return Span(A, date(2017, 1, 1), None, frozenset(map(int, on)), time(starts), time(ends))


@pytest.mark.parametrize(
    ("rule", "asked", "starts", "ends"),
    [
        pytest.param(mondays(8, 20), "20 08:00", "24 08:00", "24 20:00", id="SH10"),
        pytest.param(mondays(8, 20), "24 20:00", "31 08:00", "31 20:00", id="SH12"),
        pytest.param(mondays(8, 20), "24 20:01", "31 08:00", "31 20:00", id="SH12 later"),
        pytest.param(mondays(8, 8, "12"), "24 08:00", "24 08:00", "26 08:00", id="SH14"),
        pytest.param(mondays(8, 8, "12"), "25 20:01", "24 08:00", "26 08:00", id="SH14 later"),
        pytest.param(mondays(8, 20, "1234567"), "24 20:00", "25 08:00", "25 20:00", id="SH16"),
        pytest.param(mondays(20, 8, "1234567"), "20 08:00", "20 20:00", "21 08:00", id="SH18"),
    ],
)
def test_the_turn_that_runs_or_comes_next(rule: Span, asked: str, starts: str, ends: str) -> None:
    now = july(asked)
    turns = joined(final_rota([rule], (), (), now - 48 * HOUR, now + 9 * 24 * HOUR, SHANGHAI))
    found = next(turn for turn in turns if turn.ends > now)
    assert (found.starts, found.ends) == (july(starts), july(ends))


# -- overrides and temporary rosters -------------------------------------------------------------------------------


def test_a_temporary_roster_is_empty_on_purpose_beside_its_turns() -> None:
    """OV2."""
    found = of_day([line(A, 8, 10)], [block(8.25, 8.75, (C, 8.4, 8.6))], asked=(8, 9))
    assert found == ["8-8.25 A", "8.4-8.6 C", "8.75-10 A"]


def test_who_is_added_stands_beside() -> None:
    """OV4."""
    assert of_day([line(A, 8, 10)], changes=[Override(hour(9), hour(11), B)]) == ["8-10 A", "9-11 B"]


def test_a_turn_is_shown_from_its_beginning() -> None:
    """OV6."""
    assert of_day([line(A, 7, 10)], asked=(8, 9)) == ["7-10 A"]


def test_changes_are_applied_in_the_order_of_their_entry() -> None:
    """OV8."""
    always = [line(member, 0, 12) for member in (A, B, C)]
    day = (hour(0), hour(12))
    changes = [Override(*day, D), Override(*day, E, A), Override(*day, goes=B)]
    assert of_day(always, changes=changes) == ["0-12 C", "0-12 D", "0-12 E"]
    assert on_duty(always, changes, hour(8)) == (C, D, E)


def test_a_block_is_trimmed_and_cut_with_its_turns() -> None:
    """OV20, OV22."""
    whole = block(10, 20, (A, 12, 18), (B, 12, 15))
    assert whole.trimmed(hour(0), hour(14)) == block(10, 14, (A, 12, 14), (B, 12, 14))
    assert whole.cut(hour(14), hour(16)) == [block(10, 14, (A, 12, 14), (B, 12, 14)), block(16, 20, (A, 16, 18))]
    assert whole.cut(hour(20), hour(22)) == [whole]
    assert whole.cut(hour(0), hour(24)) == []


def test_what_is_entered_later_cuts_what_was_there() -> None:
    """OV30, its layers entered as temporary rosters, one over the other."""
    lines = [line(A, 10, 15), line(B, 11, 13), line(A, 16, 19), line(A, 21, 22), line(B, 22, 0)]
    blocks = [
        *(
            block(12, 14, (C, 12, 14)),
            block(14, 15, (D, 14, 15)),
            block(17, 18, (D, 17, 18)),
            block(20, 23, (D, 20, 23)),
        ),
        *(block(22, 23, (E, 22, 23)), block(22, 22.5, (A, 22, 22.5))),
    ]
    assert of_day(lines, blocks) == [
        *("10-12 A", "11-12 B", "12-14 C", "14-15 D", "16-17 A", "17-18 D", "18-19 A"),
        *("20-22 D", "22-22.5 A", "22.5-23 E", "23-24 B"),
    ]


def test_a_swap_that_was_taken_shows_the_taker() -> None:
    """OV32."""
    swap = Override(hour(8), hour(10), B, A, TurnSource.SWAP)
    (found,) = final_rota([line(A, 8, 10)], (), [swap], hour(0), hour(24), SHANGHAI)
    assert (found.member, found.instead_of, found.source) == (B, A, TurnSource.SWAP)


def test_who_is_on_leave_can_be_stood_in_for_and_comes_back() -> None:
    leave = Override(hour(9), hour(12), goes=A, source=TurnSource.LEAVE)
    cover = Override(hour(10), hour(11), B, A, TurnSource.COVER)
    assert of_day([line(A, 8, 14)], changes=[leave]) == ["8-9 A", "12-14 A"]
    assert of_day([line(A, 8, 14)], changes=[leave, cover]) == ["8-9 A", "10-11 B", "12-14 A"]


def test_a_stand_in_who_goes_on_leave_is_away() -> None:
    swap = Override(hour(8), hour(14), B, A, TurnSource.SWAP)
    leave = Override(hour(9), hour(12), goes=B, source=TurnSource.LEAVE)
    assert of_day([line(A, 8, 14)], changes=[swap, leave]) == ["8-9 B", "12-14 B"]


def test_who_stands_in_for_somebody_not_on_duty_is_not_needed() -> None:
    assert of_day([line(A, 8, 10)], changes=[Override(hour(8), hour(12), B, C)]) == ["8-10 A"]


def test_lines_that_overlap_bring_nobody_twice() -> None:
    assert of_day([line(A, 8, 12), line(A, 10, 14)]) == ["8-12 A", "12-14 A"]


# -- whatever is entered -------------------------------------------------------------------------------------------

people = st.integers(1, 4).map(MemberId)
clocks = st.integers(0, 23).map(time)
dates = st.dates(date(2026, 4, 25), date(2026, 5, 8))
moments = st.integers(0, 24 * 14 * 2).map(lambda half: datetime(2026, 4, 25, tzinfo=SHANGHAI) + half * HOUR / 2)
intervals = st.tuples(moments, st.integers(1, 60)).map(lambda pair: (pair[0], pair[0] + pair[1] * HOUR))
rotations = st.builds(
    Rotation,
    st.sampled_from(Cadence),
    st.datetimes(datetime(2026, 4, 20), datetime(2026, 5, 1)).map(
        lambda at: at.replace(minute=0, second=0, microsecond=0)
    ),
    st.integers(1, 3),
    st.integers(1, 30),
)
lines = st.builds(
    Span, people, dates, st.none() | dates, st.frozensets(st.integers(1, 7), min_size=1), clocks, clocks,
    st.sampled_from(Days), rotation=st.none() | rotations,
)  # fmt: skip
overrides = st.tuples(intervals, st.none() | people, people, st.sampled_from(TurnSource)).map(
    lambda drawn: Override(*drawn[0], None if drawn[3] is TurnSource.LEAVE else drawn[1], drawn[2], drawn[3])
)
blocks = st.tuples(intervals, st.lists(st.tuples(people, intervals), max_size=3)).map(
    lambda drawn: Block(*drawn[0], tuple(Stretch(m, *at, TurnSource.TEMPORARY) for m, at in drawn[1])).trimmed(
        *drawn[0]
    )
)
rosters = st.tuples(st.lists(lines, max_size=4), st.lists(blocks, max_size=3), st.lists(overrides, max_size=4))


@QUICK
@given(rosters, moments)
def test_walking_in_small_steps_agrees_with_the_turns(
    roster: tuple[list[Span], list[Block], list[Override]], starts: datetime
) -> None:
    spans, temporary, changes = roster
    turns = final_rota(spans, temporary, changes, starts, starts + 36 * HOUR, SHANGHAI)
    for step in range(72):
        at = starts + step * HOUR / 2
        expected = on_duty(spans, changes, at, temporary)
        assert tuple(sorted(turn.member for turn in turns if turn.covers(at))) == expected


@QUICK
@given(rosters, st.integers(0, 3), moments)
def test_an_override_always_wins(
    roster: tuple[list[Span], list[Block], list[Override]], last: int, at: datetime
) -> None:
    """Whoever is put on last is on, and whoever is taken off last is off, whatever else was entered before."""
    spans, temporary, changes = roster
    span = (at, at + HOUR)
    who, other = MemberId(last % 4 + 1), MemberId((last + 1) % 4 + 1)
    assert who in on_duty(spans, [*changes, Override(*span, who)], at, temporary)
    assert who not in on_duty(spans, [*changes, Override(*span, goes=who)], at, temporary)
    if who in on_duty(spans, changes, at, temporary):
        after = on_duty(spans, [*changes, Override(*span, other, who, TurnSource.SWAP)], at, temporary)
        assert who not in after
        assert other in after


@QUICK
@given(rosters, moments)
def test_nobody_is_on_duty_twice_at_once(
    roster: tuple[list[Span], list[Block], list[Override]], starts: datetime
) -> None:
    turns = final_rota(*roster, starts, starts + 48 * HOUR, SHANGHAI)
    for member in {turn.member for turn in turns}:
        own = sorted((turn for turn in turns if turn.member == member), key=lambda turn: turn.starts)
        assert all(before.ends <= after.starts for before, after in pairwise(own))
        merged = [turn for turn in joined(turns) if turn.member == member]
        assert all(before.ends < after.starts for before, after in pairwise(merged))


@QUICK
@given(
    st.sampled_from([Cadence.HOUR, Cadence.DAY, Cadence.WEEK, Cadence.MONTH, Cadence.TURN]),
    st.integers(1, 4),
    clocks,
    moments,
)
def test_somebody_of_a_rotation_is_always_on(cadence: Cadence, seats: int, begins: time, starts: datetime) -> None:
    rotation = Rotation(cadence, datetime.combine(date(2026, 4, 20), begins), seats, 3)
    spans = [
        Span(MemberId(s + 1), date(2026, 4, 1), starts=begins, ends=begins, rotation=rotation, seat=s)
        for s in range(seats)
    ]
    turns = final_rota(spans, (), (), starts, starts + 240 * HOUR, SHANGHAI)
    assert turns[0].starts <= starts
    assert all(before.ends == after.starts for before, after in pairwise(turns))
    assert turns[-1].ends >= starts + 240 * HOUR


@QUICK
@given(st.lists(blocks, max_size=5), moments)
def test_blocks_do_not_overlap_once_they_are_settled(entered: list[Block], at: datetime) -> None:
    found = [one for one in settled(entered) if one.starts <= at < one.ends]
    assert len(found) == any(one.starts <= at < one.ends for one in entered)


@QUICK
@given(lines, moments)
def test_a_turn_belongs_to_the_day_on_which_it_begins(span: Span, starts: datetime) -> None:
    assume(span.rotation is None)
    for turn_ in final_rota([span], (), (), starts, starts + 48 * HOUR, SHANGHAI):
        assert span.begins_on(turn_.starts.astimezone(SHANGHAI).date())
