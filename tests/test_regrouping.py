"""并入, 拆开, 我家的不一样, 这是工单: which messages are one matter, and which are one at all."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
import sqlalchemy as sa

from handlers.messages import Quoted
from handlers.rules.tickets import OPEN
from storage.audit import AuditEntry
from storage.corrections import Correction
from storage.followers import Follower
from storage.tickets import Ticket
from storage.types import Act, TicketStatus
from storage.words import Picture, TicketMessage
from tests.wandering import Wanderers
from tests.world import World

LIFT = "2单元电梯又坏了，停在5楼不动"
LAMP = "报修 2单元3楼的灯坏了，麻烦来修一下"
TALK = "今晚有没有人一起去河边散步"


async def two(world: World) -> tuple[str, str]:
    """李姐 and 冉幺妹 reported the same thing as two tickets."""
    first = await world.says("李姐", "报修 2单元电梯坏了", pictures=["a" * 64])
    second = await world.says("冉幺妹", "报修 2单元的电梯停在5楼不动", pictures=["b" * 64])
    world.forget()
    return first, second


async def rows(world: World, table: type[TicketMessage | Picture | Follower]) -> dict[int, int]:
    """How many rows each ticket has."""
    async with world.sessions() as session:
        count = sa.select(table.ticket_id, sa.func.count()).group_by(table.ticket_id)
        return {int(ticket): number for ticket, number in await session.execute(count)}


async def kept(world: World) -> Sequence[Correction]:
    """The examples."""
    async with world.sessions() as session:
        return (await session.scalars(sa.select(Correction))).all()


async def shown(world: World, number: int) -> str:
    """The ticket as the admin sees it."""
    world.forget()
    await world.says("陈书记", f"工单 {number}", alone=True)
    return world.hears("陈书记")


@pytest.mark.parametrize("words", ["并入 2 1", "并入 2号 1号", "合并 2 1"])
async def test_two_that_are_one(world: World, words: str) -> None:
    await two(world)
    await world.says("王芳", words, alone=True)
    world.hears("3栋群", "同一件事")
    assert any("并到" in said.text for said in world.new("王芳"))
    assert "并到别的工单" in await shown(world, 2)
    assert "2 户有这情况" in await shown(world, 1)
    assert await rows(world, TicketMessage) == {1: 2}
    assert await rows(world, Picture) == {1: 2}


async def test_everybody_hears_when_it_is_done(world: World) -> None:
    await two(world)
    await world.says("王芳", "并入 2 1")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "办结 1", alone=True)
    world.hears("李姐", "满意")
    world.hears("冉幺妹", "满意")


async def test_the_quoted_one_is_merged(world: World) -> None:
    _, second = await two(world)
    await world.says("王芳", "并入 1", reply_to=second)
    world.hears("3栋群", "2 号并到 1 号")


async def test_the_only_other_one_is_merged(world: World) -> None:
    await two(world)
    await world.says("王芳", "并入 1", alone=True)
    assert "并到别的工单" in await shown(world, 2)


async def test_who_was_called_about_the_one_goes_for_the_other(world: World) -> None:
    await two(world)
    await world.says("赵强", "并入 2 1", alone=True)
    world.hears("王芳", "不用单独去", "接单 1")


async def test_the_more_urgent_of_both_counts(world: World) -> None:
    await two(world)
    await world.says("王芳", "改紧急 2 紧急", alone=True)
    world.forget()
    await world.says("王芳", "并入 2 1", alone=True)
    await world.says("陈书记", "工单 1", alone=True)
    assert any("【紧急】1 号" in said.text for said in world.new("陈书记"))


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("并入 1 1", "自己"),
        ("并入 2 9", "没有 9 号"),
        ("并入 9 2", "没有 9 号"),
        ("并入", "请这样发"),
        ("并入 哪里", "请这样发"),
    ],
)
async def test_what_cannot_be_merged(world: World, words: str, answer: str) -> None:
    await two(world)
    await world.says("王芳", words, alone=True)
    world.hears("王芳", answer)
    assert await rows(world, TicketMessage) == {1: 1, 2: 1}


async def test_what_is_over_is_not_merged(world: World) -> None:
    await two(world)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says("王芳", "并入 2 1", alone=True)
    world.hears("王芳", "1 号已经了结")
    await world.says("王芳", "并入 1 2", alone=True)
    world.hears("王芳", "1 号办好了")


async def test_what_no_group_hears_of_is_not_merged_with_what_it_does(world: World) -> None:
    await two(world)
    await world.says("王芳", "改类别 2 纠纷", alone=True)
    world.forget()
    await world.says("王芳", "并入 2 1", alone=True)
    world.hears("王芳", "群里不提")
    world.silent("3栋群")


async def test_what_was_reported_alone_goes_into_what_the_group_knows(world: World) -> None:
    await world.says("李姐", "报修 2单元电梯坏了")
    await world.says("冉幺妹", "报修 3栋2单元的电梯停在5楼不动", alone=True)
    world.forget()
    await world.says("王芳", "并入 1 2", alone=True)
    world.hears("王芳", "请反过来", "并入 2 1")
    await world.says("赵强", "并入 2 1", alone=True)
    world.hears("冉幺妹", "2 号", "同一件事")
    world.silent("3栋群", "李姐")


async def test_both_ways_at_once_one_is_left_open(world: World) -> None:
    await two(world)
    both = [world.message("王芳", "并入 2 1", alone=True), world.message("赵强", "并入 1 2", alone=True)]
    await asyncio.gather(*map(world.receiver.receive, both))
    await world.send_all()
    heard = [said.text for name in ("王芳", "赵强") for said in world.new(name)]
    assert sum("报过的人都算在一起" in text for text in heard) == 1


async def test_the_opening_words_are_an_example_of_me_too(world: World) -> None:
    await two(world)
    await world.says("王芳", "并入 2 1", alone=True)
    (example,) = await kept(world)
    assert example.right["items"][0]["act"] == "me_too"


async def joined(world: World, text: str = "我家也是，等了半天") -> str:
    """冉幺妹 joined what 李姐 reported."""
    first = await world.says("李姐", LIFT)
    message = await world.says("冉幺妹", text, reply_to=first)
    world.forget()
    return message


async def test_what_was_added_becomes_a_ticket_of_its_own(world: World) -> None:
    message = await joined(world, "我家的也坏了，1单元电梯按键不亮")
    await world.says("王芳", "拆开", reply_to=message)
    assert any("单独登记为 2 号" in said.text for said in world.new("3栋群"))
    world.hears("冉幺妹", "2 号", "分出来")
    assert await rows(world, TicketMessage) == {1: 1, 2: 1}
    assert await rows(world, Follower) == {1: 1, 2: 1}
    (example,) = await kept(world)
    assert (example.predicted["items"][0]["act"], example.right["items"][0]["act"]) != ("open", "me_too")
    assert example.right["items"][0]["act"] == "open"


async def test_by_number_where_only_one_was_added(world: World) -> None:
    await joined(world)
    await world.says("王芳", "拆开 1", alone=True)
    assert any("单独登记为 2 号" in said.text for said in world.new("王芳"))
    text = await shown(world, 2)
    assert "电梯" in text  # “我家也是” says nothing else


async def test_several_were_added_so_it_asks_which(world: World) -> None:
    message = await joined(world)
    await world.says("老夏", "我家也是，等了半天", reply_to=message)
    world.forget()
    await world.says("王芳", "拆开 1", alone=True)
    world.hears("王芳", "请引用")


async def test_nothing_was_added(world: World) -> None:
    first = await world.says("李姐", LIFT)
    world.forget()
    await world.says("王芳", "拆开 1", alone=True)
    world.hears("王芳", "没什么可拆")
    await world.says("王芳", "拆开", reply_to=first, to_bot=True)
    world.hears("3栋群", "第一句")


async def test_a_quoted_message_of_no_ticket(world: World) -> None:
    talk = await world.says("李姐", TALK)
    await world.says("王芳", "拆开", reply_to=talk, to_bot=True)
    world.hears("3栋群", "没有算在哪张工单里")


async def test_split_in_everyday_talk_is_no_command(world: World) -> None:
    await world.says("王芳", "拆开")
    await world.says("王芳", "拆开 看看里面")
    await world.says("李姐", "拆开")
    world.silent("3栋群", "王芳", "李姐")


async def test_its_pictures_go_with_it(world: World) -> None:
    first = await world.says("李姐", LIFT, pictures=["a" * 64])
    message = await world.says("冉幺妹", "我家也是，你看", reply_to=first, pictures=["b" * 64])
    await world.says("王芳", "拆开", reply_to=message)
    assert await rows(world, Picture) == {1: 1, 2: 1}


async def test_delivered_twice_it_is_split_once(world: World) -> None:
    message = await joined(world)
    said = world.message("王芳", "拆开", reply_to=message)
    await world.hand_over(said, said)
    assert await rows(world, TicketMessage) == {1: 1, 2: 1}


async def test_two_split_it_at_once(world: World) -> None:
    message = await joined(world)
    both = [world.message(name, "拆开", reply_to=message) for name in ("王芳", "赵强")]
    await asyncio.gather(*map(world.receiver.receive, both))
    assert await rows(world, TicketMessage) == {1: 1, 2: 1}


async def test_mine_is_another_matter(world: World) -> None:
    await joined(world)
    await world.says("冉幺妹", "我家的不一样", alone=True)
    world.hears("冉幺妹", "单独登记为 2 号")
    await world.says("王芳", "工单 1", alone=True)
    assert not any("户有这情况" in said.text for said in world.new("王芳"))
    assert not await kept(world)  # no member of staff asked for it


async def test_mine_is_another_matter_and_which(world: World) -> None:
    await joined(world)
    await world.says("冉幺妹", "我家的不一样，1单元门禁坏了刷不开")
    assert any("单独登记为 2 号" in said.text for said in world.new("3栋群"))
    text = await shown(world, 2)
    assert "门禁" in text
    assert "1单元" in text


async def test_who_reported_it_has_nothing_to_split(world: World) -> None:
    await joined(world)
    await world.says("李姐", "我家的不一样 1", alone=True)
    world.hears("李姐", "本来就是您报的")


async def test_who_joined_nothing_says_it_to_his_neighbours(world: World) -> None:
    await joined(world)
    await world.says("老夏", "我家的不一样")
    await world.says("老夏", "我家的不一样，是绿色的")
    world.silent("3栋群")


async def let_pass(world: World) -> str:
    """李姐 said what the bot did not take for a report."""
    reader, manner = world.receiver.reader, world.house.manner
    world.receiver.reader = replace(reader, quiet=2.0)
    world.receiver.house = replace(world.house, manner=replace(manner, asks=1.0))
    message = await world.says("李姐", LIFT)
    world.silent("3栋群", "王芳")
    world.receiver.reader, world.receiver.house = reader, world.house
    return message


async def test_what_was_let_pass_is_opened_for_its_author(world: World) -> None:
    talk = await let_pass(world)
    await world.says("王芳", "这是工单", reply_to=talk)
    world.hears("3栋群", "1 号")
    await world.says("李姐", "我的工单", alone=True)
    world.hears("李姐", "1 号")
    (example,) = await kept(world)
    assert (example.text, example.predicted["items"]) == (LIFT, [])
    await world.says("王芳", "为什么 1", alone=True)
    assert any("这是工单" in said.text for said in world.new("王芳"))
    await world.recalls("李姐", talk)
    assert "撤销" in await shown(world, 1)


async def test_its_words_come_with_the_quote(world: World) -> None:
    said = replace(
        world.message("王芳", "这是工单", reply_to="long-ago"),
        quoted=Quoted("2单元楼道的灯不亮", "冉幺妹", "3-502 冉幺妹"),
    )
    await world.hand_over(said)
    world.hears("3栋群", "1 号", "照明")
    await world.says("冉幺妹", "我的工单", alone=True)
    world.hears("冉幺妹", "照明")


async def test_somebody_who_was_never_known_reports_that_way(world: World) -> None:
    said = replace(
        world.message("王芳", "这是工单", reply_to="long-ago"),
        quoted=Quoted("2单元楼道的灯不亮", "新邻居", "2-801 小吴"),
    )
    await world.hand_over(said)
    world.hears("3栋群", "1 号", "照明")
    (example,) = await kept(world)
    assert example.sender == "新邻居"
    assert example.member_id is not None


async def test_without_its_words_they_have_to_be_copied(world: World) -> None:
    await world.says("王芳", "这是工单", reply_to="long-ago")
    world.hears("3栋群", "原话抄在后面")
    await world.says("王芳", "这是工单 2单元楼道的灯不亮", reply_to="long-ago")
    world.hears("3栋群", "1 号", "照明")
    assert not await kept(world)


async def test_without_a_quote(world: World) -> None:
    await world.says("王芳", "这是工单")
    world.hears("3栋群", "请引用")


async def test_what_is_a_ticket_already(world: World) -> None:
    first = await world.says("李姐", LIFT)
    world.forget()
    await world.says("王芳", "这是工单", reply_to=first)
    world.hears("3栋群", "已经算在 1 号")


async def test_the_bots_own_words_are_no_report(world: World) -> None:
    said = world.message("王芳", "这是工单", reply_to="out-3栋群-7", to_bot=True)
    await world.hand_over(replace(said, quoted=Quoted("您好，我是红管家。", "bot", "红管家", from_bot=True)))
    world.hears("3栋群", "我自己说的话")


async def test_a_resident_opens_nothing_for_others(world: World) -> None:
    talk = await world.says("李姐", TALK)
    await world.says("冉幺妹", "这是工单", reply_to=talk)
    world.hears("3栋群", "才能用")


async def test_two_open_it_at_once(world: World) -> None:
    talk = await let_pass(world)
    both = [world.message(name, "这是工单", reply_to=talk) for name in ("王芳", "赵强")]
    await asyncio.gather(*map(world.receiver.receive, both))
    await world.send_all()
    assert await rows(world, TicketMessage) == {1: 1}
    assert any("已经算在 1 号" in said.text for said in world.new("3栋群"))


async def test_what_was_no_report_after_all_may_be_one_again(world: World) -> None:
    first = await world.says("李姐", LIFT)
    await world.says("王芳", "不是工单", reply_to=first)
    world.forget()
    await world.says("王芳", "这是工单", reply_to=first)
    world.hears("3栋群", "2 号", "电梯")
    (example,) = await kept(world)
    assert example.right["items"][0]["act"] == "open"


@pytest.mark.parametrize("words", ["拆开", "这是工单", "并入 2 1", "不是工单 1"])
async def test_two_services_on_one_database(world: World, words: str) -> None:
    """王芳 says it to the one and 赵强 to the other, at the same moment; it is done once."""
    quote = await (let_pass(world) if words == "这是工单" else joined(world))
    if words.startswith("并入"):
        await world.says("老夏", "报修 2单元的电梯停在5楼不动")
    other = World(world.sessions, world.receiver.reader, now=world.now)
    other.receiver.memories = world.receiver.memories
    said = [world.message(name, words, reply_to=quote) for name in ("王芳", "赵强")]
    await asyncio.gather(world.receiver.receive(said[0]), other.receiver.receive(said[1]))
    await other.receiver.close()
    async with world.sessions() as session:
        entries = (
            await session.scalars(sa.select(AuditEntry).where(AuditEntry.action == words.split(maxsplit=1)[0]))
        ).all()
    assert len(entries) == 1
    tickets = {"拆开": {1: 1, 2: 1}, "这是工单": {1: 1}, "并入 2 1": {1: 3}, "不是工单 1": {}}
    assert await rows(world, TicketMessage) == tickets[words]


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_set_right_nothing_is_lost_or_doubled(world: World, seed: int) -> None:
    """What is merged has nothing left, what is open has somebody who wants it, and no words open two tickets."""
    await Wanderers(world, Random(seed)).wander(60)  # noqa: S311 -- no secret
    async with world.sessions() as session:
        tickets = {ticket.id: ticket for ticket in await session.scalars(sa.select(Ticket))}
        said = (await session.scalars(sa.select(TicketMessage))).all()
    wanted, worded, pictured = [await rows(world, table) for table in (Follower, TicketMessage, Picture)]
    merged = {id for id, ticket in tickets.items() if ticket.status is TicketStatus.MERGED}
    assert merged.isdisjoint(worded)
    assert merged.isdisjoint(pictured)
    assert {id for id, ticket in tickets.items() if ticket.status in OPEN} <= wanted.keys()
    openings = Counter(row.message_id for row in said if row.act is Act.OPEN)
    assert max(openings.values(), default=1) == 1


async def test_parties_helpers_and_whoever_has_the_other_hear_what_holds_now(world: World) -> None:
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("冉幺妹", "3单元一楼的灯坏了，晚上太黑了")
    await world.says("王芳", "接单 1", alone=True)
    await world.says("周网格", "接单 2", alone=True)
    await world.says("周网格", "会办 2 物业", alone=True)
    await world.says("周网格", "招募 2 2人 周六上午9点", alone=True)
    await world.says("赵强", "报名 2", alone=True)
    world.forget()
    await world.says("陈书记", "并入 2 1", alone=True)
    world.hears("王芳", "2 号并进您手上的 1 号")
    world.hears("周网格", "不用单独去")
    world.hears("钱物业", "照旧算您一个")
    world.hears("赵强", "照旧算您一个")
    world.forget()
    await world.says("钱物业", "进展 1 配件到了", alone=True)
    world.hears("王芳", "配件到了")
    await world.says("王芳", "办结 1", alone=True)
    assert any("办好了" in words.text for words in world.new("赵强"))


async def test_what_a_department_had_is_not_forgotten_when_it_is_merged(world: World) -> None:
    await world.says("陈书记", "部门 供电局 95598", alone=True)
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("冉幺妹", "3单元一楼的灯坏了，晚上太黑了")
    await world.says("陈书记", "移交 2 供电局", alone=True)
    world.forget()
    await world.says("陈书记", "并入 2 1", alone=True)
    world.hears("陈书记", "并到 1 号", "移交 1 供电局")
