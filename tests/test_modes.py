"""How somebody is found: one after another, all at once, out of the pool, or the property company."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.members import RoleGrant
from storage.policies import Policy
from storage.steps import Mode
from storage.tickets import Ticket
from storage.types import Category, Role, TicketAction, Urgency
from tests.test_choices import BIN, LAMP, SMOKE, events
from tests.test_skills import on_duty_too
from tests.world import World

MINUTES_11 = timedelta(minutes=11)
FLOOD = "报修 2单元水管爆了，水一直往外喷"


async def rule(world: World, words: str) -> None:
    """陈书记 settles it."""
    await world.says("陈书记", f"派单规则 {words}", alone=True)
    world.hears("陈书记", "定下了")


async def rows(world: World) -> list[tuple[Category | None, Urgency | None, Mode | None]]:
    async with world.sessions() as session:
        return [(r.category, r.urgency, r.mode) for r in await session.scalars(sa.select(Policy).order_by(Policy.key))]


async def asked_first(world: World) -> tuple[str, str]:
    """Who of the two on duty was asked, and who was not."""
    heard = {name: [w.text for w in world.new(name)] for name in ("王芳", "赵强")}
    (first,) = [name for name, texts in heard.items() if texts]
    return first, "赵强" if first == "王芳" else "王芳"


async def test_where_it_is_settled_so_one_after_another_is_asked(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    await world.wait(MINUTES_11)
    world.hears(second, "照明")
    world.silent(first, "周网格")
    assert await events(world, TicketAction.NO_ANSWER) == [first]
    await world.wait(timedelta(hours=1.5))
    world.silent(first, second, "周网格")  # both were asked, and have until it goes up
    await world.wait(timedelta(hours=1.5))
    for who in (first, second):
        world.hears(who, "能去吗")
    await world.wait(timedelta(hours=1))
    world.hears("周网格", "还没接")
    assert await events(world, TicketAction.NO_ANSWER) == [first, second]


async def test_who_lets_his_time_pass_may_still_accept(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    await world.wait(MINUTES_11)
    world.forget()
    await world.says(first, "接单 1", alone=True)
    world.hears(first, "归您了")
    world.hears(second, f"{first}已经接了")
    await world.wait(timedelta(hours=1))
    world.silent(second, "周网格")


async def test_only_who_was_asked_hears_that_somebody_has_it(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    await world.says(first, "接单 1", alone=True)
    world.forget()
    await world.wait(timedelta(hours=1))
    world.silent(second)


async def test_a_refusal_asks_the_next_one_at_once(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    await world.presses(first, "去不了")
    world.hears(first, "另叫人")
    world.hears(second, "照明")
    await world.says(second, "去不了 1", alone=True)
    world.hears("周网格", "照明")
    world.forget()
    await world.wait(MINUTES_11)
    world.silent(first, "王芳" if first == "赵强" else "赵强")
    assert await events(world, TicketAction.NO_ANSWER) == []


async def test_when_who_is_asked_has_gone_the_next_one_is_asked_at_once(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    for words in ("删除我的数据", "确认删除"):
        await world.says(first, words, alone=True)
    await world.wait(timedelta(minutes=1))
    world.hears(second, "照明")


async def test_after_an_outage_it_goes_up_without_asking_the_next_one(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    _, second = await asked_first(world)
    world.now += timedelta(hours=5)
    await world.clock.ring()
    await world.send_all()
    assert world.new("周网格")
    world.silent(second)


async def test_urging_reminds_who_is_asked_and_nobody_else(world: World) -> None:
    await rule(world, "3栋 照明 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    await world.wait(MINUTES_11)
    first = (await events(world, TicketAction.NO_ANSWER))[0]
    world.forget()
    await world.wait(timedelta(minutes=12))
    await world.says("李姐", "催办 1", alone=True)
    world.silent(first)


async def test_a_burst_is_spread_over_those_on_duty(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    for what in ("灯坏了", "扶手松了", "门坏了", "地砖裂了"):
        await world.says("李姐", f"报修 2单元{what}", alone=True)
    assert [len(world.new(name)) for name in ("王芳", "赵强")] == [2, 2]


async def test_who_let_one_pass_is_not_the_first_the_next_time(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    await world.wait(2 * MINUTES_11)
    await world.says(second, "办结 1", alone=True)
    world.forget()
    await world.says("冉幺妹", BIN)
    world.silent(second)
    assert world.new(first)  # who accepted one has had his turn later


async def test_what_is_urgent_is_called_out_to_all(world: World) -> None:
    await on_duty_too(world, "赵强")
    await world.says("李姐", FLOOD)
    for who in ("王芳", "赵强"):
        world.hears(who, "加急")


async def test_the_most_particular_rule_holds(world: World) -> None:
    await on_duty_too(world, "赵强")
    for words in ("石龙社区 一起叫", "锦绣小区 照明 需求清单", "3栋 轮流", "3栋 照明 一起叫"):
        await rule(world, words)
    await world.says("李姐", LAMP)
    for who in ("王芳", "赵强"):
        world.hears(who, "照明")
    world.forget()
    await world.says("冉幺妹", BIN)
    await asked_first(world)


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ("3栋 水管 轮流", (Category.WATER, None, Mode.IN_TURN)),
        ("3栋的水管轮流", (Category.WATER, None, Mode.IN_TURN)),
        ("公区照明 物业", (Category.LIGHTING, None, Mode.PROPERTY)),
        ("第一网格 一般 需求清单", (None, Urgency.NORMAL, Mode.POOL)),
        ("锦绣小区 电梯 加急 一起叫", (Category.ELEVATOR, Urgency.URGENT, Mode.ALL)),
        ("一起叫", (None, None, Mode.ALL)),
    ],
)
async def test_a_rule_is_said_in_a_few_words(
    world: World, words: str, row: tuple[Category | None, Urgency | None, Mode]
) -> None:
    await rule(world, words)
    await rule(world, words)
    assert await rows(world) == [row]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("3栋 水晶 轮流", "不认得“水晶”"),
        ("9栋 水管 轮流", "9栋"),
        ("3栋 水管 随便", "没看出"),
        ("3栋 水管", "没看出"),
        ("3栋 水管 电梯 轮流", "不认得“电梯”"),
        ("3栋 紧急 轮流", "紧急的事不能另定"),
        ("老城街道 轮流", "不归您管"),
    ],
)
async def test_what_has_no_name_here_is_refused_and_nothing_is_kept(world: World, words: str, answer: str) -> None:
    await world.says("陈书记", f"派单规则 {words}", alone=True)
    world.hears("陈书记", answer)
    assert await rows(world) == []


async def test_only_who_answers_for_the_place_settles_it(world: World) -> None:
    await world.says("王芳", "派单规则 3栋 轮流", alone=True)
    world.hears("王芳", "管理员")
    assert await rows(world) == []


async def test_the_rules_are_listed_with_where_they_come_from(world: World) -> None:
    await world.says("陈书记", "派单规则", alone=True)
    world.hears("陈书记", "没有另定的")
    for words in ("石龙社区 一起叫", "锦绣小区 水管 物业", "3栋 水管 轮流", "4栋 电梯 需求清单"):
        await rule(world, words)
    await world.says("陈书记", "派单规则", alone=True)
    world.hears("陈书记", "石龙社区：值班的一起叫", "锦绣小区 供水：派给物业", "锦绣小区4栋 电梯：放进需求清单")
    await world.says("陈书记", "派单规则 3栋", alone=True)
    text = world.hears("陈书记", "锦绣小区3栋 供水：轮流叫", "石龙社区：值班的一起叫")
    assert "物业" not in text
    assert "4栋" not in text
    await rule(world, "3栋 水管 照旧")
    await world.says("陈书记", "派单规则 3栋", alone=True)
    world.hears("陈书记", "锦绣小区 供水：派给物业")


async def test_a_rule_made_later_leaves_running_tickets_alone(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    _, second = await asked_first(world)
    await rule(world, "石龙社区 一起叫")
    world.silent(second)
    await world.wait(MINUTES_11)
    world.hears(second, "照明")


async def test_what_goes_into_the_pool_calls_nobody_and_is_claimed(world: World) -> None:
    await rule(world, "3栋 卫生 需求清单")
    await world.says("冉幺妹", BIN)
    world.hears("3栋群", "需求清单", "认领 1")
    world.silent("王芳", "周网格", "陈书记")
    await world.says("赵强", "需求清单", alone=True)
    world.hears("赵强", "1 号", "卫生")
    await world.presses("赵强", "认领 1")
    world.hears("赵强", "归您了")
    await world.says("王芳", "需求清单", alone=True)
    world.hears("王芳", "空的")


async def test_what_nobody_claims_goes_up(world: World) -> None:
    await rule(world, "3栋 卫生 需求清单")
    await world.says("冉幺妹", BIN)
    world.forget()
    await world.wait(timedelta(hours=4, minutes=5))
    world.hears("周网格", "卫生")
    world.silent("王芳")


async def test_what_is_given_back_goes_back_into_the_pool(world: World) -> None:
    await rule(world, "3栋 卫生 需求清单")
    await world.says("冉幺妹", BIN)
    await world.says("王芳", "认领 1", alone=True)
    world.forget()
    await world.says("王芳", "退单 1 去不了", alone=True)
    world.silent("赵强", "周网格")
    await world.says("赵强", "需求清单", alone=True)
    world.hears("赵强", "1 号")


async def test_the_pool_is_near_first_then_by_skill(world: World) -> None:
    await rule(world, "石龙社区 需求清单")
    await world.says("小邓", "报修 1单元的灯坏了", alone=True)
    await world.says("李姐", LAMP)
    await world.says("冉幺妹", BIN)
    await world.says("周网格", "我会 调解", alone=True)
    world.forget()
    await world.says("周网格", "需求清单", alone=True)
    text = world.hears("周网格", "1 号", "2 号", "3 号", "最好会电工")
    assert text.index("3 号") < text.index("2 号") < text.index("1 号")


async def test_what_is_private_is_not_in_a_groups_pool(world: World) -> None:
    await rule(world, "石龙社区 需求清单")
    await world.says("李姐", LAMP, alone=True)
    world.hears("李姐", "需求清单")
    await world.says("王芳", "需求清单")
    world.hears("3栋群", "空的")


async def test_two_claim_at_once_and_one_has_it(world: World) -> None:
    await rule(world, "3栋 卫生 需求清单")
    await world.says("冉幺妹", BIN)
    both = [world.message(name, "认领 1", alone=True) for name in ("王芳", "赵强")]
    await asyncio.gather(*map(world.receiver.receive, both))
    assert len(await events(world, TicketAction.ACCEPT)) == 1


async def test_two_clocks_ask_the_next_one_once(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    world.now += MINUTES_11
    await asyncio.gather(world.clock.ring(), world.clock.ring())
    await world.send_all()
    world.hears(second, "照明")
    assert await events(world, TicketAction.NO_ANSWER) == [first]


async def test_accepting_while_the_next_one_is_asked_leaves_one_holder(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, _ = await asked_first(world)
    world.now += MINUTES_11
    accepting = world.receiver.receive(world.message(first, "接单 1", alone=True))
    await asyncio.gather(world.clock.ring(), accepting)
    async with world.sessions() as session:
        ticket = await session.get_one(Ticket, 1)
        assert ticket.assignee_id is not None
        assert ticket.asking_id is None


async def test_the_property_company_is_called_first_and_then_the_others(world: World) -> None:
    await rule(world, "锦绣小区 公区照明 物业")
    await world.says("李姐", LAMP)
    world.hears("钱物业", "照明")
    world.silent("王芳")
    await world.says("陈书记", "为什么派给他 1", alone=True)
    world.hears("陈书记", "按派单规则给物业", "钱物业")
    await world.says("钱物业", "去不了 1", alone=True)
    assert world.new("王芳")


async def test_while_the_property_company_has_it_nobody_else_is_reminded(world: World) -> None:
    await rule(world, "锦绣小区 公区照明 物业")
    await world.says("李姐", LAMP)
    await world.wait(timedelta(hours=3))
    world.silent("王芳", "赵强")


async def test_what_is_urgent_is_called_once_more_before_it_goes_up(world: World) -> None:
    await rule(world, "石龙社区 一起叫")
    await world.says("李姐", FLOOD)
    world.forget()
    await world.wait(timedelta(minutes=20))
    world.hears("王芳", "能去吗")
    world.silent("周网格")


async def test_where_there_is_no_property_company_it_is_said(world: World) -> None:
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(RoleGrant).where(RoleGrant.role == Role.PROPERTY))
    await world.says("陈书记", "派单规则 锦绣小区 公区照明 物业", alone=True)
    world.hears("陈书记", "还没有物业的人")
    await world.says("李姐", LAMP)
    world.hears("王芳", "照明")
    await world.says("陈书记", "为什么派给他 1", alone=True)
    world.hears("陈书记", "没有登记物业的人")


async def test_an_emergency_is_nobodys_turn(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", SMOKE)
    for who in ("王芳", "赵强", "周网格", "陈书记"):
        assert world.new(who), who
