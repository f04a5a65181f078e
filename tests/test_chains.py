"""Whoever has a ticket and is silent, what will soon be late and what is: each word once, to one person, at a decent hour."""

import asyncio
import logging
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from handlers.clocks.auditing import wind_stopped
from handlers.clocks.escalations import escalate_waiting
from handlers.clocks.recounting import recount
from handlers.clocks.winding import plan_of, replan, state_of
from handlers.clocks.years import tell_unknown_year
from handlers.moment import Moment
from handlers.rules.plans import Plan
from handlers.rules.steps import next_step
from storage import members
from storage.duty import DutyShift
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.steps import StepKind
from storage.tickets import Ticket, TicketEvent
from storage.types import Category, PlaceId, PlaceKind, Role, TicketAction, TicketStatus, Urgency
from tests.test_escalations import LAMP, SMOKE, later
from tests.wandering import Wanderers
from tests.world import ACCOUNT, CHANNEL, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CLOCKS = (escalate_waiting, wind_stopped, recount, tell_unknown_year)


@pytest.fixture(autouse=True)
def _clocks_of_tickets_alone(world: World) -> None:
    """Nothing else that happens by itself is heard here."""
    world.clock.ticks = CLOCKS


async def ring(world: World, after: timedelta = timedelta(0)) -> None:
    world.now += after
    await world.clock.ring()
    await world.send_all()


async def tickets_of(world: World) -> list[Ticket]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(Ticket).order_by(Ticket.id)))


async def appoint(world: World, name: str, role: Role, where: str) -> None:
    async with world.sessions.begin() as session:
        member = (await session.scalars(sa.select(Member.id).where(Member.name == name))).one()
        place = (await session.scalars(sa.select(Place.id).where(Place.name == where))).one()
        await members.grant(session, member, place, role)


async def many(world: World, number: int, *, start: int = 1000) -> None:
    """So many tickets of building 3 that were called out just now, a minute apart."""
    async with world.sessions.begin() as session:
        place = (
            await session.scalars(sa.select(Place).where(Place.name == "3", Place.kind == PlaceKind.BUILDING))
        ).one()
        community = PlaceId(place.above_ids[2])
        moment = Moment(session=session, now=world.now, house=world.house, reach=world.reach)
        for count in range(number):
            since = world.now - timedelta(minutes=count)
            ticket = Ticket(
                community_id=community, number=start + count, scope_id=place.id, place_id=place.id,
                category=Category.LIGHTING, urgency=Urgency.NORMAL, opened_at=since, waiting_since=since, called_at=since,
                channel=CHANNEL, account=ACCOUNT, chat="3栋群", in_group=True, status=TicketStatus.DISPATCHED,
                plan=Plan.by(world.house.escalation).kept(),
            )  # fmt: skip
            session.add(ticket)
            await session.flush()
            await replan(moment, ticket)


async def test_who_accepts_and_is_silent_is_asked_kindly_then_the_others_then_the_community(world: World) -> None:
    """ES58."""
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await later(world, 2 * DAY, rings=10)
    assert "怎么样" in world.hears("王芳", "1 号", "退单 1")
    world.silent("李姐", "3栋群", "周网格", "陈书记")
    await later(world, 2 * DAY, rings=10)
    fresh = [words.text for words in world.new("王芳")]
    assert [text for text in fresh if "先请别人去办了" in text]
    world.hears("周网格", "照明")
    world.silent("3栋群", "陈书记")
    assert not [text for text in fresh if "怎么样" in text]


async def test_whoever_says_how_it_goes_is_left_in_peace(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "进展 1 配件明天到", alone=True)
    world.forget()
    await later(world, 3 * DAY, rings=10)
    world.silent("王芳", "周网格", "陈书记", "3栋群")


async def test_the_holder_is_warned_once_before_it_is_late_and_the_community_told_once_when_it_is(world: World) -> None:
    """ES70, ES72."""
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "进展 1 在修", alone=True)
    world.forget()
    await later(world, 4 * DAY, rings=20)
    world.hears("王芳", "提醒", "5月16日 09:00 前")
    await later(world, 2 * DAY, rings=20)
    world.hears("陈书记", "过了时限", "王芳在办")
    world.silent("王芳", "3栋群")
    await later(world, 3 * DAY, rings=20)
    world.silent("陈书记")  # the Monday after that is too near
    await later(world, 7 * DAY, rings=40)
    world.hears("陈书记", "还没办完")


