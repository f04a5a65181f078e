"""Binding groups to places, and what happens when the bot joins, is removed, or a group moves."""

import re
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from bot.channels.base import SendError
from handlers.community.codes import ALPHABET
from handlers.messages import Happening
from handlers.moment import Reach
from storage import chats
from storage.chats import GroupChat
from storage.codes import OneTimeCode, WrongCode
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.tickets import Ticket
from tests.world import ACCOUNT, CHANNEL, World

NEW = "新来的群"


async def code_for(world: World, place: str = "3栋") -> str:
    """The code that the secretary gets for `place`."""
    await world.says("陈书记", f"绑定码 {place}", alone=True)
    found = re.search(r"绑定 (\w+)", world.hears("陈书记", "24小时内", "用一次"))
    assert found is not None
    return found[1]


async def bound_to(world: World, chat: str) -> str | None:
    """The name of the place that a chat is bound to."""
    async with world.sessions() as session:
        found = (await chats.bound(session, [(CHANNEL, ACCOUNT, chat)])).get((CHANNEL, ACCOUNT, chat))
    return found[1].name if found else None


async def test_an_admin_gets_a_code_and_anybody_binds_the_group_with_it(world: World) -> None:
    code = await code_for(world)
    assert len(code) == 4
    assert set(code) <= set(ALPHABET)
    await world.says("小邓", f"绑定 {code}", group=NEW)
    world.hears(NEW, "石龙社区居委会", "锦绣小区3栋", "闲聊不存", "删除我的数据", "110")
    assert await bound_to(world, NEW) == "3"


async def test_the_code_may_be_typed_as_people_type(world: World) -> None:
    for number, said in enumerate(("绑定 {}", "/绑定 {}", "绑定：{}。", "绑定  “{}”", "绑定 {}\u200b")):
        code = await code_for(world)
        spelled = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
        await world.says("小邓", said.format(spelled), group=f"{number}新群")
        assert await bound_to(world, f"{number}新群") == "3", said


async def test_codes_for_several_buildings_at_once(world: World) -> None:
    await world.says("陈书记", "绑定码 3、4栋", alone=True)
    text = world.hears("陈书记", "锦绣小区3栋：绑定", "锦绣小区4栋：绑定")
    assert len(set(re.findall(r"绑定 (\w+)", text))) == 2


async def test_the_code_is_never_said_in_a_group(world: World) -> None:
    await world.says("陈书记", "绑定码 3栋", alone=False)
    world.silent("3栋群")
    world.hears("陈书记", "绑定")


async def test_no_code_where_the_admin_cannot_be_written_to_alone(world: World) -> None:
    async with world.sessions.begin() as session:
        await session.execute(sa.text("UPDATE identity SET one_to_one = NULL"))
    await world.says("陈书记", "绑定码 3栋")
    assert "绑定 " not in world.hears("3栋群", "单独给我发")


async def test_residents_get_no_code(world: World) -> None:
    await world.says("李姐", "绑定码 3栋", alone=True)
    world.hears("李姐", "社区管理员")


async def test_a_place_that_is_not_there(world: World) -> None:
    await world.says("陈书记", "绑定码 99栋", alone=True)
    world.hears("陈书记", "没有找到", "99栋")


async def test_a_place_that_cannot_be_read(world: World) -> None:
    for text in ("绑定码", "绑定码 ？？？", "绑定码 " + "哈" * 9000, "绑定码 <b>3</b>", "绑定码 3栋和月亮"):
        await world.says("陈书记", text, alone=True)
        world.hears("陈书记", "绑定码 3栋")


async def test_a_code_works_once(world: World) -> None:
    code = await code_for(world)
    await world.says("小邓", f"绑定 {code}", group=NEW)
    world.forget()
    await world.says("小邓", f"绑定 {code}", group="另一个群")
    world.hears("另一个群", "这个码不对")
    assert await bound_to(world, "另一个群") is None


async def test_two_groups_at_once_with_one_code(world: World) -> None:
    code = await code_for(world)
    await world.hand_over(*(world.message("小邓", f"绑定 {code}", group=f"{i}新群") for i in range(2)))
    assert [await bound_to(world, f"{i}新群") for i in range(2)] == ["3", None]


async def test_a_code_grows_old(world: World) -> None:
    code = await code_for(world)
    world.now += timedelta(hours=24)
    await world.says("小邓", f"绑定 {code}", group=NEW)
    world.hears(NEW, "过期")


