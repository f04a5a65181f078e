"""Who has read a notice and from which door: he is asked once and alone, and what he answered before is his door's then."""

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from handlers.rules.broadcasts import NoticeRules
from storage import privacy
from storage.desks import NoticeDesk
from storage.identities import Identity
from storage.members import Member
from storage.types import MemberId
from tests.noticing import GROUPS, HOUR, asks, ring
from tests.readbacks import TEXT, answers, doors, goes_out, moves_in
from tests.test_reminding import DAY, a_day_later
from tests.world import ACCOUNT, CHANNEL, World

ASKED = "不知道您是哪一户"


async def comes(world: World, name: str) -> None:
    """Somebody whose nickname says nothing of his door can be written to alone."""
    async with world.sessions.begin() as session:
        member = Member(name=name, created_at=world.now)
        session.add(member)
        await session.flush()
        way, line = f"alone:{name}", (CHANNEL, ACCOUNT, name)
        session.add(_identity(line, member.id, way, world.now))


def _identity(line: tuple[str, str, str], member: MemberId, way: str, now: datetime) -> Identity:
    channel, account, sender = line
    return Identity(channel=channel, account=account, sender=sender, member_id=member, one_to_one=way, seen_at=now)


async def test_whose_door_nobody_knows_is_asked_once_and_alone(world: World) -> None:
    await comes(world, "小马")
    await goes_out(world)
    await world.says("小马", "收到")
    assert ASKED in world.hears("小马")
    world.now += HOUR
    await goes_out(world, TEXT.replace("停水", "停电"))
    await world.says("小马", "收到")
    await world.wait(HOUR)
    world.silent("小马", *GROUPS)
    assert await doors(world) == [None, None]


async def test_his_answer_is_counted_for_his_door_in_every_notice(world: World) -> None:
    await comes(world, "小马")
    await goes_out(world)
    await world.says("小马", "收到")
    world.now += HOUR
    await goes_out(world, TEXT.replace("停水", "停电"))
    await world.says("小马", "收到")
    assert await doors(world) == [None, None]
    await world.says("小马", "我是 3-2-1105", alone=True)
    assert await doors(world) == ["1105", "1105"]
    assert "1 户回了" in await asks(world, "陈书记", "回执 1")


async def test_where_his_family_has_answered_his_door_counts_once(world: World) -> None:
    await comes(world, "小马")
    await goes_out(world)
    await world.says("小马", "收到")
    await world.says("李姐", "收到")  # 2-1203
    await world.says("小马", "我是 3-2-1203", alone=True)
    (row,) = await answers(world)
    assert row.room == "1203"


async def test_who_cannot_be_written_to_alone_is_not_asked_in_the_group(world: World) -> None:
    await goes_out(world)
    await world.says("小马", "收到")
    await world.wait(HOUR)
    world.silent(*GROUPS)


@pytest.mark.parametrize("person", ["李姐", "王芳"])
async def test_whose_door_is_known_or_who_holds_an_office_is_not_asked(world: World, person: str) -> None:
    await goes_out(world)
    await world.says(person, "收到")
    await world.wait(HOUR)
    world.silent(person, *GROUPS)


async def test_many_are_reminded_some_at_a_time_and_each_door_once(world: World) -> None:
    world.house = replace(world.house, notices=NoticeRules(reminded_at_once=2))
    world.receiver.house = world.clock.house = world.house
    await moves_in(world, 孙姐="2-1203", 老孙="2-1203", 何叔="1-101", 吴婶="1-102", 钱婆="1-201", 周伯="1-202")
    await goes_out(world)
    await a_day_later(world)
    await ring(world)
    heard = {name: len(world.new(name)) for name in ("孙姐", "老孙", "何叔", "吴婶", "钱婆", "周伯")}
    assert heard["孙姐"] + heard["老孙"] == 1
    assert [heard[name] for name in ("何叔", "吴婶", "钱婆", "周伯")] == [1, 1, 1, 1]
    await world.wait(2 * DAY)
    world.silent(*heard)


async def test_a_notice_that_comes_again_counts_in_every_round(world: World) -> None:
    await moves_in(world, "1-101", "1-102")
    await goes_out(world, TEXT.replace("通知 3栋", "通知 每天10点 3栋"))
    for _ in range(2):
        await world.wait(DAY)
        await world.says("老夏", "收到")  # 1-101
    said = await asks(world, "陈书记", "宣传统计")
    assert "发了 2 次" in said
    assert "户次回了" in said


async def test_an_unfinished_notice_is_among_what_is_kept_of_its_author(world: World) -> None:
    await asks(world, "陈书记", "写通知")
    async with world.sessions() as session:
        (author,) = await session.scalars(sa.select(NoticeDesk.member_id))
        assert (await privacy.kept_of(session, author)).writing
    await asks(world, "陈书记", "取消")
    async with world.sessions() as session:
        assert not (await privacy.kept_of(session, author)).writing
    assert "没写完的通知" not in await asks(world, "陈书记", "我的数据")
