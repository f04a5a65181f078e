"""What the sender does not wait for, and what it does not look at: how fast it is, without a clock."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Can
from bot.flights import Flights
from bot.outcomes import Outcome
from bot.quotas import Quota, Quotas
from bot.turns import Account, Turns
from storage import claims
from storage.base import table_of
from storage.database import Sessions, sessions_on
from storage.entities import made
from storage.outbox import OutboxMessage
from storage.prepared import _in_place
from storage.spelled import values
from storage.types import OutboxStatus
from tests.databases import Kept
from tests.effort import STEPS, effort_of
from tests.post import PATIENT, Mouth, Post
from tests.world import ACCOUNT, CHANNEL, MONDAY_9

HERE: Final = (CHANNEL, ACCOUNT)
AT_WILL: Final = Can()
LONG: Final = 60.0  #: seconds; nothing may wait so long


async def _said(after: asyncio.Event | None = None) -> Outcome:
    if after is not None:
        await after.wait()
    return Outcome("said")


def _message(chat: str) -> OutboxMessage:
    return made(OutboxMessage, {"chat": chat})


async def test_what_has_ended_does_not_wait_for_what_hangs() -> None:
    flights, hanging = Flights(), asyncio.Event()
    for chat in ("一", "二"):
        flights.begin(_message(chat), _said())
    flights.begin(_message("三"), _said(hanging))
    async with asyncio.timeout(PATIENT):
        assert [message.chat for message, _ in await flights.landed(LONG)] == ["一", "二"]
        assert (await flights.landed(0), len(flights)) == ([], 1)
        hanging.set()
        assert [message.chat for message, _ in await flights.landed(LONG)] == ["三"]
        assert await flights.landed(LONG) == [], "nothing is waited for where nothing flies"


def quotas(in_hand: int, *names: str, can: Can = AT_WILL) -> Sequence[Quota]:
    lines: dict[Account, Any] = {(name, ACCOUNT): Mouth(name=name, can=can) for name in names}
    return list(Quotas(lines, Turns(), Counter([(names[0], ACCOUNT)] * in_hand), 20, 0.0).all())


@pytest.mark.parametrize("in_hand", [11, 20])
def test_while_all_have_much_in_hand_nobody_looks_through_what_waits_for_others(in_hand: int) -> None:
    assert [quota.account for quota in quotas(in_hand, "one")] == [("one", ACCOUNT)]
    assert [quota.account for quota in quotas(in_hand, "one", "two")] == [("one", ACCOUNT), None]


def test_what_waits_for_nobody_there_is_looked_at_when_nothing_is_in_hand() -> None:
    paced = Can(account_pause=timedelta(seconds=1))
    assert [quota.account for quota in quotas(0, "one", can=paced)] == [("one", ACCOUNT), None]
    assert [quota.account for quota in quotas(1, "one", can=paced)] == [("one", ACCOUNT)]


@pytest.mark.parametrize("whose", [{"only": HERE}, {"ours": [HERE, (CHANNEL, "another")]}], ids=["one", "ours"])
async def test_what_was_said_before_slows_nobody_down(own_database: Sessions, whose: Any) -> None:
    """As many steps of SQLite's machine with a thousand messages that were said as without."""
    post = Post(own_database)
    for chat in ("3栋群", "4栋群"):
        await post.put(chat, "停水")
    async with post.sessions() as session:
        before = await _effort(session, post, whose)
    async with post.sessions.begin() as session:
        said = dict(status=OutboxStatus.SENT, channel=CHANNEL, account=ACCOUNT, is_group=True, kind="broadcast")
        rows = [{"key": f"old{at}", "chat": f"{at}群", **said} for at in range(1000)]
        more = dict(body={}, created_at=post.now, due_at=post.now, attempts=1, doubt_told=False)
        await session.execute(sa.insert(table_of(OutboxMessage)).values(**more), rows)
    async with post.sessions() as session:
        assert await _effort(session, post, whose) <= before + STEPS


async def _effort(session: AsyncSession, post: Post, whose: Any) -> int:
    """Steps to claim a message; it is not kept."""
    claiming = claims.claim(session, now=post.now, lease=timedelta(minutes=1), limit=1, by="one", **whose)
    steps, taken = await effort_of(session, claiming)
    assert [message.chat for message in taken] == ["3栋群"]
    return steps


@pytest.mark.parametrize(("accounts", "left"), [(1, False), (1, True), (3, True)])
async def test_what_is_before_a_message_is_looked_for_in_its_chat(
    postgresql: Kept, accounts: int, *, left: bool
) -> None:
    """PostgreSQL keeps the plan that it makes while nothing waits, and it must still do when ten thousand do."""
    given = {"now": MONDAY_9, "leased": MONDAY_9, "by": "one", "most": 1, "left_since": MONDAY_9}
    given |= claims._named([HERE] * accounts)
    taking = claims._taking(accounts, left=left, dangers=False, resting=False, quiet=False)
    async with sessions_on(postgresql.engine)() as session:
        place = await _in_place(session)
        text, asked = taking._spelled(place).text(given)
        # As after an installation: what PostgreSQL has gathered of a table in the tests before may make it look elsewhere.
        for forget in ("TRUNCATE outbox CASCADE", "DELETE FROM pg_statistic WHERE starelid = 'outbox'::regclass"):
            await session.execute(sa.text(forget))
        plan = await place.direct.at_once(f"EXPLAIN {text}", values(asked, given))
    assert any("Index Cond" in line and "chat" in line for (line,) in plan), plan
