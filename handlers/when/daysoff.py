"""Days said by what is worked: 节前一天, 国庆放假前一天, 节后第一个工作日, 假期最后一天, 三个工作日后."""

import re
from datetime import date
from typing import Final

from handlers.reading.days import value_of
from handlers.reading.values import NUMERAL
from handlers.rules.holidays import is_known
from handlers.rules.moon import DAY
from handlers.rules.workdays import days_off, is_worked, workday_after
from handlers.when.feasts import FEAST, feast_named, next_feast
from handlers.when.understood import Here, Unsure, Why, count_of

MOST: Final = 400  #: days ahead in which there is a holiday
_OFF: Final = "放假|放长假|小长假|长假|假期|节假日?"
_LAST_WORKED: Final = "(?:最后)?一个(?:工作日|班)"
_BEFORE: Final = re.compile(
    rf"(?:(?P<feast>{FEAST})?的?(?:{_OFF})|节日?)[以之]?前的?(?:(?P<count>{NUMERAL})[天日]|{_LAST_WORKED}|夕)"
)
_AFTER: Final = re.compile(
    rf"(?P<feast>{FEAST})?的?(?:节|假|收假|放假|节假|放完假|长假)[以之]?后的?"
    r"(?:(?:第一|首)个(?:工作日|上班日)|(?:上班的?)?第一天(?:上班)?|上班(?:第一天|首日|当天))"
)
_WITHIN: Final = re.compile(
    rf"(?P<feast>{FEAST})?的?(?:{_OFF})的?(?:第(?P<nth>{NUMERAL})天|首日|(?P<last>最后一天|末日))"
)
_VAGUE: Final = re.compile(rf"(?:{FEAST})?(?:{_OFF}|节日?)(?:前后?|后|期间|当中)(?!(?:{NUMERAL})[天日])")
_WORKDAYS: Final = re.compile(rf"(?:(?P<count>{NUMERAL})个工作日[以之]?后|[下次][一1]?个?工作日)")
BEFORE_EVERY: Final = re.compile(
    rf"(?:每逢|每次|每个?|逢)(?:{_OFF}|节日?)[以之]?前的?(?:(?P<count>{NUMERAL})[天日]|{_LAST_WORKED}|夕)"
)


def workdays_at(text: str, start: int, here: Here) -> tuple[date, int, frozenset[int]] | None:
    """So many working days ahead, where the words end, and the years that had to be counted without a notice."""
    found = _WORKDAYS.match(text, start)
    if found is None:
        return None
    count = count_of(found, "count") if found["count"] else 1
    if not 1 <= count <= 250:
        raise Unsure(Why.HOW_MANY, start, found.end())
    day = workday_after(here.today, count, here.own)
    years = range(here.today.year, day.year + 1)
    return day, found.end(), frozenset(year for year in years if not is_known(year, here.own))


def holiday_at(text: str, start: int, here: Here) -> tuple[date, int] | None:
    """A day before, in or after the next holiday or the one named, and where its words end.

    Raises:
        Unsure: The notice of that year is not out, or it is not said which day.
    """
    if found := _BEFORE.match(text, start):
        first, _ = _holiday(found, here, began=False)
        return first - (count_of(found, "count") if found["count"] else 1) * DAY, found.end()
    if found := _AFTER.match(text, start):
        day = _holiday(found, here, began=True)[1] + DAY
        return day, found.end()
    if found := _WITHIN.match(text, start):
        first, last = _holiday(found, here, began=True)
        return (last if found["last"] else first + (value_of(found["nth"] or "1") - 1) * DAY), found.end()
    if found := _VAGUE.match(text, start):
        raise Unsure(Why.WHICH_DAY, start, found.end())
    return None


def _holiday(found: re.Match[str], here: Here, *, began: bool) -> tuple[date, date]:
    """The days off that are meant; `began`: those that run now may be."""
    day = here.today
    if found["feast"]:
        return _around(next_feast(feast_named(found["feast"]), day), found, here)
    while (day - here.today).days < MOST:
        if not is_known(day.year, here.own):
            raise Unsure(Why.UNKNOWN_YEAR, found.start(), found.end())
        off = days_off(day, here.own)
        if off is not None and (began or off[0] > here.today):
            return off
        day += DAY
    raise Unsure(Why.WHICH_DAY, found.start(), found.end())


def _around(feast: date, found: re.Match[str], here: Here) -> tuple[date, date]:
    """The days off around a festival."""
    running = days_off(here.today, here.own)
    if running and running[0] <= feast.replace(year=here.today.year) <= running[1]:
        return running
    if not is_known(feast.year, here.own):
        raise Unsure(Why.UNKNOWN_YEAR, found.start(), found.end())
    off = days_off(feast, here.own)
    if off is None or is_worked(feast, here.own):
        raise Unsure(Why.WHICH_DAY, found.start(), found.end())
    return off
