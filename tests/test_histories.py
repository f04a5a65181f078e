"""Random histories of everything that moves a ticket: one next step, one holder who may hold it, and nothing orphaned."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Final

import pytest
import sqlalchemy as sa

from handlers.clocks.winding import plan_of, state_of
from handlers.duty.rota import on_duty_at
from handlers.moment import Moment
from handlers.rules.roles import may
from handlers.rules.steps import next_step
from storage import members, places
from storage.handoffs import Handoff
from storage.places import Place
from storage.tickets import Ticket, TicketEvent
from storage.types import MemberId, PlaceKind, Role, TicketAction, TicketStatus
from tests.wandering import Wanderers
from tests.world import World

WORKERS: Final = ("王芳", "赵强", "周网格", "钱物业", "陈书记")
DEEDS: Final = (
    *("接单", "接单", "去不了", "退单 没空", "转单", "转单 赵强", "转单 王芳", "转单 周网格", "收回", "接手", "不接"),
    *("会办 物业", "会办 牵头物业", "退出会办", "移交 供电局", "回复 明天来", "招募 2人 周六上午9点", "报名", "不去"),
    *("并入 1", "并入 2", "并入 3", "拆开", "办结", "重办", "问 几楼的？", "进展 在办", "撤销", "改紧急 紧急"),
)
UPHEAVALS: Final = (
    *("免去 王芳 红管家 3栋", "任命 王芳 红管家 3栋", "免去 赵强 红管家 3栋", "任命 赵强 红管家 3栋"),
    *("免去 周网格 网格员 第一网格", "任命 周网格 网格员 第一网格", "请假 王芳 明天到后天", "时限 照明 接单 30分钟"),
    *(
        "撤班 3栋 王芳",
        "排班 3栋 王芳 每天 8:00-20:00",
        "顶班 明天 王芳 赵强",
        "派单规则 3栋 照明 一起叫",
        "放假 5月13日",
    ),
)
JUMPS: Final = (-7200, -60, 60, 400, 3600, 15000, 90000, 400000)  #: seconds
GIVING_UP: Final = frozenset({TicketAction.RETURN, TicketAction.TRANSFER, TicketAction.REOPEN})
TAKING: Final = frozenset({TicketAction.TAKE_OVER, TicketAction.TAKE_BACK, TicketAction.HAND_OUT})


class Crowd(Wanderers):
    """The cast at its busiest: hands change, people come and go, and the clock jumps both ways."""

    async def live(self) -> None:
        await self.lot.choice([*[self.act] * 6, *[self.press] * 2, self.report, self.jump, self.jump, self.upset])()

    async def act(self) -> None:
        word, *rest = self.lot.choice(DEEDS).split(" ", 1)
        text = " ".join([word, str(self.lot.randint(1, 5)), *rest])
        await self.world.says(self.lot.choice(WORKERS), text, alone=True)

    async def upset(self) -> None:
        await self.world.says("陈书记", self.lot.choice(UPHEAVALS), alone=True)

    async def jump(self) -> None:
        self.world.now += timedelta(seconds=self.lot.choice(JUMPS))
        await self.world.clock.ring()
        await self.world.send_all()


async def state(world: World) -> tuple[list[Ticket], dict[int, list[TicketEvent]], list[Handoff]]:
    async with world.sessions() as session:
        events: dict[int, list[TicketEvent]] = {}
        for event in await session.scalars(sa.select(TicketEvent).order_by(TicketEvent.id)):
            events.setdefault(event.ticket_id, []).append(event)
        found = list(await session.scalars(sa.select(Ticket).order_by(Ticket.id)))
        return found, events, list(await session.scalars(sa.select(Handoff)))


def assert_one_next_step(world: World, ticket: Ticket) -> None:
    policy = world.house.escalation
    moment: Moment = world.clock  # type: ignore[assignment]  # only its house is asked for
    wanted = next_step(plan_of(moment, ticket), state_of(ticket), policy.quiet, policy.zone)
    assert (ticket.next_step, ticket.next_at) == ((wanted.kind, wanted.due_at) if wanted else (None, None))
    assert (wanted is None) == (ticket.closed_at is not None)


def assert_held_by_one(ticket: Ticket, history: Iterable[TicketEvent]) -> None:
    """Nobody ever accepts what another has; whoever has it by its history is who has it."""
    holder: MemberId | None = None
    for event in history:
        if event.action is TicketAction.ACCEPT:
            assert holder is None, f"{ticket.number}: accepted while {holder} had it"
            holder = event.member_id
        elif event.action in TAKING:
            holder = event.member_id
        elif event.action in GIVING_UP:
            holder = None
    if ticket.status in (TicketStatus.ACCEPTED, TicketStatus.IN_PROGRESS):
        assert ticket.assignee_id == holder
    assert (ticket.assignee_id is None) or ticket.status not in (TicketStatus.REPORTED, TicketStatus.DISPATCHED)


async def assert_in_good_hands(world: World, ticket: Ticket) -> None:
    """Whoever has an open ticket still works there; what a department has may be nobody's, and is chased."""
    if ticket.closed_at is not None or ticket.assignee_id is None:
        return
    async with world.sessions() as session:
        line = await places.above(session, await places.by_id(session, ticket.place_id))
        grants = (await members.grants_of(session, [ticket.assignee_id])).get(ticket.assignee_id, ())
        assert may((g.role for g in grants if g.path in {place.path for place in line}), Role.STEWARD)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_each_ticket_has_one_next_step_and_one_holder(world: World, seed: int) -> None:
    await world.says("陈书记", "部门 供电局 95598", alone=True)
    crowd = Crowd(world, Random(700 + seed))  # noqa: S311 -- no secret
    await crowd.report()
    for _ in range(60):
        await crowd.live()
        found, history, asked = await state(world)
        for ticket in found:
            assert_one_next_step(world, ticket)
            assert_held_by_one(ticket, history[ticket.id])
            await assert_in_good_hands(world, ticket)
        assert len(asked) == len({question.ticket_id for question in asked})
    assert not world.clock.failed


@pytest.mark.parametrize("seed", range(3))
async def test_the_last_override_wins_over_whatever_was_agreed_before(world: World, seed: int) -> None:
    lot = Random(seed)  # noqa: S311 -- no secret
    said = (
        "顶班 明天 王芳 赵强",
        "顶班 明天 王芳 周网格",
        "请假 王芳 明天到后天",
        "请假 赵强 明天",
        "临时值班 明天 3栋：没人",
    )
    for _ in range(4):
        await world.says("陈书记", lot.choice(said), alone=True)
    await world.says("陈书记", "临时值班 明天 3栋：赵强 0:00-24:00", alone=True)
    await world.says("陈书记", "顶班 明天 赵强 周网格", alone=True)
    names = await on_duty(world, world.now + timedelta(days=1))
    assert "周网格" in names
    assert "赵强" not in names
    await world.says("陈书记", "请假 周网格 明天", alone=True)
    assert "周网格" not in await on_duty(world, world.now + timedelta(days=1))


async def on_duty(world: World, at: datetime) -> set[str]:
    async with world.sessions() as session:
        query = sa.select(Place).where(Place.name == "3", Place.kind == PlaceKind.BUILDING)
        place = (await session.scalars(query)).one()
        moment = Moment(session=session, now=at, house=world.house, reach=world.reach)
        return {person.name for people in (await on_duty_at(moment, [place.id])).values() for person in people}
