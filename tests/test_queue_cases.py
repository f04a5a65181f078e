"""What comparable systems do with a queue of messages (throttle, retry, unknown outcome), over the real rules.

Where the row has another answer here, docs/decisions.md says why.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa

from bot.channels.base import Can, Limit, SendError
from bot.channels.ledger import not_allowed
from bot.turns import Turns
from handlers.clocks.summing import Summing
from handlers.messages import Words
from handlers.moment import Moment
from storage import claims
from storage.database import Sessions
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import MessageKind, TicketId
from tests.post import Mouth, Post
from tests.test_chains import many, tickets_of
from tests.test_holding import only_answers
from tests.world import ACCOUNT, CHANNEL, World

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
    ("limits", "said", "allowed"),
    [
        pytest.param([Limit(1, MINUTE)], [0], 1, id="MQ10 once"),
        pytest.param([Limit(1, MINUTE)], [0, 1], 2, id="MQ10 twice"),
        pytest.param([Limit(3, 15 * MINUTE)], [0, 1], 1, id="MQ12 fewer"),
        pytest.param([Limit(3, 15 * MINUTE)], [0, 1, 2], 15, id="MQ12 three"),
        pytest.param([Limit(3, 15 * MINUTE), Limit(18, 60 * MINUTE)], [0, 0, 0], 15, id="MQ14 three"),
        pytest.param(  # decided: not spread out
            [Limit(3, 15 * MINUTE), Limit(18, 60 * MINUTE)], [0, 0, 0, 15], 15, id="MQ14 four"
        ),
    ],
)
def test_how_soon_more_may_be_said(limits: Sequence[Limit], said: Sequence[float], allowed: float) -> None:
    assert next_allowed(limits, said) == allowed


def test_mq16_each_of_these_is_allowed_at_its_time() -> None:
    """MQ16: as for calls by voice, three limits at once."""
    assert next_allowed(VOICE, [0, 1, 2, 15, 26.25, 37.5, 48.75, *range(60, 181, 15)]) <= 181


async def test_mq2_of_one_ticket_the_newest_is_told_to_who_could_not_be(world: World) -> None:
    """MQ2: of several updates that waited for the same person."""
    await world.says("李姐", "报修 2单元3楼的灯坏了", alone=True)
    only_answers(world)
    world.forget()
    async with world.sessions.begin() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        for text, ticket in (("接单了", TicketId(1)), ("正在修", TicketId(1)), ("通知", None), ("修好了", TicketId(1))):
            to = (CHANNEL, ACCOUNT, "alone:李姐")
            moment.say(to, Words(text), MessageKind.PERSONAL, key=text, is_group=False, ticket=ticket)
    world.channel.failures += [not_allowed()] * 4
    await world.send_all()
    await world.says("李姐", "帮助", alone=True)
    waited = world.new("李姐")[0].text
    assert [text in waited for text in ("接单了", "正在修", "通知", "修好了")] == [False, False, True, True]


async def test_mq2_of_one_ticket_the_newest_is_told_of_what_comes_at_once(world: World) -> None:
    """MQ2: of what one ring of the clock has to say."""
    await many(world, 1)
    (ticket,) = await tickets_of(world)
    async with world.sessions.begin() as session:
        moment = Summing(session=session, now=world.now, house=world.house, reach={})
        moment.of = (ticket, StepKind.ASK_NEXT, False)
        for text in ("快到时间了", "过了时间"):
            to = (CHANNEL, ACCOUNT, "alone:李姐")
            moment.say(to, Words(text), MessageKind.PERSONAL, key=text, is_group=False)
        await moment.say_all()
    await world.send_all()
    assert [words.text for words in world.new("李姐")] == ["过了时间"]


async def test_mq4_many_tickets_for_one_person_are_one_message_and_later_ones_join_it(world: World) -> None:
    """MQ4: within the hour the list to which the message points holds them as well."""
    await many(world, 20)
    world.forget()
    world.now += timedelta(hours=6)
    for _ in range(2):
        await world.clock.ring()
        await world.send_all()
    world.hears("周网格", "12 件", "合在一起说")
    await many(world, 5, start=2000)
    async with world.sessions.begin() as session:
        back = {"waiting_since": world.now - timedelta(hours=9), "next_at": world.now - timedelta(hours=1)}
        await session.execute(sa.update(Ticket).where(Ticket.number >= 2000).values(back))
    world.now += MINUTE
    await world.clock.ring()
    await world.send_all()
    world.silent("周网格", "3栋群")


async def test_mq50_of_a_hundred_messages_two_workers_say_each_once(post: Post) -> None:
    """MQ50: 100 due, 100 said, none twice."""
    for number in range(100):
        await post.put(f"{number}栋群", "停水", MessageKind.BROADCAST)
    other = post.another(instance="other")
    while any(await asyncio.gather(post.sender.round(), other.round())):
        pass
    assert sorted(chat for chat, _ in post.mouth.said) == sorted(f"{number}栋群" for number in range(100))
    assert set(await post.states()) == {"sent"}


async def test_mq20_mq34_what_fails_for_now_is_tried_again_until_it_works(post: Post) -> None:
    """MQ20, MQ34: twice in vain, then said."""
    post.mouth.answers["3栋群"].extend([SendError("away"), SendError("away")])
    await post.put("3栋群", "停水", MessageKind.BROADCAST)
    await post.send_all()
    for _ in range(3):
        await post.wait(15 * SECOND)  # decided: sooner at first, later then, eight times in all
    (row,) = await post.rows()
    assert (row.attempts, post.mouth.texts) == (3, ["停水"])


async def test_mq26_a_send_that_throws_counts_and_waits(post: Post) -> None:
    """MQ26: one attempt, and waiting again."""
    post.mouth.answers["李姐"].append(SendError("away"))
    await post.put("李姐", "接单了")
    await post.send_all()
    (row,) = await post.rows()
    assert (row.attempts, row.status.value) == (1, "pending")


async def test_mq28_updates_of_one_report_keep_their_order_though_the_first_fails_once(post: Post) -> None:
    """MQ28: what comes later waits behind what failed."""
    post.mouth.answers["3栋群"].append(SendError("away"))
    for text in ("接单了", "正在修", "修好了"):
        await post.put("3栋群", text, MessageKind.TICKET_NOTE)
    await post.send_all()
    await post.wait(15 * SECOND)
    assert post.mouth.texts == ["接单了", "正在修", "修好了"]


async def test_mq32_what_is_forbidden_is_tried_once(post: Post) -> None:
    """MQ32: one call and no more."""
    post.mouth.answers["3栋群"].extend([SendError("forbidden", permanent=True)] * 5)
    await post.put("3栋群", "停水", MessageKind.BROADCAST)
    await post.send_all()
    await post.wait(60 * MINUTE)
    assert (len(post.mouth.answers["3栋群"]), await post.states()) == (4, ["dead"])


async def test_mq36_who_is_told_to_wait_waits_and_the_others_go_on(post: Post) -> None:
    """MQ36: elsewhere all calls wait."""
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
    """MQ52, SC34: the lease is over at its last second, decided; elsewhere a second later."""
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
    """SC36: one, one, none."""
    for chat in ("3栋群", "4栋群"):
        await post.put(chat, chat, MessageKind.BROADCAST)

    async def take(by: str) -> list[str]:
        async with post.sessions.begin() as session:
            taken = await claims.claim(session, now=post.now, lease=MINUTE, limit=1, by=by)
            return [message.chat for message in taken]

    assert [await take(by) for by in ("a", "b", "c")] == [["3栋群"], ["4栋群"], []]


async def test_sc36_at_once_nobody_gets_what_another_has(post: Post) -> None:
    """SC36: four at once, twenty messages."""
    for number in range(20):
        await post.put(f"{number}栋群", "停水", MessageKind.BROADCAST)

    async def take(by: str) -> list[str]:
        async with post.sessions.begin() as session:
            taken = await claims.claim(session, now=post.now, lease=MINUTE, limit=7, by=by)
            return [message.chat for message in taken]

    taken = [chat for some in await asyncio.gather(*map(take, "abcd")) for chat in some]
    assert (len(taken), len(set(taken))) == (len(set(taken)), len(taken))
    assert len(taken) <= 20


async def test_sc72_a_sender_says_only_what_is_its_own(post: Post) -> None:
    """SC72: of two processes on one database each has its accounts; the other's messages are neither said nor worn out."""
    mouth = Mouth(account="second")
    second = post.another(instance="second", channels={(CHANNEL, "second"): mouth})
    await post.put("3栋群", "停水", MessageKind.BROADCAST, account="second")
    await post.put("4栋群", "停水", MessageKind.BROADCAST)
    for _ in range(10):
        await post.wait(60 * MINUTE)
    (his, mine) = await post.rows()
    assert (his.status.value, his.attempts, mine.status.value) == ("pending", 0, "sent")
    while await second.round():
        pass
    assert (mouth.said, post.mouth.said) == ([("3栋群", "停水")], [("4栋群", "停水")])


async def test_what_nobody_comes_for_is_given_up_after_a_day(post: Post) -> None:
    await post.put("3栋群", "停水", MessageKind.BROADCAST, account="taken out of the configuration")
    await post.wait(24 * 60 * MINUTE - SECOND)
    assert await post.states() == ["pending"]
    await post.wait(SECOND)
    (row,) = await post.rows()
    assert (row.status.value, row.error) == ("dead", "no such channel is configured")
