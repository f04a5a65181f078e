"""How often and until when somebody may be answered: the rule, and the memory that outlives a restart."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Window
from bot.channels.window import Allowance, allowed, first_to_use, is_news, used
from bot.ledgers import DatabaseLedger
from storage.database import Sessions

NOON: Final = datetime(2026, 5, 11, 4, tzinfo=UTC)
TWO_DAYS: Final = Window(timedelta(hours=48), 5)
A_MINUTE: Final = Window(timedelta(minutes=1), 3)

seconds = st.integers(0, 10**6).map(lambda n: NOON + timedelta(seconds=n))
allowances = st.builds(
    Allowance, st.sampled_from(["said", "scanned"]), seconds, st.sampled_from("abc"), seconds, st.integers(0, 5)
)


@given(st.lists(allowances), seconds)
def test_what_is_used_holds_and_ends_first(there: list[Allowance], now: datetime) -> None:
    first = first_to_use(there, now)
    holding = [one for one in there if one.until > now and one.left]
    assert (first is None) == (not holding)
    if first is not None:
        assert first in holding
        assert all(first.until <= other.until for other in holding)
        assert used(first).left == first.left - 1


@given(allowances, allowances)
def test_of_two_things_that_differ_just_one_is_newer(one: Allowance, other: Allowance) -> None:
    assert not is_news(one, one)
    if one.since != other.since:
        assert is_news(one, other) != is_news(other, one)


@given(seconds, st.integers(0, 60 * 60 * 60))
def test_the_window_is_open_for_48_hours_and_not_a_moment_longer(said: datetime, later: int) -> None:
    there = [allowed(TWO_DAYS, "said", said, "m1")]
    now = said + timedelta(seconds=later)
    assert (first_to_use(there, now) is not None) == (later < 48 * 60 * 60)


class Time:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def ledger(sessions: Sessions, time: Time, account: str = "main") -> DatabaseLedger:
    return DatabaseLedger(sessions, time, "official", account)


async def test_five_answers_are_allowed_and_no_sixth_though_it_starts_anew(sessions: Sessions) -> None:
    time = Time()
    await ledger(sessions, time).allow(("o1", allowed(TWO_DAYS, "said", NOON, "m1")))
    for left in (5, 4, 3, 2, 1):
        found = await ledger(sessions, time).use("o1")  # each time a process that knows nothing but what is on disk
        assert found is not None
        assert found.left == left
    assert await ledger(sessions, time).use("o1") is None


async def test_of_many_at_once_five_are_allowed(sessions: Sessions) -> None:
    time = Time()
    await ledger(sessions, time).allow(("o1", allowed(TWO_DAYS, "said", NOON, "m1")))
    used_up = await asyncio.gather(*(ledger(sessions, time).use("o1") for _ in range(8)))
    assert sum(one is not None for one in used_up) == 5


async def test_the_49th_hour_is_too_late(sessions: Sessions) -> None:
    time = Time()
    kept = ledger(sessions, time)
    await kept.allow(("o1", allowed(TWO_DAYS, "said", NOON, "m1")))
    time.now = NOON + timedelta(hours=47, minutes=59)
    assert await kept.use("o1") is not None
    time.now = NOON + timedelta(hours=48)
    assert await kept.use("o1") is None


async def test_a_word_delivered_again_allows_nothing_more_and_the_next_word_does(sessions: Sessions) -> None:
    time = Time()
    kept, first = ledger(sessions, time), allowed(TWO_DAYS, "said", NOON, "m1")
    await kept.allow(("o1", first))
    for _ in range(5):
        await kept.use("o1")
    await kept.allow(("o1", first))
    await kept.allow(("o1", allowed(TWO_DAYS, "said", NOON - timedelta(seconds=9), "m0")))
    assert await kept.use("o1") is None
    await kept.allow(("o1", allowed(TWO_DAYS, "said", NOON, "m2")))  # in the same second
    assert await kept.use("o1") is not None


async def test_what_ends_first_is_used_first(sessions: Sessions) -> None:
    time = Time()
    kept = ledger(sessions, time)
    await kept.allow(("o1", allowed(TWO_DAYS, "said", NOON, "m1")))
    await kept.allow(("o1", allowed(A_MINUTE, "scanned", NOON, "m2", code="C1")))
    found = [await kept.use("o1") for _ in range(4)]
    assert [one and (one.occasion, one.code) for one in found] == [("scanned", "C1")] * 3 + [("said", None)]


async def test_what_did_not_arrive_is_counted_back_unless_he_has_spoken_since(sessions: Sessions) -> None:
    time = Time()
    kept = ledger(sessions, time)
    await kept.allow(("o1", allowed(TWO_DAYS, "said", NOON, "m1")))
    before = await kept.use("o1")
    assert before is not None
    await kept.give_back("o1", before)
    again = await kept.use("o1")
    assert again is not None
    assert again.left == 5
    await kept.allow(("o1", allowed(TWO_DAYS, "said", NOON + timedelta(seconds=1), "m2")))
    await kept.give_back("o1", before)
    anew = await kept.use("o1")
    assert anew is not None
    assert anew.left == 5


async def test_what_the_platform_has_closed_stays_closed_until_the_next_word(sessions: Sessions) -> None:
    time = Time()
    kept, first = ledger(sessions, time), allowed(TWO_DAYS, "said", NOON, "m1")
    await kept.allow(("o1", first))
    await kept.close("o1", first)
    assert await kept.use("o1") is None
    await kept.allow(("o1", allowed(TWO_DAYS, "said", NOON + timedelta(seconds=1), "m2")))
    assert await kept.use("o1") is not None


async def test_accounts_and_people_do_not_meet(sessions: Sessions) -> None:
    time = Time()
    await ledger(sessions, time).allow(("o1", allowed(TWO_DAYS, "said", NOON, "m1")))
    assert await ledger(sessions, time, "north").use("o1") is None
    assert await ledger(sessions, time).use("O1") is None


async def test_it_is_remembered_up_to_where_was_heard(sessions: Sessions) -> None:
    time = Time()
    assert await ledger(sessions, time).position("wk1") == ""
    for cursor in ("c1", "c2"):
        await ledger(sessions, time).reach("wk1", cursor)
    assert await ledger(sessions, time).position("wk1") == "c2"
    assert await ledger(sessions, time).position("wk2") == ""