async def test_guessing_ends_after_five_wrong_codes_and_begins_again_an_hour_later(world: World) -> None:
    code = await code_for(world)
    for wrong in ("AAAA", "BBBB", "CCCC", "DDDD", "EEEE"):
        await world.says("小邓", f"绑定 {wrong}", group=NEW)
        world.hears(NEW, "这个码不对")
    await world.says("小邓", f"绑定 {code}", group=NEW)
    world.hears(NEW, "试错太多次")
    await world.says("小邓", f"绑定 {code}", group="换个群")
    world.hears("换个群", "试错太多次")
    await world.says("李姐", f"绑定 {code}", group=NEW)
    world.hears(NEW, "试错太多次")
    world.now += timedelta(hours=1, seconds=1)
    await world.says("李姐", f"绑定 {code}", group=NEW)
    assert await bound_to(world, NEW) == "3"


async def test_a_code_said_alone_is_not_used_up(world: World) -> None:
    code = await code_for(world)
    await world.says("小邓", f"绑定 {code}", alone=True)
    world.hears("小邓", "在群里")
    await world.says("小邓", f"绑定 {code}", group=NEW)
    assert await bound_to(world, NEW) == "3"


async def test_codes_are_kept_as_digests_and_forgotten(world: World) -> None:
    code = await code_for(world)
    await world.says("小邓", "绑定 AAAA", group=NEW)
    async with world.sessions() as session:
        (row,) = await session.scalars(sa.select(OneTimeCode))
        assert code not in row.digest
    world.now += timedelta(hours=60)
    await world.clock.ring()
    async with world.sessions() as session:
        assert (await session.scalars(sa.select(OneTimeCode))).all() == []
        assert (await session.scalars(sa.select(WrongCode))).all() == []


async def test_a_group_that_belongs_to_no_place_hears_nothing_but_binding(world: World) -> None:
    report = "2单元电梯坏了，老人困在里面"
    for text in (report, "接单 1", "帮助", "我的数据", "通知 全体：停水", "管理员 7F3KQX", "/help", ""):
        await world.says("小邓", text, group=NEW, to_bot=True)
    world.silent(NEW, "小邓")
    await world.says("小邓", "绑定 手机号", group=NEW, to_bot=True)
    world.hears(NEW, "绑定 7F3K")
    async with world.sessions() as session:
        assert (await session.scalars(sa.select(Ticket))).all() == []


async def test_talk_of_binding_is_let_pass(world: World) -> None:
    for text in ("绑定 手机号", "绑定不了微信怎么办", "绑定码", "绑定 我试试看"):
        await world.says("小邓", text, group=NEW)
    world.silent(NEW)


async def test_bound_again_to_the_same_place_it_does_not_introduce_itself_twice(world: World) -> None:
    for _ in range(2):
        await world.says("小邓", f"绑定 {await code_for(world)}", group=NEW)
    greeting, again = world.new(NEW)
    assert "各位邻居好" in greeting.text
    assert "本来就是" in again.text


async def test_only_an_admin_moves_a_bound_group(world: World) -> None:
    code = await code_for(world, "4栋")
    await world.says("李姐", f"绑定 {code}", group="3栋群")
    world.hears("3栋群", "已经是锦绣小区3栋", "管理员")
    assert await bound_to(world, "3栋群") == "3"
    await world.says("陈书记", f"绑定 {code}", group="3栋群")
    assert await bound_to(world, "3栋群") == "4"


async def test_a_moved_group_that_was_greeted_only_hears_where_it_belongs_now(world: World) -> None:
    await world.says("小邓", f"绑定 {await code_for(world)}", group=NEW)
    world.forget()
    await world.says("陈书记", f"绑定 {await code_for(world, '4栋')}", group=NEW)
    world.hears(NEW, "现在起是锦绣小区4栋的群")


async def test_what_is_said_right_after_binding_is_heard_in_the_same_transaction(world: World) -> None:
    code = await code_for(world)
    world.forget()
    bind = world.message("小邓", f"绑定 {code}", group=NEW)
    report = world.message("李姐", "2单元电梯坏了，按了没反应，麻烦来修", group=NEW)
    await world.receiver._together([bind, report])
    async with world.sessions() as session:
        (ticket,) = await session.scalars(sa.select(Ticket))
    assert ticket.chat == NEW


