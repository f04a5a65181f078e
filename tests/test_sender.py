"""The way out: order, patience, and what becomes of a message that may have been said."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channels.base import SendError
from bot.outcomes import Verdict
from bot.turns import Pace
from handlers.messages import Words
from handlers.rules.outbox import LONGEST_WAIT, retry_after
from storage import outbox
from storage.database import Sessions
from storage.types import MessageKind, OutboxStatus
from tests.post import Post
from tests.world import ACCOUNT, CHANNEL, World

SECOND = timedelta(seconds=1)
UNSURE = SendError("no answer", unsure=True)
NO = SendError("forbidden", permanent=True)


@pytest.fixture
async def post(sessions: Sessions) -> Post:
    return Post(sessions)


async def test_what_is_said_is_noted_with_its_id_and_its_time(post: Post) -> None:
    await post.put("3栋群", "一")
    await post.send_all()
    (row,) = await post.rows()
    assert (row.status, row.platform_id, row.sent_at, row.attempts) == (OutboxStatus.SENT, "3栋群-1", post.now, 1)
    assert (row.lease_until, row.leased_by) == (None, None)


async def test_a_chat_stays_in_order_and_waits_for_what_failed(post: Post) -> None:
    post.mouth.answers["3栋群"].append(SendError("try later"))
    for text in "一二三":
        await post.put("3栋群", text)
    await post.put("李姐", "四")
    await post.send_all()
    assert post.mouth.texts == ["四"], "another chat is not held up"
    await post.wait(SECOND)
    assert post.mouth.texts == ["四"]
    await post.wait(SECOND)
    assert post.mouth.texts == ["四", "一", "二", "三"]


async def test_a_platform_that_says_slow_down_is_left_alone_for_as_long(post: Post) -> None:
    post.mouth.answers["3栋群"].append(SendError("slow down", retry_after=37 * SECOND))
    await post.put("3栋群", "一")
    await post.send_all()
    await post.wait(36 * SECOND)
    assert not post.mouth.said
    await post.wait(SECOND)
    assert post.mouth.texts == ["一"]


async def test_waits_double_up_to_a_quarter_of_an_hour_and_then_it_is_given_up(post: Post) -> None:
    post.mouth.answers["李姐"].extend([SendError("away")] * 8)
    await post.put("李姐", "一")
    waits = []
    for _ in range(8):
        await post.send_all()
        (row,) = await post.rows()
        waits.append((row.due_at - post.now).total_seconds())
        post.now = max(post.now, row.due_at)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 0]
    assert await post.states() == ["dead"]
    assert not post.mouth.said


def test_waits_are_never_longer_than_said_and_never_shorter_than_half() -> None:
    for attempt in (1, 2, 10, 1000):
        longest, shortest = retry_after(attempt, 0), retry_after(attempt, 1)
        assert shortest == longest / 2
        assert longest <= LONGEST_WAIT


async def test_what_is_forbidden_is_not_tried_again_and_holds_nothing_up(post: Post) -> None:
    post.mouth.answers["3栋群"].append(NO)
    await post.put("3栋群", "一")
    await post.put("3栋群", "二")
    await post.wait(timedelta(days=1))
    assert (await post.states(), post.mouth.texts) == (["dead", "sent"], ["二"])


async def test_what_cannot_even_be_tried_waits_without_wearing_out(post: Post) -> None:
    post.mouth.link.lost("no line", mute=True)
    await post.put("3栋群", "停水")
    for _ in range(20):
        await post.wait(timedelta(minutes=10))
    (row,) = await post.rows()
    assert (row.status, row.attempts, post.mouth.texts) == (OutboxStatus.PENDING, 0, [])
    post.mouth.link.opened()
    await post.send_all()
    assert post.mouth.texts == ["停水"]


async def test_what_nobody_could_carry_is_not_worn_out(post: Post) -> None:
    post.mouth.answers["3栋群"].extend([SendError("nobody there", untried=True)] * 20)
    await post.put("3栋群", "停水")
    for _ in range(21):
        await post.wait(timedelta(seconds=31))
    (row,) = await post.rows()
    assert (row.status, row.attempts, post.mouth.texts) == (OutboxStatus.SENT, 1, ["停水"])


@pytest.mark.parametrize("kind", [MessageKind.BROADCAST, MessageKind.TICKET_NOTE, MessageKind.ANSWER])
async def test_what_a_group_may_have_heard_is_never_said_again(post: Post, kind: MessageKind) -> None:
    post.mouth.answers["3栋群"].append(UNSURE)
    await post.put("3栋群", "一", kind)
    await post.put("3栋群", "二", kind)
    await post.send_all()
    await post.wait(timedelta(days=30))
    assert (await post.states(), post.mouth.texts) == (["unsure", "sent"], ["二"])


@pytest.mark.parametrize(("chat", "kind"), [("王芳", MessageKind.CALL), ("3栋群", MessageKind.EMERGENCY)])
async def test_a_call_that_may_have_been_heard_is_repeated_but_not_for_ever(
    post: Post, chat: str, kind: MessageKind
) -> None:
    post.mouth.answers[chat].extend([UNSURE] * 20)
    await post.put(chat, "着火了", kind)
    for _ in range(12):
        await post.wait(timedelta(minutes=16))
    assert len(post.mouth.answers[chat]) == 12
    assert await post.states() == ["dead"]


async def test_a_group_that_moves_for_ever_is_given_up(post: Post) -> None:
    post.mouth.answers["3栋群"].extend([SendError("moved", moved_to="3栋群")] * 100)
    await post.put("3栋群", "一")
    await post.wait(timedelta(hours=1))
    assert len(post.mouth.answers["3栋群"]) > 80


async def test_a_channel_that_nobody_configured_is_waited_for(post: Post) -> None:
    await post.put("李姐", "一")
    post.sender = post.another(channels={})
    await post.send_all()
    assert await post.states() == ["pending"]


@pytest.mark.parametrize(
    ("chat", "kind", "state"),
    [
        ("3栋群", MessageKind.BROADCAST, "unsure"),
        ("3栋群", MessageKind.EMERGENCY, "sent"),
        ("李姐", MessageKind.PERSONAL, "sent"),
    ],
)
async def test_when_a_sender_dies_the_rules_say_what_is_repeated(
    post: Post, chat: str, kind: MessageKind, state: str
) -> None:
    gone = {"status": OutboxStatus.SENDING, "attempts": 1, "leased_by": "gone", "lease_until": post.now + 60 * SECOND}
    await post.put(chat, "一", kind, **gone)
    await post.send_all()
    assert await post.states() == ["sending"], "somebody else may be saying it"
    await post.wait(60 * SECOND)
    await post.wait(2 * SECOND)
    assert await post.states() == [state]


async def test_what_is_put_off_to_the_morning_does_not_hold_up_what_is_urgent(post: Post) -> None:
    await post.put("王芳", "早上再看", MessageKind.CALL, due_at=post.now + timedelta(hours=9))
    await post.put("王芳", "着火了", MessageKind.EMERGENCY)
    await post.send_all()
    assert post.mouth.texts == ["着火了"]
    await post.wait(timedelta(hours=9))
    assert post.mouth.texts == ["着火了", "早上再看"]


async def test_emergencies_overtake_the_notices_of_other_chats(sessions: Sessions) -> None:
    post = Post(sessions, pace=Pace(batch=1))
    for number in range(3):
        await post.put(f"{number}栋群", "停水", MessageKind.BROADCAST)
    await post.put("王芳", "着火了", MessageKind.EMERGENCY)
    await post.send_all()
    assert post.mouth.texts == ["着火了", "停水", "停水", "停水"]


async def test_an_emergency_goes_before_what_waits_for_the_same_person(sessions: Sessions) -> None:
    post = Post(sessions)
    for text in ("一", "二"):
        await post.put("王芳", text)
    await post.put("王芳", "着火了", MessageKind.EMERGENCY)
    await post.put("王芳", "还没人接", MessageKind.EMERGENCY)
    await post.send_all()
    assert post.mouth.texts == ["着火了", "还没人接", "一", "二"]


async def test_an_emergency_does_not_wait_until_slow_platforms_have_answered(sessions: Sessions) -> None:
    post = Post(sessions, pace=Pace(batch=4))
    slow = asyncio.Event()
    for number in range(6):
        post.mouth.answers[f"{number}栋群"].append(slow)
        await post.put(f"{number}栋群", "停水", MessageKind.BROADCAST)
    await post.sender.round()
    await post.put("王芳", "着火了", MessageKind.EMERGENCY)
    await post.sender.round()
    assert post.mouth.texts == ["着火了"]
    slow.set()
    await post.send_all()
    assert post.mouth.texts.count("停水") == 6


async def test_danger_goes_first_then_talk_then_warnings_then_notices(sessions: Sessions) -> None:
    post = Post(sessions, pace=Pace(batch=1))
    kinds = (MessageKind.BROADCAST, MessageKind.WARNING, MessageKind.CALL, MessageKind.EMERGENCY)
    for number, kind in enumerate(kinds):
        await post.put(f"{number}栋群", kind.value, kind)
    await post.send_all()
    assert post.mouth.texts == ["emergency", "call", "warning", "broadcast"]


async def test_in_one_chat_what_is_urgent_overtakes_the_notices_that_wait(sessions: Sessions) -> None:
    post = Post(sessions, pace=Pace(batch=1))
    for text, kind in (
        ("通知", MessageKind.BROADCAST),
        ("再一条通知", MessageKind.BROADCAST),
        ("预警", MessageKind.WARNING),
        ("接单了", MessageKind.TICKET_NOTE),
        ("着火了", MessageKind.EMERGENCY),
    ):
        await post.put("3栋群", text, kind)
    await post.send_all()
    assert post.mouth.texts == ["着火了", "接单了", "预警", "通知", "再一条通知"]


async def test_a_notice_that_failed_holds_up_no_danger_but_the_next_notice(post: Post) -> None:
    post.mouth.answers["3栋群"].append(SendError("slow down", retry_after=timedelta(minutes=10)))
    await post.put("3栋群", "通知", MessageKind.BROADCAST)
    await post.send_all()
    await post.put("3栋群", "再一条通知", MessageKind.BROADCAST)
    await post.put("3栋群", "着火了", MessageKind.EMERGENCY)
    await post.send_all()
    assert post.mouth.texts == ["着火了"]
    await post.wait(timedelta(minutes=10))
    assert post.mouth.texts == ["着火了", "通知", "再一条通知"]


async def test_what_overtakes_does_not_speak_at_the_same_time(post: Post) -> None:
    saying = {"status": OutboxStatus.SENDING, "attempts": 1, "leased_by": "else", "lease_until": post.now + 60 * SECOND}
    await post.put("3栋群", "通知", MessageKind.BROADCAST, **saying)
    await post.put("3栋群", "着火了", MessageKind.EMERGENCY)
    await post.send_all()
    assert not post.mouth.said, "somebody else is speaking there"


async def test_ten_thousand_in_a_queue_do_not_hold_up_one(post: Post) -> None:
    async with post.sessions.begin() as session:
        for number in range(10_000):
            address = (CHANNEL, ACCOUNT, f"{number}栋群")
            outbox.put(session, row_of("停水", address, f"n{number}", MessageKind.BROADCAST, post.now))
    await post.put("9999栋群", "着火了", MessageKind.EMERGENCY)
    await post.sender.round()
    assert post.mouth.texts[0] == "着火了"


def row_of(text: str, address: tuple[str, str, str], key: str, kind: MessageKind, now: datetime) -> dict[str, Any]:
    channel, account, chat = address
    return dict(
        key=key,
        channel=channel,
        account=account,
        chat=chat,
        is_group=True,
        kind=kind,
        body=Words(text).to_body(),
        created_at=now,
        due_at=now,
        ticket_id=None,
        broadcast_id=None,
        member_id=None,
    )


async def test_two_instances_say_nothing_twice_and_keep_the_order(post: Post) -> None:
    for text in ("一", "二", "三"):
        for number in range(8):
            await post.put(f"{number}栋群", text)
    others = [post.another(instance=name, pace=Pace(batch=3)) for name in ("a", "b", "c")]

    async def work(instance: int) -> None:
        while await others[instance].round() or "pending" in await post.states():
            await asyncio.sleep(0)

    async with asyncio.timeout(20):
        await asyncio.gather(*map(work, range(3)))
    assert len(post.mouth.said) == 24
    for number in range(8):
        assert [text for chat, text in post.mouth.said if chat == f"{number}栋群"] == ["一", "二", "三"]


async def test_the_attempts_of_one_verdict_are_counted_in_the_row(post: Post) -> None:
    await post.put("李姐", "一", attempts=7)
    (row,) = await post.rows()
    Verdict(8, lambda: 0.0).unknown(row, post.now)
    states = [row.status]
    row.attempts = 8
    Verdict(8, lambda: 0.0).unknown(row, post.now)
    assert [*states, row.status] == [OutboxStatus.PENDING, OutboxStatus.DEAD]


async def test_who_blocked_the_bot_is_called_in_the_group_from_then_on(world: World) -> None:
    world.channel.failures.append(SendError("blocked", permanent=True, gone=True))
    await world.says("王芳", "待办", alone=True)
    world.forget()
    await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    world.silent("王芳")
    world.hears("3栋群", "王芳请看一下")
