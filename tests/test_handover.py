"""What is open passes into the eyes of the next one when the shift changes."""

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from handlers.duty.rota import rotas
from handlers.moment import Moment
from handlers.rules.duty import DAY
from storage.changing import places_between
from storage.tickets import Ticket
from storage.types import TicketStatus
from tests.nights import nights
from tests.world import SHANGHAI, World

HOUR = timedelta(hours=1)
LIFT = "3栋2单元电梯停在5楼不动了，麻烦来修一下"


async def test_open_tickets_are_listed_to_the_next_one_with_who_has_them(world: World) -> None:
    await nights(world)
    await world.says("李姐", LIFT)
    await world.says("冉幺妹", "3栋3单元一楼的灯坏了，晚上太黑了")
    await world.says("赵强", "接单 2", alone=True)
    await world.wait(10 * HOUR + timedelta(minutes=59))
    world.forget()
    await world.wait(timedelta(minutes=1))
    text = "\n".join(words.text for words in world.new("王芳"))
    assert "您的班开始了：锦绣小区3栋，到明天 8:00。手上还开着的 2 件，1 件等人接单：" in text
    assert "！1 号（3栋2单元5楼电梯） 等人接单" in text
    assert "2 号（3栋3单元1楼照明） 赵强在办" in text
    world.silent("3栋群")
    await world.wait(4 * HOUR)
    assert not [words for words in world.new("王芳") if "您的班开始了" in words.text]
    async with world.sessions() as session:
        light = await session.scalar(sa.select(Ticket).where(Ticket.number == 2))
    assert light is not None
    assert light.status is TicketStatus.ACCEPTED  # who goes off duty keeps what he has accepted


async def test_who_has_no_office_there_is_told_how_many_and_not_what(world: World) -> None:
    await world.says("陈书记", "排班 3栋 小邓 每天 10:00-12:00", alone=True)
    await world.says("李姐", LIFT)
    world.forget()
    await world.wait(HOUR)
    assert "电梯" not in world.hears("小邓", "您的班开始了", "1 件等人接单")


async def test_a_long_list_is_cut(world: World) -> None:
    await world.says("陈书记", "排班 3栋 赵强 每天 11:00-12:00", alone=True)
    for room in range(301, 313):
        await world.says("李姐", f"报修 3栋1单元{room} 家里水管漏水了", alone=True)
    await world.wait(2 * HOUR)
    told = next(words.text for words in world.new("赵强") if "您的班开始了" in words.text)
    assert "还有 4 件，发“待办”看。" in told


async def test_a_stand_in_is_told_and_not_the_one_he_stands_in_for(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 今天 赵强", alone=True)
    await world.presses("赵强", "同意")
    world.forget()
    await world.wait(12 * HOUR)
    assert any("您的班开始了：锦绣小区3栋" in words.text for words in world.new("赵强"))
    world.silent("王芳")


async def test_nobody_is_told_of_a_turn_that_his_leave_empties(world: World) -> None:
    await nights(world)
    await world.says("王芳", "请假 今天", alone=True)
    world.forget()
    await world.wait(12 * HOUR)
    world.silent("王芳", "赵强")


@pytest.mark.parametrize("seed", range(3))
async def test_every_place_at_which_a_turn_begins_is_looked_at(world: World, seed: int) -> None:
    lot = Random(seed)  # noqa: S311 -- no secret
    who = ("王芳", "赵强", "周网格", "钱物业", "陈书记")
    for name in who:
        await world.says("陈书记", f"任命 {name} 红管家 锦绣小区", alone=True)
    for _ in range(12):
        where, one, other = lot.choice(("3栋", "4栋", "锦绣小区", "第一网格")), lot.choice(who), lot.choice(who)
        hour, day = lot.randint(0, 23), lot.choice(("今天", "明天", "后天"))
        await world.says("陈书记", lot.choice((
            f"排班 {where} {one} 每天 {hour}:30-{(hour + 9) % 24}:00", f"轮班 {where} 每8小时 {hour}:00起 {one}、{other}",
            f"轮班 {where} 每周二{hour}点 {one}、{other}", f"请假 {one} {day}", f"顶班 {day} {one} {other}",
            f"临时值班 {day} {where}：{one} 8:00-{max(hour, 9)}:00", f"撤班 {where} {one}",
        )), alone=True)  # fmt: skip
    async with world.sessions() as session:
        for hours in range(96):
            now = world.now + hours * HOUR / 2
            moment = Moment(session=session, now=now, house=world.house, reach=world.reach)
            looked_at = await places_between(session, now - 2 * HOUR, now, SHANGHAI)
            for place, rota in (await rotas(moment, None, now - DAY, now + DAY)).items():
                begun = [t for t in rota.between(now - 2 * HOUR, now, SHANGHAI) if now - 2 * HOUR < t.starts <= now]
                assert not begun or place in looked_at
