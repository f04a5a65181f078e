"""What became of a notice in every group, sending it again, who is reached, and what goes first."""

from datetime import timedelta

import sqlalchemy as sa

from bot.channels.base import SendError
from storage import audiences, chats, members, places
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.types import BroadcastStatus, MessageKind, OutboxStatus, PlaceKind, Role
from tests.noticing import GROUPS, HOUR, Fussy, notices, received, ring, speak_through, status, writes
from tests.world import ACCOUNT, CHANNEL, FakeChannel, World

GONE = SendError("kicked", permanent=True, gone=True)
REFUSED = SendError("malformed", permanent=True)
DOUBT = SendError("no answer", unsure=True)


async def test_the_view_says_of_every_group_what_became_of_it_and_what_to_do(world: World) -> None:
    await writes(world, "通知 全体：停水")
    speak_through(world, Fussy(**{"3栋群": GONE, "4栋群": DOUBT}))
    await world.says("陈书记", "确认", alone=True)
    await ring(world)
    world.forget()
    told = await writes(world, "通知 1")
    assert "1 个收到，1 个说不准，1 个没发成" in told
    assert "锦绣小区3栋（我已经不在群里，请重新拉我进群并绑定）" in told
    assert "说不准的：锦绣小区4栋" in told
    assert "我已经不在这些群里：锦绣小区3栋" in told
    assert "补发 1" in told


async def test_sending_again_reaches_only_those_who_surely_did_not_get_it(world: World) -> None:
    await writes(world, "通知 全体：停水")
    speak_through(world, Fussy(**{"3栋群": REFUSED, "4栋群": DOUBT}))
    await world.says("陈书记", "确认", alone=True)
    await ring(world)
    speak_through(world, FakeChannel())
    assert "再发给没收到的 1 处" in await writes(world, "补发 1")
    await ring(world)
    assert [len(received(world, group)) for group in GROUPS] == [1, 0, 0]
    assert "2 个群收到" in world.new("陈书记")[-1].text
    assert "没有要补发的" in await writes(world, "补发 1")
    assert await status(world) is BroadcastStatus.SENT


async def test_a_group_bound_since_gets_it_with_the_next_sending(world: World) -> None:
    async with world.sessions.begin() as session:
        await chats.lose(session, (CHANNEL, ACCOUNT, "4栋群"), world.now)
    await writes(world, "通知 3栋、4栋：停水")
    await writes(world, "确认")
    await ring(world)
    world.forget()
    assert "我已经不在这些群里：锦绣小区4栋" in await writes(world, "通知 1")
    async with world.sessions.begin() as session:
        fourth = next(p for p in await places.all_of(session, PlaceKind.BUILDING) if p.name == "4")
        await chats.bind(session, (CHANNEL, ACCOUNT, "4栋群"), fourth, world.now)
    await writes(world, "补发 1")
    assert [len(received(world, group)) for group in ("3栋群", "4栋群")] == [1, 1]


async def test_a_variable_made_known_lets_it_go_there(world: World) -> None:
    await writes(world, "通知 3栋、4栋：有事找{值班人}")
    await writes(world, "确认")
    await ring(world)
    world.forget()
    assert "没有要补发的" in await writes(world, "补发 1")
    await writes(world, "排班 4栋 赵强 每天")
    world.forget()
    await world.says("陈书记", "补发 1", alone=True)
    await ring(world)
    assert [text.split("\n")[0] for text in received(world, "4栋群")] == ["有事找赵强"]


async def test_an_audience_that_became_empty_is_said_and_nothing_goes(world: World) -> None:
    await writes(world, "通知 今天10点 3栋：停水")
    await writes(world, "确认")
    async with world.sessions.begin() as session:
        await chats.lose(session, (CHANNEL, ACCOUNT, "3栋群"), world.now)
    await world.wait(2 * HOUR)
    assert any("一个群也没有了" in words.text for words in world.new("陈书记"))
    assert await status(world) is BroadcastStatus.SENT
    assert "一个群也不剩了" in await writes(world, "通知 全体除了锦绣小区：停水")


async def test_offices_are_told_alone_each_once_and_who_cannot_be_is_named(world: World) -> None:
    shown = await writes(world, "通知 全体红管家、第一网格网格员：晚上开会")
    assert "石龙社区的红管家、第一网格的网格员，一个一个单独发给 3 人" in shown
    await writes(world, "确认")
    await ring(world)
    for person in ("王芳", "赵强", "周网格"):
        world.hears(person, "晚上开会")
    world.silent(*GROUPS)
    world.hears("陈书记", "3 个人收到")
    async with world.sessions.begin() as session:
        old = (await session.scalars(sa.select(Member).where(Member.name == "老夏"))).one()
        third = next(p for p in await places.all_of(session, PlaceKind.BUILDING) if p.name == "3")
        await members.grant(session, old.id, third.id, Role.STEWARD)
    assert "老夏还没单独跟我说过话" in await writes(world, "通知 3栋红管家：晚上开会")


