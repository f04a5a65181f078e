"""What comparable systems do with a queue of messages (throttle, retry, unknown outcome), over the real rules.

Where the row has another answer here, docs/decisions.md says why.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest

from bot.channels.base import Can, Limit, SendError
from bot.turns import Turns
from storage import claims
from storage.database import Sessions
from storage.types import MessageKind
from tests.post import Post

MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)
CHAT: Final = ("onebot", "main", "group:3")
VOICE: Final = (Limit(3, 15 * MINUTE), Limit(7, 60 * MINUTE), Limit(15, 180 * MINUTE))


@pytest.fixture
async def post(sessions: Sessions) -> Post:
    return Post(sessions)


def next_allowed(limits: Sequence[Limit], said: Sequence[float]) -> float:
    """In minutes: when one more may be said where these were said at those minutes."""
    turns, can, now = Turns(), Can(limits=tuple(limits)), 0.0
    for at in said:
        now = at * 60
        turns.forget_past(now)
        assert CHAT not in turns.chats, f"not at minute {at}"
        turns.spoke(CHAT, can, now)
    while CHAT in turns.chats:
        now += 15
        turns.forget_past(now)
    return now / 60


@pytest.mark.parametrize(
    ("case", "limits", "said", "allowed"),
    [
        ("MQ10", [Limit(1, MINUTE)], [0], 1),
        ("MQ10", [Limit(1, MINUTE)], [0, 1], 2),
        ("MQ12", [Limit(3, 15 * MINUTE)], [0, 1], 1),
        ("MQ12", [Limit(3, 15 * MINUTE)], [0, 1, 2], 15),
        ("MQ14", [Limit(3, 15 * MINUTE), Limit(18, 60 * MINUTE)], [0, 0, 0], 15),
        ("MQ14", [Limit(3, 15 * MINUTE), Limit(18, 60 * MINUTE)], [0, 0, 0, 15], 15),  # decided: not spread out
        ("MQ16", VOICE, [0, 1, 2, 15, 26.25, 37.5, 48.75, *range(60, 181, 15)], 181),
    ],
)
def test_mq10_to_mq16_limits(case: str, limits: Sequence[Limit], said: Sequence[float], allowed: float) -> None:
    assert next_allowed(limits, said) <= allowed, case
    if case != "MQ16":
        assert next_allowed(limits, said) == allowed, case


async def test_mq20_mq34_what_fails_for_now_is_tried_again_until_it_works(post: Post) -> None:
    post.mouth.answers["3栋群"].extend([SendError("away"), SendError("away")])
    await post.put("3栋群", "停水", MessageKind.BROADCAST)
    await post.send_all()
    for _ in range(3):
        await post.wait(15 * SECOND)  # decided: sooner at first, later then, eight times in all
    (row,) = await post.rows()
    assert (row.attempts, post.mouth.texts) == (3, ["停水"])


async def test_mq26_a_send_that_throws_counts_and_waits(post: Post) -> None:
    post.mouth.answers["李姐"].append(SendError("away"))
    await post.put("李姐", "接单了")
    await post.send_all()
    (row,) = await post.rows()
    assert (row.attempts, row.status.value) == (1, "pending")


async def test_mq28_updates_of_one_report_keep_their_order_though_the_first_fails_once(post: Post) -> None:
    post.mouth.answers["3栋群"].append(SendError("away"))
    for text in ("接单了", "正在修", "修好了"):
        await post.put("3栋群", text, MessageKind.TICKET_NOTE)
    await post.send_all()
    await post.wait(15 * SECOND)
    assert post.mouth.texts == ["接单了", "正在修", "修好了"]


async def test_mq32_what_is_forbidden_is_tried_once(post: Post) -> None:
    post.mouth.answers["3栋群"].extend([SendError("forbidden", permanent=True)] * 5)
    await post.put("3栋群", "停水", MessageKind.BROADCAST)
    await post.send_all()
    await post.wait(60 * MINUTE)
    assert (len(post.mouth.answers["3栋群"]), await post.states()) == (4, ["dead"])


async def test_mq36_who_is_told_to_wait_waits_and_the_others_go_on(post: Post) -> None:
    post.mouth.answers["3栋群"].append(SendError("slow down", retry_after=30 * SECOND))
    for chat in ("3栋群", "4栋群"):
        await post.put(chat, "停水", MessageKind.BROADCAST)
    await post.send_all()
    assert [chat for chat, _ in post.mouth.said] == ["4栋群"]  # decided: a chat's limit is not the account's
    await post.wait(29 * SECOND)
    assert len(post.mouth.said) == 1
    await post.wait(SECOND)
    assert [chat for chat, _ in post.mouth.said] == ["4栋群", "3栋群"]


async def test_mq52_sc34_who_hangs_loses_what_he_holds_and_not_before(post: Post) -> None:
    await post.put("李姐", "接单了")
    async with post.sessions.begin() as session:
        await claims.claim(session, now=post.now, lease=30 * SECOND, limit=1, by="hung")
    other = post.another(instance="other")
    for wait, left in ((30 * SECOND - SECOND, ["sending"]), (SECOND, ["pending"])):
        post.now += wait
        await other.recover()
        assert await post.states() == left
    post.now += 2 * SECOND
    while await other.round():
        pass
    assert post.mouth.texts == ["接单了"]


async def test_sc36_of_two_messages_three_workers_get_one_each_oldest_first(post: Post) -> None:
    for chat in ("3栋群", "4栋群"):
        await post.put(chat, chat, MessageKind.BROADCAST)

    async def take(by: str) -> list[str]:
        async with post.sessions.begin() as session:
            taken = await claims.claim(session, now=post.now, lease=MINUTE, limit=1, by=by)
            return [message.chat for message in taken]

    assert [await take(by) for by in ("a", "b", "c")] == [["3栋群"], ["4栋群"], []]


async def test_sc36_at_once_nobody_gets_what_another_has(post: Post) -> None:
    for number in range(20):
        await post.put(f"{number}栋群", "停水", MessageKind.BROADCAST)

    async def take(by: str) -> list[str]:
        async with post.sessions.begin() as session:
            taken = await claims.claim(session, now=post.now, lease=MINUTE, limit=7, by=by)
            return [message.chat for message in taken]

    taken = [chat for some in await asyncio.gather(*map(take, "abcd")) for chat in some]
    assert (len(taken), len(set(taken))) == (len(set(taken)), len(taken))
    assert len(taken) <= 20
