"""What is said through 微信客服: only as an answer, five times for each word, and in whose hands the conversation is."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.base import SendError
from bot.channels.ledger import NOT_ALLOWED
from bot.channels.wecom_service import WecomService
from bot.media import MediaStore
from handlers.messages import Button, Happening, Words
from storage.database import Sessions
from tests.platforms.telegram_side import Ears, photo
from tests.platforms.wecom_api import Raw, Silence
from tests.platforms.wecom_service import BOT, ENDED, HUMAN, NOON, QUEUE, SERVICE, WecomServiceServer
from tests.platforms.wecom_service_side import connected

SEND = "/cgi-bin/kf/send_msg"
WELCOME = "/cgi-bin/kf/send_msg_on_event"
LI = f"{SERVICE}/wmLI"

Connect = Callable[[], AbstractAsyncContextManager[WecomService]]


class Wall:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def server(wall: Wall) -> AsyncIterator[WecomServiceServer]:
    async with WecomServiceServer(wall) as server:
        server.resident("wmLI", "李姐")
        yield server


@pytest.fixture
def connect(server: WecomServiceServer, ears: Ears, tmp_path: Path, own_database: Sessions) -> Connect:
    return lambda: connected(server, ears, tmp_path, own_database)


@pytest.fixture
async def channel(connect: Connect) -> AsyncIterator[WecomService]:
    async with connect() as channel:
        yield channel


async def refused(channel: WecomService, text: str = "好") -> SendError:
    with pytest.raises(SendError) as error:
        await channel.send(LI, Words(text))
    return error.value


async def test_a_word_is_answered_five_times_and_no_sixth(server: WecomServiceServer, channel: WecomService) -> None:
    await server.says("wmLI", "漏水")
    for number in range(5):
        assert (await channel.send(LI, Words(f"第{number}句"))).id
    error = await refused(channel)
    assert (error.waits, error.permanent, str(error)) == (True, False, NOT_ALLOWED)
    assert (len(server.heard("wmLI")), server.times(SEND)) == (5, 5), "the platform is not asked in vain"
    await server.says("wmLI", "还在漏")
    assert (await channel.send(LI, Words("好"))).id


async def test_the_count_outlives_a_restart(server: WecomServiceServer, connect: Connect) -> None:
    for number in range(5):
        async with connect() as channel:
            if not number:
                await server.says("wmLI", "漏水")
            await channel.send(LI, Words(f"第{number}句"))
    async with connect() as channel:
        assert (await refused(channel)).waits
    assert server.times(SEND) == 5


async def test_the_49th_hour_is_too_late(server: WecomServiceServer, channel: WecomService, wall: Wall) -> None:
    await server.says("wmLI", "漏水")
    wall.now += timedelta(hours=47, minutes=59)
    await channel.send(LI, Words("好了"))
    wall.now += timedelta(minutes=1)
    assert (await refused(channel)).waits
    assert server.times(SEND) == 1


async def test_who_has_never_written_is_not_written_to(server: WecomServiceServer, channel: WecomService) -> None:
    assert (await refused(channel)).waits
    assert server.times(SEND) == 0


@pytest.mark.parametrize("code", [95001, 95002])
async def test_where_the_platform_counts_otherwise_it_is_believed(
    server: WecomServiceServer, channel: WecomService, code: int
) -> None:
    await server.says("wmLI", "漏水")
    server.fails(SEND, code)
    for _ in range(3):
        assert (await refused(channel)).waits
    assert server.times(SEND) == 1


async def test_who_comes_in_is_welcomed_once_by_his_code(
    server: WecomServiceServer, channel: WecomService, wall: Wall
) -> None:
    await server.enters("wmLI", code="place-1")
    await channel.send(LI, Words("您好", (Button("帮助", "帮助"),)))
    assert [(said.text, said.welcome) for said in server.heard("wmLI")] == [("您好", True)]
    assert (await refused(channel)).waits
    wall.now += timedelta(days=3)
    await server.enters("wmLI")
    wall.now += timedelta(seconds=20)
    assert (await refused(channel)).waits
    assert server.times(WELCOME) == 1


async def test_a_code_that_is_used_up_costs_no_word(server: WecomServiceServer, channel: WecomService) -> None:
    await server.enters("wmLI")
    await server.says("wmLI", "漏水")
    server.fails(WELCOME, 41051)
    await channel.send(LI, Words("您好"))
    assert [(said.text, said.welcome) for said in server.heard("wmLI")] == [("您好", False)]


async def test_buttons_are_a_menu_and_a_tap_is_a_press(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    await server.says("wmLI", "漏水")
    await channel.send(LI, Words("办好了吗？", (Button("满意", "评价 1 满意"), Button("没好", "重办 1"))))
    (said,) = server.heard("wmLI")
    assert [label for label, _ in said.menu] == ["满意", "没好"]
    await server.taps("wmLI", "没好")
    assert (ears.heard[-1].happening, ears.heard[-1].text) == (Happening.PRESSED, "1|重办 1")


async def test_what_is_too_long_for_a_menu_is_spelled_out_in_one_message(
    server: WecomServiceServer, channel: WecomService
) -> None:
    await server.says("wmLI", "漏水")
    await channel.send(LI, Words("很长。" * 150, (Button("满意", "评价 1 满意"),)))
    (said,) = server.heard("wmLI")
    assert said.text.endswith("回复“评价 1 满意”满意")


async def test_a_long_text_is_several_messages_as_far_as_it_is_allowed(
    server: WecomServiceServer, channel: WecomService
) -> None:
    await server.says("wmLI", "漏水")
    for _ in range(3):
        await channel.send(LI, Words("好"))
    await channel.send(LI, Words("一二三四五六七八九十。" * 200))
    assert len(server.heard("wmLI")) == 5
    assert all(len(said.text.encode()) <= 2048 for said in server.heard("wmLI"))


async def test_a_picture_comes_behind_its_words(
    server: WecomServiceServer, channel: WecomService, tmp_path: Path
) -> None:
    async def once() -> AsyncIterator[bytes]:
        yield photo()

    kept = await MediaStore(tmp_path, limit_bytes=30_000_000).keep(once(), "image")
    assert kept.digest
    await server.says("wmLI", "漏水")
    shown = await channel.send(LI, Words("换好了", pictures=(kept.digest,)))
    first, second = server.heard("wmLI")
    assert (first.text, second.picture is not None, shown.unshown) == ("换好了", True, False)
    server.fails("/cgi-bin/media/upload", 40009)
    refused = await channel.send(LI, Words("又坏了", pictures=(kept.digest,)))
    assert (server.heard("wmLI")[-1].text, refused.unshown) == ("又坏了", True)


async def test_a_conversation_that_nobody_has_begun_is_taken(server: WecomServiceServer, channel: WecomService) -> None:
    """The platform may want to be told first that the bot answers."""
    await server.says("wmLI", "漏水")
    server.fails(SEND, 95018)
    await channel.send(LI, Words("好"))
    assert (len(server.heard("wmLI")), server.residents["wmLI"].state) == (1, BOT)


@pytest.mark.parametrize("state", [QUEUE, HUMAN, ENDED])
async def test_while_somebody_of_the_company_talks_the_bot_waits(
    server: WecomServiceServer, channel: WecomService, state: int
) -> None:
    await server.says("wmLI", "漏水")
    server.residents["wmLI"].state = state
    assert (await refused(channel)).waits
    server.residents["wmLI"].state = BOT
    for number in range(5):
        await channel.send(LI, Words(f"第{number}句"))  # what was refused is not counted
    assert len(server.heard("wmLI")) == 5


@pytest.mark.parametrize("silence", [Silence(cut=True), Raw()])
async def test_what_may_have_arrived_is_said_again_under_its_id_and_arrives_once(
    server: WecomServiceServer, channel: WecomService, silence: Silence | Raw
) -> None:
    await server.says("wmLI", "漏水")
    server.fails(SEND, silence)
    error = await refused(channel)
    assert error.unsure
    await channel.send(LI, Words("好"))
    assert [said.text for said in server.heard("wmLI")] == ["好"]


@pytest.mark.parametrize(
    ("code", "permanent", "gone"), [(40003, True, True), (45002, True, False), (48002, False, False)]
)
async def test_a_refusal_says_what_is_to_become_of_the_message(
    server: WecomServiceServer, channel: WecomService, code: int, permanent: bool, gone: bool
) -> None:
    await server.says("wmLI", "漏水")
    server.fails(SEND, code)
    error = await refused(channel)
    assert (error.permanent, error.gone, error.waits, error.unsure) == (permanent, gone, False, False)
    for number in range(5):
        await channel.send(LI, Words(f"第{number}句"))  # what was refused is not counted
    assert len(server.heard("wmLI")) == 5


async def test_too_fast_is_a_pause(server: WecomServiceServer, channel: WecomService) -> None:
    await server.says("wmLI", "漏水")
    server.fails(SEND, 45009)
    assert (await refused(channel)).retry_after == timedelta(minutes=1)


async def test_an_address_that_is_none_is_no_ones(channel: WecomService) -> None:
    for chat in ("", "wmLI", "/wmLI", f"{SERVICE}/"):
        with pytest.raises(SendError) as error:
            await channel.send(chat, Words("好"))
        assert error.value.permanent
        assert error.value.gone
