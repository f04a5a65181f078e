"""Turns: no account faster than its pause, none later than it might be."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Can
from bot.turns import AHEAD, NEARLY, Turns

LINE = ("onebot", "main")
WAITS = st.lists(st.floats(0.0, 3.0), min_size=1, max_size=40)


@given(st.floats(0.01, 5.0), WAITS)
def test_turns_are_a_pause_apart_and_taken_shortly_before(pause: float, waits: list[float]) -> None:
    turns, apart, now, taken = Turns(), timedelta(seconds=pause), 100.0, []
    for wait in waits:
        now += wait
        for _ in range(turns.open_to(LINE, apart, now)):
            taken.append(now + turns.take(LINE, apart, now))
            assert taken[-1] <= now + AHEAD + 1e-9
    assert all(later - sooner >= apart.total_seconds() - 1e-6 for sooner, later in pairwise(taken))


@given(st.floats(0.01, 5.0), st.integers(2, 50))
def test_who_looks_in_time_loses_no_turn(pause: float, number: int) -> None:
    turns, apart, now = Turns(), timedelta(seconds=pause), 100.0
    taken: list[float] = []
    while len(taken) < number:
        taken += [now + turns.take(LINE, apart, now) for _ in range(turns.open_to(LINE, apart, now))]
        now += AHEAD / 2
    assert taken[number - 1] - taken[0] <= (number - 1) * apart.total_seconds() + 1e-6


@given(st.floats(0.01, 5.0), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_what_came_late_is_not_followed_on_its_heels(pause: float, late: list[float]) -> None:
    turns, apart, now, begun = Turns(), timedelta(seconds=pause), 100.0, []
    for more in late:
        now += more
        while (wait := turns.begin(LINE, apart, now)) > 0:
            now += wait
        begun.append(now)
    least = apart.total_seconds() * NEARLY - 1e-6
    assert all(later - sooner >= least for sooner, later in pairwise(begun))


def test_an_account_without_a_past_may_speak_at_once() -> None:
    assert Turns().next is None
    turns = Turns()
    turns.spoke((*LINE, "3栋群"), Can(chat_pause=timedelta(seconds=3)), 10.0)
    assert turns.next == 13.0
    turns.forget_past(13.0)
    assert turns.next is None
