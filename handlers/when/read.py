"""明天上午9点, 每周一和周四18:30到年底为止, 节前一天下午 → a moment, a repetition, or what has to be asked back.

Nothing is guessed: what may mean two things is a `Doubt` with the readings, each of them read by the same reader. Nothing
is taken from the middle of a sentence either: in 明天9点停水 the time belongs to the notice, so that it is `Unclear`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.reading.values import SEPARATORS, Unclear, clean, folded
from handlers.rules.holidays import NONE
from handlers.when.again import begun_at, rhythm_at
from handlers.when.clock import REST_OF_CLOCK
from handlers.when.coming import repetition
from handlers.when.ends import ended
from handlers.when.once import once
from handlers.when.understood import Doubt, Here, Reading, Unsure, When, Why
from storage.types import DayKind

MOST_READINGS: Final = 4
DEEPEST: Final = 3  #: doubts inside doubts


def when(text: str, now: datetime, zone: ZoneInfo, own: Mapping[date, DayKind] = NONE) -> tuple[When, str]:
    """What the text begins with by way of a time, not before the minute of `now`, and the text after it.

    Args:
        text: As it was written.
        now: Aware.
        zone: The community's clock.
        own: The days that the community knows better than the yearly notice.

    Raises:
        Past: It has gone by.
        Doubt: It has to be asked back.
        Unclear: There is none that stands for itself.
    """
    text = clean(text)
    plain, here = folded(text), Here(now, zone, own)
    try:
        found, end = _read(plain, here)
    except Unsure as unsure:
        raise _doubt(text, plain, unsure, here) from None
    return found, text[end:].lstrip(SEPARATORS)


def _read(text: str, here: Here) -> tuple[When, int]:
    begun = begun_at(text, here)
    rhythm = rhythm_at(text, begun.end)
    if rhythm is None and begun.end:
        raise Unsure(Why.SPAN, 0, begun.end)
    return repetition(text, begun, rhythm, here) if rhythm else once(text, here)


def _doubt(text: str, plain: str, unsure: Unsure, here: Here) -> Unclear:
    """What is asked back, if it is a time at all."""
    found: dict[When, tuple[str, int]] = {}
    for reading, rest in _readings(plain, unsure, here, DEEPEST):
        found.setdefault(reading.when, (reading.words, rest))
    left = min(rest for _, rest in found.values()) if found else _left(plain, unsure.end)
    if left < 0:
        return Unclear("the time goes on as a sentence")
    readings = tuple(Reading(words, meant) for meant, (words, _) in found.items())[:MOST_READINGS]
    return Doubt(unsure.why, readings, text[len(text) - left :].lstrip(SEPARATORS))


def _readings(text: str, unsure: Unsure, here: Here, deep: int) -> Iterator[tuple[Reading, int]]:
    """Every reading that is one, and how many characters are left after it."""
    for head in unsure.heads:
        varied = text[: unsure.start] + head + text[unsure.end :]
        try:
            found, end = _read(varied, here)
        except Unsure as inner:
            if deep:
                yield from _readings(varied, inner, here, deep - 1)
        except Unclear:
            continue
        else:
            yield Reading(varied[:end], found), len(varied) - end


def _left(text: str, end: int) -> int:
    """How many characters there are behind a time that has no reading; -1 where it goes on as a sentence."""
    rest = REST_OF_CLOCK.match(text, end)
    try:
        return len(text) - ended(text, rest.end() if rest else end)
    except Unclear:
        return -1
