"""撤回通知: what is out is taken back where the channel can, and what cannot be is counted and named."""

from contextlib import suppress
from datetime import timedelta

from typing_extensions import override

from bot.channels.base import SendError, Sent
from bot.recalling import Retractor
from handlers.messages import Words
from handlers.moment import Reach
from storage.database import Sessions
from storage.types import BroadcastStatus, MessageKind, OutboxStatus
from tests.noticing import GROUPS, ring, speak_through, status, writes
from tests.post import Post
from tests.test_crash import Killed, before_or_after, doomed
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


class Parted(Forgiving):
    """One that says everything in three parts, as far as it comes, and remembers nothing of them."""

    breaks: bool = False  #: behind the second one
    refused: tuple[str, ...] = ()  #: the ends of those that stay for good
    busy: tuple[str, ...] = ()  #: … and of those that stay for now

    @override
    async def send(self, chat: str, words: Words) -> Sent:
        said = await super().send(chat, words)
        parts = [f"{said.id}/{number}" for number in (1, 2, 3)]
        if self.breaks and chat in GROUPS:
            raise SendError("partly said", unsure=True, parts=parts[:2])
        return Sent.of(said.id, parts)

    @override
    async def take_back(self, chat: str, message: str) -> None:
        for ends, permanent in ((self.refused, True), (self.busy, False)):
            if message.endswith(ends):
                raise SendError("it stays", permanent=permanent)
        assert (chat, message) not in self.gone, "what is gone is not asked for again"
        await super().take_back(chat, message)

    def ends(self, group: str) -> list[str]:
        """Which parts of what was said in the group are gone, in order."""
        return [message[-1] for chat, message in self.gone if chat == group]


def _restarted(world: World, channel: FakeChannel) -> Retractor:
    return Retractor(world.sessions, {(CHANNEL, ACCOUNT): channel}, lambda: world.now)


async def test_every_part_is_taken_back_by_who_has_not_said_it(world: World) -> None:
    await _out(world, Parted())
    await writes(world, "撤回通知 1")
    channel = Parted()
    assert await _restarted(world, channel).round() == 3
    assert [channel.ends(group) for group in GROUPS] == [["1", "2", "3"]] * 3
    await ring(world)
    world.hears("陈书记", "1 号撤回来了，共 3 处")


async def test_one_part_that_stays_keeps_no_other_from_going(world: World) -> None:
    channel = Parted()
    channel.refused = ("3栋群-1/2",)
    retractor = await _out(world, channel)
    await writes(world, "撤回通知 1")
    await retractor.round()
    assert [channel.ends(group) for group in GROUPS] == [["1", "3"], ["1", "2", "3"], ["1", "2", "3"]]
    await ring(world)
    world.hears("陈书记", "撤回了 2 处，1 处没撤成：锦绣小区3栋")


async def test_what_is_gone_is_not_asked_for_again_after_a_while_or_a_restart(world: World) -> None:
    channel = Parted()
    channel.busy = ("3栋群-1/2",)
    retractor = await _out(world, channel)
    await writes(world, "撤回通知 1")
    await retractor.round()
    assert channel.ends("3栋群") == ["1"]
    world.now += timedelta(minutes=2)
    channel.busy = ()
    assert await _restarted(world, channel).round() == 1
    assert channel.ends("3栋群") == ["1", "2", "3"]


@before_or_after
async def test_killed_between_taking_back_and_writing_it_down(world: World, after: bool) -> None:
    await _out(world, Parted())
    await writes(world, "撤回通知 1")
    for at in (1, 2, 3, 4):  # what was taken in hand, and what became of the three
        dying = Retractor(doomed(world.sessions, at, after=after), {(CHANNEL, ACCOUNT): Parted()}, lambda: world.now)
        with suppress(Killed):
            await dying.round()
        world.now += timedelta(minutes=2)
    channel = Parted()
    await _restarted(world, channel).round()
    assert all(channel.ends(group) in ([], ["1", "2", "3"]) for group in GROUPS)
    for _ in range(2):
        await ring(world)
    world.hears("陈书记", "1 号撤回来了，共 3 处")


async def test_another_process_leaves_it_alone_until_nobody_comes_for_it(world: World) -> None:
    channel = Forgiving()
    retractor = await _out(world, channel)
    await writes(world, "撤回通知 1")
    other = Retractor(world.sessions, {(CHANNEL, "another"): Forgiving()}, lambda: world.now)
    assert await other.round() == 0
    assert (await retractor.round(), len(channel.gone)) == (3, 3)
    await writes(world, "通知 3栋：没水了")
    await writes(world, "确认 2")
    await ring(world)
    world.forget()
    await writes(world, "撤回通知 2")
    world.now += timedelta(hours=1)
    assert await other.round() == 1
    for _ in range(2):
        await ring(world)
    assert any("1 处没撤成" in words.text for words in world.new("陈书记"))


async def test_of_what_was_said_in_part_that_part_is_taken_back(world: World) -> None:
    channel = Parted()
    channel.breaks = True
    retractor = await _out(world, channel)
    assert "正在撤回 3 处" in await writes(world, "撤回通知 1")
    await retractor.round()
    assert [channel.ends(group) for group in GROUPS] == [["1", "2"]] * 3


async def test_what_was_said_in_part_and_then_anew_goes_with_all_of_it(sessions: Sessions) -> None:
    post = Post(sessions)
    post.mouth.answers["李姐"].append(SendError("partly said", unsure=True, parts=["a", "b"]))
    await post.put("李姐", "停水", MessageKind.PERSONAL)
    await post.send_all()
    await post.wait(timedelta(minutes=1))
    (row,) = await post.rows()
    assert (row.status, row.parts) == (OutboxStatus.SENT, ["a", "b", "李姐-1"])


async def test_what_is_said_in_one_part_keeps_no_list(sessions: Sessions) -> None:
    post = Post(sessions)
    await post.put("李姐", "停水")
    await post.send_all()
    (row,) = await post.rows()
    assert (row.platform_id, row.parts) == ("李姐-1", None)


async def test_what_is_not_out_yet_is_stopped_with_it(world: World) -> None:
    await writes(world, "通知 明天9点 3栋：停水")
    assert "还没发过" in await writes(world, "撤回通知 1")
    assert await status(world) is BroadcastStatus.DRAFT