async def test_whoever_coordinates_and_has_it_himself_is_told_once(world: World) -> None:
    """ES72."""
    await world.says("李姐", LAMP)
    await world.says("陈书记", "接单 1", alone=True)
    await world.says("陈书记", "进展 1 在修", alone=True)
    await later(world, 4.5 * DAY, rings=20)
    world.forget()
    await later(world, DAY, rings=20)
    world.hears("陈书记", "过了时限", "陈书记在办")


async def test_without_a_holder_those_who_were_called_are_warned(world: World) -> None:
    """ES70."""
    await world.says("李姐", LAMP)
    await later(world, 3 * DAY, rings=20)
    world.forget()
    await later(world, DAY, rings=20)
    for who in ("王芳", "周网格", "陈书记"):
        assert [words for words in world.new(who) if "提醒一下" in words.text]
    world.silent("3栋群", "李姐")


async def test_what_is_new_waits_for_nothing_that_is_old(world: World) -> None:
    """ES6."""
    await many(world, 300)
    world.now += 6 * HOUR
    world.forget()
    await world.says("小邓", SMOKE, group="4栋群")
    assert "紧急" in world.new("陈书记")[-1].text


async def test_nobody_is_warned_of_what_is_late_already(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "进展 1 在修", alone=True)
    world.forget()
    await ring(world, 9 * DAY)
    world.silent("王芳")
    world.hears("陈书记", "过了时限")


async def test_the_supervisor_is_told_at_the_last_step(world: World) -> None:
    await appoint(world, "钱物业", Role.SUPERVISOR, "石龙社区")
    await world.says("李姐", LAMP)
    world.forget()
    await later(world, 11 * HOUR, rings=20)
    world.silent("钱物业")
    await later(world, 13 * HOUR, rings=20)
    world.hears("钱物业", "最后一级")
    await later(world, 2 * DAY, rings=20)
    world.silent("钱物业")


async def test_no_chain_speaks_at_night_of_what_can_wait(world: World) -> None:
    world.now += 13.5 * HOUR
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    for _ in range(24 * 10):
        world.now += HOUR
        hour = (world.now.hour + 8) % 24
        await world.clock.ring()
        await world.send_all()
        spoken = [one for who in ("王芳", "周网格", "陈书记", "3栋群") for one in world.new(who)]
        assert not spoken or 7 <= hour < 22


async def test_after_two_days_without_power_everybody_gets_one_message_and_the_group_none(world: World) -> None:
    await appoint(world, "钱物业", Role.SUPERVISOR, "石龙社区")
    await many(world, 200)
    world.forget()
    await ring(world, 2 * DAY)
    for _ in range(3):
        await ring(world)
    assert "200 件" in world.hears("陈书记", "等人接单")
    world.hears("钱物业", "200 件")
    world.silent("王芳", "周网格", "3栋群", "4栋群", "小区群")
    assert {ticket.level for ticket in await tickets_of(world)} == {3}


async def test_what_not_everybody_may_know_of_is_looked_at_singly_after_an_outage(world: World) -> None:
    await many(world, 150)
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Ticket).where(Ticket.number < 1005).values(room="1203"))
        await session.execute(sa.update(Ticket).where(Ticket.number == 1010).values(private=True))
    world.forget()
    await ring(world, 2 * DAY)
    text = world.hears("陈书记", "144 件")
    assert not [number for number in ("1000 号", "1004 号", "1010 号") if number in text]
    assert {ticket.level for ticket in await tickets_of(world)} == {3}
    assert all(ticket.next_at is not None and ticket.next_at > world.now for ticket in await tickets_of(world))
    async with world.sessions() as session:
        climbed = sa.select(sa.func.count()).select_from(TicketEvent).where(TicketEvent.action == TicketAction.ESCALATE)
        assert await session.scalar(climbed) == 150


async def test_a_second_outage_within_the_hour_is_not_summed_up_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await many(world, 20)
    world.forget()
    await ring(world, 6 * HOUR)
    world.hears("周网格", "合在一起说")
    await many(world, 20, start=2000)
    await ring(world, timedelta(minutes=1))
    async with world.sessions.begin() as session:
        back = {"waiting_since": world.now - 9 * HOUR, "next_at": world.now - HOUR}
        await session.execute(sa.update(Ticket).where(Ticket.number >= 2000).values(back))
    await ring(world, timedelta(minutes=1))
    world.silent("3栋群")
    assert len(world.new("周网格")) + len(world.new("陈书记")) <= 2
    assert not [record for record in caplog.records if record.message == "tick_failed"]


