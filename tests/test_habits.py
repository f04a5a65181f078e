"""How people answer, learned: it fades, nobody is given up for good, and being overtaken is no silence."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.habits import (
    GIVEN_UP_FOR,
    HALF_LIFE,
    LONGEST,
    SILENT_FROM,
    Habit,
    band_of,
    expected_of,
    gives_no_word,
    slowness,
)
from storage.bands import Band
from tests.drawn import QUICK

NOON = datetime(2026, 5, 11, 4, tzinfo=UTC)
minutes = st.floats(0, 10_000)


def expected(*habits: Habit) -> float:
    """The minutes in the part of the day that is named first."""
    return expected_of(habits[0], habits)


def test_somebody_new_is_taken_for_like_the_others() -> None:
    assert expected(Habit()) == 10
    assert slowness(expected(Habit())) == 0
    assert not Habit().is_silent(NOON)


def test_who_answers_soon_is_expected_sooner_than_who_lets_his_time_pass() -> None:
    quick, slow = Habit(), Habit()
    for day in range(5):
        quick = quick.after_answer(2, NOON + timedelta(days=day))
        slow = slow.after_silence(30, NOON + timedelta(days=day))
    assert expected(quick) < expected(Habit()) < expected(slow)
    assert slowness(expected(quick)) < 0 < slowness(expected(slow))


def test_how_he_answers_by_day_is_taken_for_how_he_does_in_the_evening_until_that_is_known() -> None:
    by_day, evening = Habit(), Habit()
    for day in range(20):
        by_day = by_day.after_answer(2, NOON + timedelta(days=day))
    assert expected(by_day) < expected(evening, by_day) < expected(evening)
    for day in range(20):
        evening = evening.after_answer(30, NOON + timedelta(days=day))
    assert expected(evening, by_day) > expected(Habit()) > expected(by_day, evening)


def test_being_overtaken_is_no_silence() -> None:
    found = Habit()
    for _ in range(2 * SILENT_FROM):
        found = found.overtaken(3, NOON)
    assert found.asked == 0
    assert not found.is_silent(NOON)


def test_one_answer_ends_a_silence_and_time_does() -> None:
    found = Habit()
    for _ in range(SILENT_FROM):
        assert not found.is_silent(NOON)
        found = found.after_silence(5, NOON)
    assert found.is_silent(NOON)
    assert not found.after_answer(5, NOON).is_silent(NOON)
    assert not found.is_silent(NOON + GIVEN_UP_FOR)


def test_who_never_answers_at_any_time_is_not_tried_out_at_every_time_of_day_anew() -> None:
    by_day, evening = Habit(), Habit()
    for _ in range(SILENT_FROM // 2):
        by_day, evening = by_day.after_silence(30, NOON), evening.after_silence(30, NOON)
    assert not by_day.is_silent(NOON)
    assert gives_no_word(by_day, [evening], NOON)
    assert gives_no_word(Habit(), [by_day, evening], NOON)
    assert not gives_no_word(by_day, [evening], NOON + GIVEN_UP_FOR)
    assert not gives_no_word(by_day, [evening, Habit().after_answer(5, NOON)], NOON)


def test_who_answers_in_the_evening_is_left_in_peace_by_day_alone() -> None:
    by_day, evening = Habit(), Habit().after_answer(5, NOON)
    for _ in range(SILENT_FROM):
        by_day = by_day.after_silence(30, NOON)
    assert gives_no_word(by_day, [evening], NOON)
    assert not gives_no_word(evening, [by_day], NOON)


@QUICK
@given(st.lists(st.tuples(st.sampled_from(("answer", "silence", "overtaken")), minutes), max_size=30))
def test_the_sums_stay_within_what_happened_and_fade(story: list[tuple[str, float]]) -> None:
    found = Habit()
    for what, waited in story:
        change = {"answer": found.after_answer, "silence": found.after_silence, "overtaken": found.overtaken}[what]
        found = change(waited, NOON)
    assert 0 <= found.answered <= found.asked <= len(story)
    assert 0 <= found.minutes <= LONGEST * len(story)
    later = found.faded(NOON + HALF_LIFE)
    assert later.asked == pytest.approx(found.asked / 2)


@pytest.mark.parametrize(
    ("clock", "band"),
    [
        (time(6, 59), Band.NIGHT),
        (time(7), Band.DAY),
        (time(18), Band.EVENING),
        (time(22), Band.NIGHT),
        (time(0), Band.NIGHT),
    ],
)
def test_the_parts_of_a_day(clock: time, band: Band) -> None:
    assert band_of(clock) is band
