"""How somebody answers when he is called, learned from what he did, and fading, so that a bad month is forgotten.

A call that ends without a word, or that somebody else was quicker to take, says only that he had not answered by then. So
it is not counted how long his answers took, but how many answers came in all the time for which he was waited for.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from math import log2
from typing import Final

from storage.bands import Band

HALF_LIFE: Final = timedelta(days=60)
LONGEST: Final = 60.0  #: minutes for which a call without an answer counts
#: What is taken for granted of somebody new: so many answers in so many minutes.
USUAL: Final = (4.0, 40.0)
SILENT_FROM: Final = 6  #: calls in a row without a word, from which on others are asked first
FADED: Final = 0.5  #: what is left of an answer that does not tell any more that he answers at all
GIVEN_UP_FOR: Final = timedelta(days=30)  #: … for so long; then he is asked like anybody once more
BANDS: Final = ((time(7), Band.NIGHT), (time(18), Band.DAY), (time(22), Band.EVENING))


@dataclass(frozen=True, slots=True)
class Habit:
    """What is known of somebody's answers in one part of the day."""

    asked: float = 0.0
    answered: float = 0.0
    minutes: float = 0.0
    silent: int = 0
    at: datetime | None = None

    def is_silent(self, now: datetime) -> bool:
        """Whether he has not answered for so long that others are asked first."""
        return self.silent >= SILENT_FROM and self.at is not None and now - self.at < GIVEN_UP_FOR

    def faded(self, now: datetime) -> "Habit":
        """The same, as much as it still counts."""
        left = 0.5 ** (max(now - self.at, timedelta(0)) / HALF_LIFE) if self.at is not None else 1.0
        return replace(
            self, asked=self.asked * left, answered=self.answered * left, minutes=self.minutes * left, at=now
        )

    def after_answer(self, minutes: float, now: datetime) -> "Habit":
        """He has answered, after so many minutes."""
        old = self.faded(now)
        waited = old.minutes + min(minutes, LONGEST)
        return replace(old, asked=old.asked + 1, answered=old.answered + 1, minutes=waited, silent=0)

    def after_silence(self, minutes: float, now: datetime) -> "Habit":
        """His time is over, and he has not said a word."""
        old = self.faded(now)
        return replace(old, asked=old.asked + 1, minutes=old.minutes + min(minutes, LONGEST), silent=old.silent + 1)

    def overtaken(self, minutes: float, now: datetime) -> "Habit":
        """Somebody else took it before he had answered: no fault of his, but he was not quicker either."""
        old = self.faded(now)
        return replace(old, minutes=old.minutes + min(minutes, LONGEST))


def gives_no_word(here: Habit, elsewhen: Collection[Habit], now: datetime) -> bool:
    """Whether others are asked before him: he has not answered for long at this time of day, or for longer at no time."""
    every = (here, *elsewhen)
    calls = sum(habit.silent for habit in every)
    if calls < SILENT_FROM or here.is_silent(now) or any(habit.answered >= FADED for habit in every):
        return here.is_silent(now)
    last = max((habit.at for habit in every if habit.at is not None), default=None)
    return replace(here, silent=calls, at=last).is_silent(now)


def expected_of(here: Habit, everywhere: Iterable[Habit]) -> float:
    """The minutes after which he answers at this time of day; where little is known of that, as he does at any time."""
    minutes, answered = USUAL[1], USUAL[0]
    for habit in everywhere:
        minutes, answered = minutes + habit.minutes, answered + habit.answered
    return (here.minutes + USUAL[0] * minutes / answered) / (here.answered + USUAL[0])


def slowness(expected: float) -> float:
    """How often over such a time is twice what is usual; below 0 it is shorter."""
    return log2(expected * USUAL[0] / USUAL[1])


def band_of(clock: time) -> Band:
    """The part of the day."""
    return next((band for ends, band in BANDS if clock < ends), Band.NIGHT)