async def test_emergencies_come_first_and_are_not_summed_up(world: World) -> None:
    await many(world, 30)
    await world.says("李姐", SMOKE)
    world.forget()
    await ring(world, 2 * DAY)
    heard = [words.text for words in world.new("陈书记")]
    assert len(heard) == 2
    assert "紧急" in heard[0]
    assert "30 件" in heard[1]


async def test_what_falls_due_in_one_moment_is_summed_up_in_the_morning(world: World) -> None:
    world.now += 14 * HOUR
    await many(world, 10)
    await ring(world, 11.8 * HOUR)
    world.forget()
    for _ in range(6):
        await ring(world, timedelta(minutes=10))
    assert len(world.new("周网格")) <= 4


async def test_ringing_twice_or_two_clocks_at_once_say_nothing_twice(world: World) -> None:
    await many(world, 3)
    world.forget()
    world.now += 4 * HOUR
    await asyncio.gather(world.clock.ring(), world.clock.ring(), return_exceptions=True)
    await ring(world)
    assert len(world.new("周网格")) == 3
    await ring(world)
    world.silent("周网格", "王芳", "陈书记")


async def test_a_clock_that_stopped_is_wound_and_reported(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """ES60."""
    await many(world, 3)
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Ticket).values(next_at=None, next_step=None))
    world.forget()
    await ring(world, timedelta(minutes=5))
    world.hears("陈书记", "3 张工单的钟停过", "1000")
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == ["clock_wound"] * 3
    assert {ticket.next_step for ticket in await tickets_of(world)} == {StepKind.CLIMB}
    await ring(world, timedelta(minutes=5))
    world.silent("陈书记")


async def test_one_ticket_that_cannot_be_dealt_with_stands_in_nobodys_way(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await many(world, 5)
    async with world.sessions.begin() as session:
        broken = sa.update(Ticket).where(Ticket.number == 1002).values(plan={"limits": {}})
        await session.execute(broken)
    world.now += 5 * HOUR
    for _ in range(20):
        await ring(world, timedelta(seconds=15))
    assert {ticket.number for ticket in await tickets_of(world) if not ticket.level} == {1002}
    assert "tick_failed" in {record.message for record in caplog.records}


@pytest.mark.parametrize("seed", range(3))
async def test_at_every_moment_each_open_ticket_has_exactly_one_next_step(world: World, seed: int) -> None:
    wanderers = Wanderers(world, Random(100 + seed))  # noqa: S311 -- no secret
    for _ in range(40):
        await wanderers.wander(1)
        for ticket in await tickets_of(world):
            policy = world.house.escalation
            moment: Moment = world.clock  # type: ignore[assignment]  # only its house is asked for
            wanted = next_step(plan_of(moment, ticket), state_of(ticket), policy.quiet, policy.zone)
            found = (ticket.next_step, ticket.next_at)
            assert found == ((wanted.kind, wanted.due_at) if wanted else (None, None))
            assert (wanted is None) == (ticket.closed_at is not None)
            assert ticket.assignee_id is None or ticket.accepted_at or ticket.closed_at


async def test_what_an_outage_left_is_explained_and_goes_past_who_was_silent_or_cannot_do_it(world: World) -> None:
    await world.says("陈书记", "任命 赵强 网格员 第一网格", alone=True)
    await world.says("陈书记", "技能 赵强 电工", alone=True)
    await world.says("李姐", LAMP)
    world.forget()
    await many(world, 150)
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Ticket).where(Ticket.number == 1).values(room=None))
    await ring(world, 5 * HOUR)
    world.hears("赵强", "等人接单的 151 件")
    world.silent("周网格")  # 照明要电工
    async with world.sessions() as session:
        query = sa.select(TicketEvent.member_id).where(TicketEvent.action == TicketAction.NO_ANSWER)
        silent = (await session.scalars(query)).all()
        asked = (await session.scalars(sa.select(Member.id).where(Member.name == "王芳"))).one()
    assert silent == [asked]
    await world.says("周网格", "为什么派给他 1", alone=True)
    world.hears("周网格", "赵强")
    await world.says("陈书记", "谁被叫了 1001", alone=True)
    world.hears("陈书记", "赵强")


async def test_after_an_outage_where_nobody_answers_at_all_the_clocks_go_on(world: World) -> None:
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(RoleGrant))
        await session.execute(sa.delete(DutyShift))
    await many(world, 120)
    await ring(world, 2 * DAY)
    assert not world.clock.failed
    assert {ticket.level for ticket in await tickets_of(world)} == {3}
