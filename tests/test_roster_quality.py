"""What is wrong with a rota, and its score: the cases of other rotas, and what holds for every rota."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.duty import DAY, Span
from handlers.rules.flaws import Flaw, Sight, Watched, stays
from handlers.rules.roster_quality import Quality, quality
from handlers.rules.rota import Stretch, final_rota
from handlers.rules.rotations import Rotation
from handlers.rules.usual import Stay, habit, held_to, length, merged, odd_times, without
from handlers.rules.wall import moment_of
from storage.turns import Cadence, TurnSource
from storage.types import MemberId, PlaceId
from tests.drawn import QUICK, SHANGHAI

MONDAY, HOUR = date(2026, 8, 3), timedelta(hours=1)  # no holiday near
NEW_YORK = ZoneInfo("America/New_York")
A, B, C = (MemberId(n) for n in (1, 2, 3))
HERE, THERE = PlaceId(7), PlaceId(8)


def at(day: date, hour: float = 0, zone: ZoneInfo = SHANGHAI) -> datetime:
    return moment_of(datetime.combine(day, time()) + hour * HOUR, zone)


def turn(member: MemberId, day: int, starts: float, ends: float, source: TurnSource = TurnSource.ROSTER) -> Stretch:
    """A turn on a day of the week that is looked at, from one hour to another."""
    return Stretch(member, at(MONDAY + day * DAY, starts), at(MONDAY + day * DAY, ends), source)


def week(days: int = 7, **more: object) -> Sight:
    return Sight(at(MONDAY), at(MONDAY + days * DAY), SHANGHAI, **more)  # type: ignore[arg-type]


def always(turns: Sequence[Stretch], days: int = 7, place: PlaceId = HERE, path: str = "/1/7/") -> Watched:
    """A place at which somebody ought to be on duty at every hour."""
    return Watched(place, (path,), turns, [(at(MONDAY), at(MONDAY + days * DAY))])


def found(judged: Quality) -> list[Flaw]:
    return [finding.flaw for finding in judged.findings]


@pytest.mark.parametrize(
    ("turns", "score"),
    [
        pytest.param([], 0, id="OV40"),
        pytest.param([turn(A, day, 0, 24) for day in range(5)], 86, id="OV42"),
        pytest.param(
            [turn(A, day, 9, 14) for day in range(5)] + [turn(A, 5, 9, 10), turn(B, 5, 10, 14), turn(B, 6, 9, 14)],
            28,
            id="OV44",
        ),
    ],
)
def test_scores_are_those_of_other_rotas_where_somebody_is_needed_at_every_hour(
    turns: list[Stretch], score: int
) -> None:
    assert quality([always(turns)], week()).score == score


def test_what_is_missing_of_the_score_is_what_the_flaws_cost() -> None:
    judged = quality([always([turn(A, day, 9, 14) for day in range(5)] + [turn(B, 6, 9, 10)])], week())
    assert judged.score == 100 - sum(judged.costs.values())
    assert set(judged.costs) == {Flaw.GAP, Flaw.UNFAIR}
    assert round(judged.covered, 2) == round(26 / 168, 2)


def test_the_same_hours_that_nobody_has_are_one_gap() -> None:
    turns = [turn(A, day, 0, 20) for day in range(7)]
    (gap,) = quality([always(turns)], week()).findings
    assert (gap.flaw, gap.times, gap.starts, gap.ends) == (Flaw.GAP, 7, at(MONDAY, 20), at(MONDAY + 7 * DAY))


def test_a_pause_between_two_turns_is_no_gap() -> None:
    assert not found(quality([always([turn(A, 0, 0, 12), turn(A, 0, 12.4, 24)], 1)], week(1)))


def test_who_has_far_more_than_his_share_is_named() -> None:
    turns = [turn(A, day, 0, 24) for day in range(6)] + [turn(B, 6, 0, 24)]
    (unfair,) = quality([always(turns)], week()).findings
    assert (unfair.flaw, unfair.member, unfair.hours, unfair.fair) == (Flaw.UNFAIR, A, 144, 84)


def test_who_has_all_the_nights_is_named_although_the_hours_are_even() -> None:
    nights = odd_times(MONDAY - DAY, MONDAY + 4 * DAY, (time(22), time(6)), SHANGHAI)
    turns = [t for day in range(4) for t in (turn(A, day, 0, 6), turn(B, day, 6, 12), turn(B, day, 12, 12.1))]
    (odd,) = quality([Watched(HERE, ("/1/7/",), turns, [])], week(4, odd=nights)).findings
    assert (odd.flaw, odd.member, odd.hours, odd.fair) == (Flaw.ODD_HOURS, A, 24, 12)


@pytest.mark.parametrize("weeks", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("people", [2, 3, 4])
def test_taking_turns_by_the_week_is_fair_wherever_it_is_cut(weeks: int, people: int) -> None:
    rotation = Rotation(Cadence.WEEK, datetime.combine(MONDAY, time()), people)
    lines = [Span(MemberId(n), MONDAY, rotation=rotation, seat=n) for n in range(people)]
    sight = week(7 * weeks)
    turns = final_rota(lines, [], [], sight.starts, sight.ends, SHANGHAI)
    judged = quality([always(turns, 7 * weeks)], sight)
    assert Flaw.UNFAIR not in found(judged)
    assert judged.balance == 1


def test_who_cannot_be_called_is_named_once() -> None:
    watched = [always([turn(A, 0, 0, 12), turn(B, 0, 12, 24)], 1), always([turn(A, 0, 0, 24)], 1, THERE, "/1/7/8/")]
    judged = quality(watched, week(1), deaf=[A], idle=[(HERE, A), (HERE, B)])
    assert [(f.flaw, f.member, f.places) for f in judged.findings] == [
        (Flaw.DEAF, A, (HERE,)),
        (Flaw.IDLE, B, (HERE,)),
    ]
    assert judged.score == 90


def test_one_person_at_two_places_is_told_unless_one_is_a_part_of_the_other() -> None:
    here = always([turn(A, 0, 0, 20), turn(B, 0, 20, 24)], 1)
    there = always([turn(A, 0, 18, 24), turn(C, 0, 0, 18)], 1, THERE, "/1/8/")
    (double,) = quality([here, there], week(1)).findings
    assert (double.flaw, double.member, double.places) == (Flaw.DOUBLE, A, (HERE, THERE))
    assert (double.starts, double.ends) == (at(MONDAY, 18), at(MONDAY, 20))
    grid = Watched(THERE, ("/1/8/", "/1/7/"), there.turns, there.needed)
    assert not found(quality([here, grid], week(1)))


@pytest.mark.parametrize(("days", "is_told"), [(13, False), (14, True)])
def test_who_is_never_free_is_named(days: int, is_told: bool) -> None:
    turns = [turn(A, day, 20, 32) for day in range(days)]
    judged = quality([Watched(HERE, ("/1/7/",), turns, [])], week(21))
    assert (found(judged) == [Flaw.NEVER_FREE]) is is_told


def test_who_has_every_second_night_is_free_in_between() -> None:
    turns = [turn(A, day, 20, 32) for day in range(-2, 21, 2)]
    assert not found(quality([Watched(HERE, ("/1/7/",), turns, [])], week(21)))


def test_who_is_on_for_weeks_on_end_is_never_free() -> None:
    judged = quality([Watched(HERE, ("/1/7/",), [turn(A, -3, 0, 24 * 40)], [])], week(21))
    assert [(finding.flaw, finding.days) for finding in judged.findings] == [(Flaw.NEVER_FREE, 21)]


def test_a_turn_until_midnight_leaves_the_next_day_free() -> None:
    turns = [turn(A, day, 12, 24) for day in range(13)]
    assert not found(quality([Watched(HERE, ("/1/7/",), turns, [])], week(21)))


def past(weeks: int, days: Sequence[int], starts: float, ends: float) -> list[Stay]:
    """The same hours on these days of the weeks before."""
    firsts = [MONDAY - n * 7 * DAY for n in range(1, weeks + 1)]
    return [(at(first + day * DAY, starts), at(first + day * DAY, ends)) for first in firsts for day in days]


@pytest.mark.parametrize(
    ("before", "coming"),
    [
        pytest.param(past(4, range(7), 20, 32), "1234567", id="every night"),
        pytest.param(past(4, range(5), 8, 18), "12345", id="weekdays"),
        pytest.param(past(2, [5], 9, 17), "6", id="two Saturdays"),
        pytest.param(past(1, [5], 9, 17), "", id="one Saturday"),
        pytest.param(past(4, [0], 9, 17)[2:] + past(4, [1], 9, 17), "12", id="half of the Mondays"),
        pytest.param(past(4, [1], 9, 17) + past(4, [0], 9, 17)[:1], "2", id="one Monday of four"),
        pytest.param([], "", id="never"),
    ],
)
def test_what_is_usual_is_learned_by_weekday(before: list[Stay], coming: str) -> None:
    known = habit(before, MONDAY, SHANGHAI)
    held = held_to(known, MONDAY, MONDAY + 6 * DAY, SHANGHAI)
    days = {starts.astimezone(SHANGHAI).isoweekday() for starts, _ in held}
    assert "".join(map(str, sorted(days))) == coming
    expected = [at(MONDAY + (int(day) - 1) * DAY) for day in coming]
    assert all(any(starts < day + DAY and day < ends for starts, ends in held) for day in expected)


def test_a_holiday_is_like_a_sunday_and_a_made_up_saturday_like_a_monday() -> None:
    """The National Day of 2026 is a Thursday; Saturday 10th of October makes up for it."""
    before = [(at(date(2026, 8, 31) + n * DAY, 8), at(date(2026, 8, 31) + n * DAY, 18)) for n in range(28) if n % 7 < 5]
    known = habit(before, date(2026, 9, 28), SHANGHAI)
    held = {
        starts.astimezone(SHANGHAI).date()
        for starts, _ in held_to(known, date(2026, 9, 28), date(2026, 10, 10), SHANGHAI)
    }
    assert date(2026, 9, 30) in held
    assert not {date(2026, 10, day) for day in range(1, 8)} & held
    assert date(2026, 10, 10) in held


def test_usual_hours_are_those_of_the_clock_on_the_wall() -> None:
    """They stay at 20:00 when the clock of New York is put back on 2026-11-01."""
    first = date(2026, 9, 28)
    before = [(at(first + n * DAY, 20, NEW_YORK), at(first + n * DAY, 22, NEW_YORK)) for n in range(28)]
    held = held_to(habit(before, first + 28 * DAY, NEW_YORK), date(2026, 10, 30), date(2026, 11, 3), NEW_YORK)
    assert {f"{starts.astimezone(NEW_YORK):%H:%M}" for starts, _ in held} == {"20:00"}
    assert len(held) == 5


hours = st.integers(0, 100).map(lambda n: at(MONDAY, n))
times = st.lists(st.tuples(hours, hours).map(lambda pair: (min(pair), max(pair))), max_size=8)
turn_lists = st.lists(
    st.builds(
        lambda member, starts, long: Stretch(member, at(MONDAY, starts), at(MONDAY, starts + long), TurnSource.ROSTER),
        st.sampled_from([A, B, C]),
        st.integers(-30, 200),
        st.integers(1, 30),
    ),
    max_size=12,
)


@QUICK
@given(times, times)
def test_what_is_taken_out_and_what_is_left_make_the_whole(stays_: list[Stay], taken: list[Stay]) -> None:
    left = without(stays_, taken)
    assert merged([*left, *merged(taken), *stays_]) == merged([*stays_, *taken])
    assert not without(left, stays_)
    assert length(left) + length(without(stays_, left)) == length(merged(stays_))


@QUICK
@given(turn_lists, turn_lists)
def test_every_rota_has_a_score_that_its_flaws_explain(here: list[Stretch], there: list[Stretch]) -> None:
    judged = quality([always(here), always(there, place=THERE, path="/1/8/")], week())
    assert 0 <= judged.score <= 100
    assert 0 <= judged.covered <= 1
    assert 0 <= judged.balance <= 1
    assert len({(f.subject, f.starts) for f in judged.findings}) == len(judged.findings)
    assert judged.is_empty or judged.score == max(0, 100 - sum(judged.costs.values()))
    assert all(finding.starts < finding.ends and finding.places for finding in judged.findings)


@QUICK
@given(turn_lists)
def test_a_gap_is_where_nobody_is(turns: list[Stretch]) -> None:
    for gap in quality([always(turns)], week()).findings:
        if gap.flaw is Flaw.GAP and gap.times == 1:
            assert not any(t.starts < gap.ends and gap.starts < t.ends for t in turns)
    assert stays(turns) == [(t.starts, t.ends) for t in turns]
