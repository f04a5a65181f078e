"""撤回通知: what is out is taken back where the channel can, and what cannot be is counted and named."""

from datetime import timedelta

from typing_extensions import override

from bot.channels.base import SendError
from bot.recalling import Retractor
from handlers.moment import Reach
from storage.types import BroadcastStatus
from tests.noticing import GROUPS, ring, speak_through, status, writes
from tests.world import ACCOUNT, CHANNEL, FakeChannel, World


class Forgiving(FakeChannel):
    """A channel that takes back what it said, but for some chats, each with its reason."""

    def __init__(self, **stays: SendError) -> None:
        super().__init__()
        self.stays, self.gone = stays, list[tuple[str, str]]()

    async def take_back(self, chat: str, message: str) -> None:
        """See `Recaller.take_back`."""
        if chat in self.stays:
            raise self.stays[chat]
        self.gone.append((chat, message))

    @override
    def __repr__(self) -> str:
        return "Forgiving"


async def _out(world: World, channel: FakeChannel, *, can: bool = True) -> Retractor:
    """A notice that is out everywhere on a channel."""
    world.reach[CHANNEL] = Reach(hears_all=True, mentions=True, one_to_one=True, takes_back=can)
    speak_through(world, channel)
    for text in ("通知 全体：停水", "确认"):
        await world.says("陈书记", text, alone=True)
    await ring(world)
    world.forget()
    return Retractor(world.sessions, {(CHANNEL, ACCOUNT): channel}, lambda: world.now)


async def test_what_is_out_is_taken_back_once_and_its_author_told(world: World) -> None:
    channel = Forgiving()
    retractor = await _out(world, channel)
    assert "正在撤回 3 处" in await writes(world, "撤回通知 1")
    assert "已经撤过了" in await writes(world, "撤回通知 1")
    assert await retractor.round() == 3
    assert await retractor.round() == 0
    assert sorted(channel.gone) == sorted((group, f"out-{group}-1") for group in GROUPS)
    await ring(world)
    await ring(world)
    world.hears("陈书记", "1 号撤回来了，共 3 处")
    assert "其中 3 处后来撤回了" in await writes(world, "通知 1")


async def test_what_a_platform_refuses_is_named(world: World) -> None:
    channel = Forgiving(**{"3栋群": SendError("too old", permanent=True), "4栋群": SendError("busy")})
    retractor = await _out(world, channel)
    await writes(world, "撤回通知 1")
    await retractor.round()
    await ring(world)
    world.silent("陈书记")  # one is still being tried
    for _ in range(5):
        world.now += timedelta(minutes=2)
        await retractor.round()
    await ring(world)
    world.hears("陈书记", "撤回了 1 处，2 处没撤成：锦绣小区3栋、锦绣小区4栋", "更正 1")


async def test_where_a_channel_cannot_it_is_said_how_many_stay(world: World) -> None:
    retractor = await _out(world, FakeChannel(), can=False)
    assert "3 处收不回来（锦绣小区3栋、锦绣小区4栋、锦绣小区）" in await writes(world, "撤回通知 1")
    assert await retractor.round() == 0


async def test_after_a_crash_in_between_it_is_asked_again(world: World) -> None:
    channel = Forgiving()
    retractor = await _out(world, channel)
    await writes(world, "撤回通知 1")
    stopped = Retractor(
        world.sessions, {(CHANNEL, ACCOUNT): Forgiving(**dict.fromkeys(GROUPS, SendError("cut")))}, retractor.clock
    )
    await stopped.round()
    assert await retractor.round() == 0
    world.now += timedelta(minutes=2)
    await retractor.round()
    assert len(channel.gone) == 3


async def test_what_is_not_out_yet_is_stopped_with_it(world: World) -> None:
    await writes(world, "通知 明天9点 3栋：停水")
    assert "还没发过" in await writes(world, "撤回通知 1")
    assert await status(world) is BroadcastStatus.DRAFT
