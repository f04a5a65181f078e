"""The time of a notice before it is confirmed: put into its row, shown with the next dates, asked back where it is unclear."""

from datetime import datetime
from typing import Any, Final

from handlers.messages import Button, Reply
from handlers.moment import Moment
from handlers.notices.dates import OwnDays, own_days
from handlers.phrases import doubts
from handlers.phrases import previews as shown_as
from handlers.phrases.repeats import repeat_name
from handlers.phrases.times import moment_name
from handlers.reading.times import Past
from handlers.reading.values import Unclear, clean, numeral
from handlers.rules.repeats import Repeat
from handlers.when.read import when
from handlers.when.understood import Again, Doubt, Once, When, Why
from storage.broadcasts import Broadcast

LONGEST: Final = 60  #: characters of an answer that may be a time


def set_time(moment: Moment, kept: Broadcast, meant: When | Doubt | None, own: OwnDays) -> None:
    """Put into the row when it is due, or which times may be meant. None is at once."""
    kept.doubt = _doubt_kept(meant) if isinstance(meant, Doubt) else None
    kept.repeat, kept.due_at, kept.unknown_years = None, moment.now, []
    if isinstance(meant, Again):
        kept.repeat = meant.repeat.kept()
        kept.due_at = meant.repeat.next_time(moment.now, moment.house.zone, own) or moment.now
    elif isinstance(meant, Once):
        kept.due_at, kept.unknown_years = meant.at, sorted(meant.unknown)
    kept.at_once = kept.due_at <= moment.now


async def time_shown(moment: Moment, kept: Broadcast, *, postponed: bool) -> str:
    """When it goes, with the next dates of a repetition; `postponed`: the first of them to the morning."""
    if kept.repeat is None:
        at = shown_as.when(kept, moment.now, moment.house.zone, postponed=postponed)
        return f"{at}{doubts.unknown_years(kept.unknown_years)}"
    repeat = Repeat.of(kept.repeat)
    own = await own_days(moment, kept.community_id)
    coming, unknown = repeat.shown(moment.now, moment.house.zone, own)
    names = [moment_name(at, moment.now, moment.house.zone) for at in coming]
    return doubts.coming(repeat, names, sorted(unknown), postponed=postponed)


def asked_back(moment: Moment, kept: Broadcast) -> Reply:
    """What is unclear about the time, with what may be meant."""
    doubt = kept.doubt or {}
    names = [_name(moment, reading) for reading in doubt["readings"]]
    buttons = [Button(name, f"改时间 {kept.id} {number}") for number, name in enumerate(names, 1)]
    return Reply(doubts.which_time(kept, Why(doubt["why"]), names), tuple(buttons), alone=True)


async def answered(moment: Moment, kept: Broadcast, words: str) -> When | Doubt | None:
    """The time that the author says for it: one of those that he was offered, or another; None if it is none.

    Raises:
        Past: It has gone by.
    """
    words = clean(words).strip(" 。.!！，,")
    if (chosen := _chosen(moment, kept, words)) is not None:
        return chosen
    if len(words) > LONGEST:
        return None
    try:
        meant, rest = when(words, moment.now, moment.house.zone, await own_days(moment, kept.community_id))
    except Past:
        raise
    except Doubt as doubt:
        return doubt if not doubt.rest else None
    except Unclear:
        return None
    return None if rest else meant


def _chosen(moment: Moment, kept: Broadcast, words: str) -> When | None:
    """The reading of that number, or the only one that is called so."""
    readings = kept.doubt["readings"] if kept.doubt else []
    number = numeral(words.removeprefix("第").removesuffix("个").removesuffix("种"))
    if number is not None and 1 <= number <= len(readings):
        return _meant(moment, readings[number - 1])
    called = [one for one in readings if words and words in (_name(moment, one), one["words"])]
    called = called or [one for one in readings if len(words) > 1 and words in one["words"]]
    return _meant(moment, called[0]) if len(called) == 1 else None


def _doubt_kept(doubt: Doubt) -> dict[str, Any]:
    readings = []
    for reading in doubt.readings:
        meant = reading.when
        facts = {"repeat": meant.repeat.kept()} if isinstance(meant, Again) else {"at": meant.at.isoformat()}
        readings.append({"words": reading.words, **facts})
    return {"why": doubt.why.value, "readings": readings}


def _meant(moment: Moment, reading: dict[str, Any]) -> When:
    if "repeat" in reading:
        return Again(Repeat.of(reading["repeat"]))
    at = datetime.fromisoformat(reading["at"])
    if at < moment.now.replace(second=0, microsecond=0):
        raise Past("it has gone by")
    return Once(at)


def _name(moment: Moment, reading: dict[str, Any]) -> str:
    if "repeat" in reading:
        return repeat_name(Repeat.of(reading["repeat"]))
    return moment_name(datetime.fromisoformat(reading["at"]), moment.now, moment.house.zone)