async def test_groups_and_offices_go_together_and_households_are_counted(world: World) -> None:
    async with world.sessions.begin() as session:
        for member in await session.scalars(sa.select(Member).where(Member.name.in_(("李姐", "冉幺妹")))):
            member.room = str(1000 + member.id)
    shown = await writes(world, "通知 3栋、全体网格员：停水")
    assert "锦绣小区3栋、石龙社区的网格员，1 个群、登记的 2 户、一个一个单独发给 1 人" in shown
    await writes(world, "确认")
    world.hears("3栋群", "停水")
    world.hears("周网格", "停水")


async def test_exclusions_are_read_as_people_write_them(world: World) -> None:
    for said in (
        "通知 全体除了4栋：停水",
        "通知 全体（除4栋外）：停水",
        "通知 锦绣小区不含4栋：停水",
        "通知 全体居民，除了4栋以外：停水",
        "通知 石龙社区除去4栋 明天9点：停水",
    ):
        assert "（除了锦绣小区4栋），2 个群" in await writes(world, said)
    assert "没看出来除了哪里" in await writes(world, "通知 全体除了那个：停水")
    async with world.sessions() as session:
        (community,) = await places.all_of(session, PlaceKind.COMMUNITY)
        (grid,) = await places.all_of(session, PlaceKind.GRID)
        left = await audiences.groups_of(session, [community.id], [grid.id])
        assert [group.chat for group in left] == ["小区群"]


async def test_source_issuer_and_reply_lines_are_read_and_the_rest_stays(world: World) -> None:
    shown = await writes(
        world,
        "通知 3栋：医保要缴费了\n大家注意来源可靠\n收到请回复1\n来源 区医保局 https://ybj.example.org/a?b=1\n落款：石龙社区党委",
    )
    body = "医保要缴费了\n大家注意来源可靠\n收到请回复1\n\n来源：区医保局 https://ybj.example.org/a?b=1\n—— 石龙社区党委发布"
    assert body in shown
    assert "回执：" in shown
    (kept,) = await notices(world)
    assert (kept.source, kept.link, kept.issuer, kept.asks_back) == (
        "区医保局",
        "https://ybj.example.org/a?b=1",
        "石龙社区党委",
        True,
    )


async def test_ten_thousand_wait_and_the_urgent_one_goes_first(world: World) -> None:
    async with world.sessions.begin() as session:
        (compound,) = await places.all_of(session, PlaceKind.COMPOUND)
        row = dict(channel=CHANNEL, account=ACCOUNT, place_id=compound.id, bound_at=world.now, lost_told=False)
        groups = [dict(row, chat=f"g{number}") for number in range(10_000)]
        await session.execute(sa.insert(chats.GroupChat), groups)
    await writes(world, "通知 锦绣小区：停水")
    world.forget()
    await world.receiver.receive(world.message("陈书记", "确认 1", alone=True))
    await world.receiver.receive(world.message("陈书记", "预警 3栋：暴雨", alone=True))
    await world.receiver.receive(world.message("陈书记", "确认 2", alone=True))
    async with world.sessions() as session:
        waiting = sa.select(sa.func.count()).where(OutboxMessage.status == OutboxStatus.PENDING)
        assert (await session.scalar(waiting) or 0) > 10_000
    async with world.sessions.begin() as session:  # the group's own turn with the notice before it
        late = sa.update(OutboxMessage).where(OutboxMessage.chat == "3栋群", OutboxMessage.broadcast_id == 1)
        await session.execute(late.values(status=OutboxStatus.SENT))
    await world.sender.round()
    assert [words.text.split("\n")[0] for words in world.channel.said["3栋群"]] == ["【预警】暴雨"]
    said = sum(len(there) for chat, there in world.channel.said.items() if chat.startswith("g"))
    assert said < 100
    async with world.sessions() as session:
        kinds = set(await session.scalars(sa.select(OutboxMessage.kind).where(OutboxMessage.broadcast_id == 2)))
        assert kinds == {MessageKind.WARNING}


async def test_a_notice_resent_after_it_was_of_use_is_refused(world: World) -> None:
    await writes(world, "通知 3栋：停水\n有效到 今天12点")
    speak_through(world, Fussy(**{"3栋群": REFUSED}))
    await world.says("陈书记", "确认", alone=True)
    await ring(world)
    world.forget()
    world.now += timedelta(hours=4)
    assert "已经过了有效的时间" in await writes(world, "补发 1")