async def test_a_channel_that_hears_only_mentions_says_so(world: World) -> None:
    code = await code_for(world)
    world.receiver.reach = {CHANNEL: Reach(hears_all=False, one_to_one=True)}
    await world.says("小邓", f"绑定 {code}", group=NEW, to_bot=True)
    world.hears(NEW, "在群里@红管家说一声")


async def test_on_joining_it_asks_an_admin_for_the_code_once_a_day(world: World) -> None:
    for _ in range(3):
        await world.happens(Happening.JOINED, NEW)
    world.hears(NEW, "请社区管理员", "绑定码")
    world.now += timedelta(days=1, minutes=1)
    await world.happens(Happening.JOINED, NEW)
    world.hears(NEW, "绑定码")


async def test_on_joining_a_bound_group_it_is_silent(world: World) -> None:
    await world.happens(Happening.JOINED, "3栋群")
    world.silent("3栋群")


async def test_removal_is_told_to_those_who_answer_for_the_place_once(world: World) -> None:
    await world.happens(Happening.REMOVED, "3栋群")
    await world.happens(Happening.REMOVED, "3栋群")
    await world.wait(timedelta(minutes=1))
    world.hears("陈书记", "锦绣小区3栋", "重新拉进群", "绑定码")
    world.silent("王芳", "3栋群")


async def test_a_loss_that_shows_in_sending_is_told_as_well(world: World) -> None:
    world.channel.failures.append(SendError("kicked", permanent=True, gone=True))
    await world.says("王芳", "今天谁值班")
    await world.wait(timedelta(minutes=1))
    async with world.sessions() as session:
        lost = [group.chat for group in await chats.lost(session)]
    assert lost == ["3栋群"]
    world.hears("陈书记", "重新拉进群")


async def test_back_in_a_lost_group_it_goes_on(world: World) -> None:
    await world.happens(Happening.REMOVED, "3栋群")
    world.now += timedelta(minutes=1)
    await world.happens(Happening.JOINED, "3栋群")
    world.hears("3栋群", "我回来了")
    async with world.sessions() as session:
        assert await chats.lost(session) == []


async def test_a_group_in_which_somebody_is_heard_is_not_lost(world: World) -> None:
    await world.happens(Happening.REMOVED, "3栋群")
    world.now += timedelta(minutes=1)
    await world.says("李姐", "早上好")
    async with world.sessions() as session:
        assert await chats.lost(session) == []


async def test_a_moved_group_takes_along_what_waits_for_it(world: World) -> None:
    await world.receiver.receive(world.message("王芳", "今天谁值班"))
    await world.happens(Happening.MOVED, "3栋群", "搬了家的群")
    assert len(world.new("搬了家的群")) == 1
    world.silent("3栋群")
    assert await bound_to(world, "搬了家的群") == "3"
    assert await bound_to(world, "3栋群") is None


async def test_a_report_right_after_the_move_is_not_lost(world: World) -> None:
    moved = replace(world.message("陈书记", "", group="3栋群"), happening=Happening.MOVED, about="搬了家的群")
    report = world.message("李姐", "2单元电梯坏了，按了没反应，麻烦来修", group="搬了家的群")
    await world.receiver._together([moved, report])
    async with world.sessions() as session:
        (ticket,) = await session.scalars(sa.select(Ticket))
        scope = ticket.scope_id
        (group,) = await session.scalars(sa.select(GroupChat).where(GroupChat.chat == "搬了家的群"))
    assert group.place_id == scope


async def test_a_move_told_twice_and_to_an_address_that_is_bound_already(world: World) -> None:
    await world.happens(Happening.MOVED, "3栋群", "搬了家的群")
    await world.happens(Happening.MOVED, "3栋群", "搬了家的群")
    await world.happens(Happening.MOVED, "4栋群", "搬了家的群")
    assert await bound_to(world, "搬了家的群") == "3"
    assert await bound_to(world, "4栋群") is None


async def test_nobody_becomes_a_member_by_binding(world: World) -> None:
    code = await code_for(world)
    async with world.sessions() as session:
        before = await session.scalar(sa.select(sa.func.count()).select_from(Member))
    await world.says("路人", f"绑定 {code}", group=NEW)
    async with world.sessions() as session:
        after = await session.scalar(sa.select(sa.func.count()).select_from(Member))
        greeting = (await session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()))).first()
    assert before == after
    assert greeting is not None
    assert greeting.member_id is None
