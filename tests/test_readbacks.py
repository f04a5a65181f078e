"""收到请回复1: answers are counted household by household, in silence, and who has not answered is told the grid worker alone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.receive import Receiver
from handlers.moment import Reach
from handlers.phrases.readbacks import tally as told
from storage import members, places
from storage.database import Sessions
from storage.identities import Identity
from storage.members import Member
from storage.offers import Offer
from storage.outbox import OutboxMessage
from storage.readbacks import ReadWay
from storage.types import OutboxStatus, PlaceKind, Role
from tests.noticing import GROUPS, HOUR, MINUTE, asks, notices, ring, writes
from tests.readbacks import TEXT, answers, doors, goes_out, moves_in
from tests.world import ACCOUNT, CHANNEL, World

RESIDENTS = ("李姐", "老夏", "冉幺妹", "小邓")


async def test_the_last_line_asks_for_an_answer_once(world: World) -> None:
    shown = await writes(world, TEXT)
    assert shown.count("收到请回复1") == 1
    assert "发布\n收到请回复1" in shown
    shown = await writes(world, "通知 3栋：明天停水，收到请回复1")
    assert shown.count("收到请回复1") == 1
    assert "收到请回复" not in await writes(world, "通知 3栋：明天停水")


@pytest.mark.parametrize(
    "word", ["收到", "1", "１", "回1", "回复1", "知道了", "好的，收到", "收到，谢谢！", "已收到👍", "收到1", "“1”"]
)
async def test_a_word_in_the_group_counts_and_is_met_with_silence(world: World, word: str) -> None:
    await goes_out(world)
    await world.says("李姐", word)
    await world.wait(10 * MINUTE)
    world.silent(*GROUPS, *RESIDENTS)
    (row,) = await answers(world)
    assert (row.room, row.way) == ("1203", ReadWay.WORD)


@pytest.mark.parametrize(
    "word",
    [
        "收到没有？",
        "没收到",
        "收到请回复1",
        "还没收到",
        "王姐收到",
        "2",
        "11",
        "1203",
        "1栋",
        "知道了吗",
        "1个",
        "不知道",
        "收到快递了",
        "@小邓 收到",
        "",
    ],
)
async def test_other_words_count_for_nothing(world: World, word: str) -> None:
    await goes_out(world)
    await world.says("李姐", word)
    assert not await answers(world)


async def test_without_a_notice_that_asks_nothing_is_stored_and_nothing_said(world: World) -> None:
    await goes_out(world, "通知 3栋：明天停水")
    await world.says("路人甲", "收到")
    await world.says("路人甲", "1")
    async with world.sessions() as session:
        assert not await members.known(session, [(CHANNEL, ACCOUNT, "路人甲")])
    world.silent(*GROUPS)
    assert not await answers(world)


async def test_quoting_the_notice_counts_and_quoting_something_else_does_not(world: World) -> None:
    await goes_out(world)
    notice = world.last_id("3栋群")
    await world.says("冉幺妹", "收到", reply_to="a neighbour's")
    assert not await answers(world)
    await world.says("冉幺妹", "1", reply_to=notice, to_bot=True)
    assert await doors(world) == ["502"]
    world.silent(*GROUPS, "冉幺妹")


async def test_of_two_notices_the_quoted_one_is_answered_else_the_last(world: World) -> None:
    await goes_out(world)
    first = world.last_id("3栋群")
    world.now += MINUTE
    await goes_out(world, "通知 3栋：后天停电\n要回执")
    await world.says("李姐", "收到")
    await world.says("老夏", "收到", reply_to=first)
    assert sorted((row.broadcast_id, row.room) for row in await answers(world)) == [(1, "101"), (2, "1203")]


async def test_what_answers_something_else_is_no_answer(world: World) -> None:
    await goes_out(world)
    world.now += MINUTE
    await world.says("冉幺妹", "拼单买橘子，要的扣1")
    await world.says("李姐", "1")
    assert not await answers(world)
    await world.says("李姐", "收到")
    await world.says("老夏", "1", reply_to="out-3栋群-1")
    assert sorted(map(str, await doors(world))) == ["101", "1203"]


async def test_a_number_that_the_bot_offered_in_the_group_stays_that(world: World) -> None:
    await goes_out(world)
    async with world.sessions.begin() as session:
        until = world.now + timedelta(days=1)
        offer = Offer(
            channel=CHANNEL,
            account=ACCOUNT,
            chat="3栋群",
            number=1,
            label="接单",
            words="接单 1",
            said_at=world.now,
            until=until,
        )
        session.add(offer)
    await world.says("李姐", "1")
    assert not await answers(world)


async def test_several_people_of_a_household_count_once(world: World) -> None:
    await goes_out(world)
    for name in ("2-1203 李姐", "2-1203 李姐老公", "2-1203"):
        message = replace(world.message(name, "收到"), sender=name, sender_name=name)
        await world.hand_over(message)
    assert await doors(world) == ["1203"]


async def test_an_address_before_the_word_counts_where_it_is_a_door(world: World) -> None:
    await goes_out(world)
    await world.says("路人甲", "2-1203收到")
    await world.says("路人乙", "9-1203收到")
    await world.says("路人丙", "1203收到")  # there are three units
    assert await doors(world) == ["1203"]


async def test_an_unknown_nickname_is_a_person_until_his_door_is_known(world: World) -> None:
    await goes_out(world)
    await world.says("开心果", "收到")
    (row,) = await answers(world)
    assert row.room is None
    assert "另外有 1 人回了，对不上是哪一户" in await asks(world, "陈书记", "回执 1")
    await world.says("开心果", "我是 3-2-1203 开心果", to_bot=True)
    await world.says("开心果", "收到")
    assert await doors(world) == ["1203"]


async def test_answering_twice_and_being_delivered_twice_is_harmless(world: World) -> None:
    await goes_out(world)
    for _ in range(3):
        await world.says("李姐", "收到", message_id="same")
        await world.says("李姐", "1")
    assert await doors(world) == ["1203"]


async def test_two_of_a_household_at_once_are_one(world: World) -> None:
    await goes_out(world)
    other = Receiver(
        sessions=world.sessions, clock=lambda: world.now, house=world.house, reach=world.reach, reader=world.reader
    )
    couple = [replace(world.message(name, "收到"), sender=name, sender_name="2-1203") for name in ("张三", "李四")]
    await asyncio.gather(world.receiver.receive(couple[0]), other.receive(couple[1]))
    await other.close()
    assert await doors(world) == ["1203"]


async def test_late_answers_count_until_the_end(world: World) -> None:
    await goes_out(world, "通知 3栋：明天停水\n要回执\n有效到 明天18:00")
    world.now += timedelta(hours=32)
    await world.says("李姐", "收到")
    world.now += timedelta(hours=2)
    await world.says("老夏", "收到")
    assert await doors(world) == ["1203"]


async def test_after_a_week_a_word_is_only_a_word(world: World) -> None:
    await goes_out(world)
    world.now += timedelta(days=6, hours=23)
    await world.says("李姐", "收到")
    world.now += timedelta(hours=2)
    await world.says("老夏", "收到")
    assert await doors(world) == ["1203"]


async def test_each_round_of_a_notice_is_answered_anew(world: World) -> None:
    await goes_out(world, "通知 每天10点 3栋：量体温\n要回执")
    world.now += HOUR
    await ring(world)
    await world.says("李姐", "收到")
    await ring(world)
    world.now += timedelta(days=1)
    await ring(world)
    await world.says("李姐", "收到")
    assert [(row.round, row.room) for row in await answers(world)] == [(1, "1203"), (2, "1203")]


async def test_a_cancelled_notice_wants_no_answer(world: World, sessions: Sessions) -> None:
    await goes_out(world, "通知 每天9点 3栋：量体温\n要回执")
    world.now += timedelta(days=1)
    await ring(world)
    await asks(world, "陈书记", "取消通知 1")
    world.forget()
    await world.says("李姐", "收到")
    assert not await answers(world)


async def test_a_button_in_the_group_counts_in_silence(world: World) -> None:
    world.reach[CHANNEL] = Reach(buttons=True, one_to_one=True)
    await goes_out(world)
    await world.presses("李姐", "收到", group="3栋群")
    await world.presses("李姐", "收到", group="3栋群")
    world.silent(*GROUPS, "李姐")
    (row,) = await answers(world)
    assert (row.room, row.way) == ("1203", ReadWay.BUTTON)


async def test_a_button_pressed_too_late_is_met_with_silence_in_the_group(world: World) -> None:
    world.reach[CHANNEL] = Reach(buttons=True, one_to_one=True)
    await goes_out(world)
    world.now += timedelta(days=8)
    await world.presses("李姐", "收到", group="3栋群")
    world.silent(*GROUPS, "李姐")
    assert not await answers(world)


async def test_who_is_told_alone_answers_alone(world: World) -> None:
    await goes_out(world, "通知 3栋的红管家：明天开会\n要回执")
    for person, word in (("王芳", "1"), ("赵强", "收到")):
        await world.says(person, word, alone=True)
        world.hears(person, "记下了")
    assert [row.room for row in await answers(world)] == [None, None]
    assert "另外有 2 人回了" in await asks(world, "陈书记", "回执 1")


async def test_who_has_read_it_on_paper_tells_its_number(world: World) -> None:
    await goes_out(world)
    await world.says("冉幺妹", "我是 3-3-502 冉幺妹", alone=True)
    world.forget()
    await world.says("冉幺妹", "收到 1", alone=True)
    world.hears("冉幺妹", "记下了")
    await world.says("冉幺妹", "收到 7", alone=True)
    world.hears("冉幺妹", "7 号通知不用您回")
    assert await doors(world) == ["502"]


async def test_the_author_sees_numbers_building_by_building(world: World) -> None:
    await moves_in(world, "1-101", "1-102", "2-201")
    await goes_out(world)
    await world.says("老夏", "收到")  # 1-101
    await world.says("小邓", "收到")
    said = await asks(world, "陈书记", "回执 1")
    assert "登记的 4 户里 2 户回了（50%）" in said
    assert "锦绣小区3栋：1/3 户" in said
    assert "锦绣小区4栋：1/1 户" in said
    assert "102" not in said
    assert "201" not in said


async def test_the_list_goes_to_the_grid_worker_alone(world: World) -> None:
    await moves_in(world, "1-101", "1-102", "2-201")
    await goes_out(world)
    await world.says("老夏", "收到")
    said = await asks(world, "周网格", "未回 1")
    assert "锦绣小区3栋，3 户里 2 户没回：1单元102、2单元201" in said
    for person in ("陈书记", "王芳", "钱物业", "李姐"):
        said = await asks(world, person, "未回 1")
        assert "102" not in said
        assert "201" not in said
    world.forget()
    await world.says("周网格", "未回 1", to_bot=True)
    world.silent(*GROUPS)
    world.hears("周网格", "1单元102")


async def test_a_grid_worker_who_cannot_be_told_alone_gets_no_list_in_the_group(world: World) -> None:
    await moves_in(world, "1-102")
    await goes_out(world)
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Identity).where(Identity.sender == "周网格").values(one_to_one=None))
    await world.says("周网格", "未回 1", to_bot=True)
    assert "102" not in world.hears("3栋群", "只能单独给您")


async def test_the_author_has_the_list_given_to_the_grid_worker_and_sees_none_of_it(world: World) -> None:
    await moves_in(world, "1-102")
    await goes_out(world)
    await world.says("陈书记", "回执 1", alone=True)
    world.forget()
    await world.presses("陈书记", "名单发给网格员")
    assert "102" not in world.hears("陈书记", "已经单独发给 1 位网格员")
    world.hears("周网格", "1单元102")
    world.silent(*GROUPS)


async def test_where_nobody_can_be_given_the_list_the_author_is_told(world: World) -> None:
    await moves_in(world, "1-102")
    await goes_out(world)
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(Identity).where(Identity.sender == "周网格"))
    assert "周网格还没单独跟我说过话" in await asks(world, "陈书记", "发未回 1")
    async with world.sessions.begin() as session:
        (grid,) = await places.all_of(session, PlaceKind.GRID)
        (worker,) = await members.with_role(session, Role.GRID_WORKER, [grid.id])
        await members.revoke(session, worker.id, grid.id, Role.GRID_WORKER)
    assert "锦绣小区3栋没有网格员" in await asks(world, "陈书记", "发未回 1")


async def test_what_cannot_be_shown_is_one_clear_sentence(world: World) -> None:
    await goes_out(world, "通知 3栋：明天停水")
    assert "没有要回执" in await asks(world, "陈书记", "回执 1")
    assert "没有 9 号通知" in await asks(world, "陈书记", "回执 9")
    assert "请这样发" in await asks(world, "陈书记", "回执")
    await writes(world, "通知 明天上午9点 3栋：明天停水\n要回执")
    await asks(world, "陈书记", "确认")
    assert "还没发出去" in await asks(world, "陈书记", "回执 2")


async def test_what_did_not_go_out_wants_no_answer(world: World) -> None:
    await goes_out(world)
    async with world.sessions.begin() as session:
        gone = sa.update(OutboxMessage).where(OutboxMessage.chat == "3栋群", OutboxMessage.broadcast_id == 1)
        await session.execute(gone.values(status=OutboxStatus.DEAD))
    await world.says("李姐", "收到")
    assert not await answers(world)


async def test_after_deletion_the_count_stays_without_the_person(world: World) -> None:
    await goes_out(world)
    await world.says("孙姐", "我是 3-2-1203 孙姐", alone=True)
    await world.says("孙姐", "收到")
    assert "回过“收到”的通知 1 条" in await asks(world, "孙姐", "我的数据")
    await world.says("孙姐", "删除我的数据", alone=True)
    await world.says("孙姐", "确认删除", alone=True)
    (row,) = await answers(world)
    assert (row.member_id, row.room) == (None, None)
    assert "1203" not in row.household


async def test_a_door_stays_where_others_live_behind_it(world: World) -> None:
    await moves_in(world, "2-1203")
    await goes_out(world)
    await world.says("孙姐", "我是 3-2-1203 孙姐", alone=True)
    await world.says("孙姐", "收到")
    await world.says("孙姐", "删除我的数据", alone=True)
    await world.says("孙姐", "确认删除", alone=True)
    assert "登记的 1 户里 1 户回了" in await asks(world, "陈书记", "回执 1")
    await world.says("2-1203 老孙", "收到")
    assert len(await answers(world)) == 1
    assert [row.member_id for row in await answers(world)] == [None]


async def test_entered_households_are_the_same_doors(world: World) -> None:
    async with world.sessions.begin() as session:
        (building,) = [b for b in await places.all_of(session, PlaceKind.BUILDING) if b.name == "3"]
        unit = (await places.below(session, building, PlaceKind.UNIT))[1]
        home = await places.add(session, PlaceKind.HOUSEHOLD, "1203", unit)
        await places.add(session, PlaceKind.HOUSEHOLD, "1204", unit)
        session.add(Member(name="孙姐", created_at=world.now, home_id=home.id))
    await goes_out(world)
    await world.says("李姐", "收到")
    assert "登记的 2 户里 1 户回了" in await asks(world, "陈书记", "回执 1")
    assert "2单元1204" in await asks(world, "周网格", "未回 1")


async def test_of_very_many_buildings_those_are_told_that_answered_least(world: World) -> None:
    await goes_out(world)
    (notice,) = await notices(world)
    said = told(notice, [(f"{number}栋", number, 100) for number in range(1, 90)], 0)
    assert said.count("\n") == 41
    assert "\n1栋：1/100 户" in said
    assert "89栋" not in said
