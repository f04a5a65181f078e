"""The demo community: believable, there once, and never without somebody on duty."""

from datetime import UTC, timedelta

import pytest

from bot.demo import CAST, settle
from bot.door import CommunityDoor
from bot.transact import transact
from handlers.duty.rota import on_duty_at
from handlers.house import HouseRules
from handlers.moment import Moment
from handlers.rules.escalations import Policy
from storage import places
from storage.database import Sessions
from storage.types import PlaceKind
from tests.world import MONDAY_9, SHANGHAI

NOW = MONDAY_9.astimezone(UTC)
HOUSE = HouseRules(Policy(SHANGHAI))


@pytest.fixture
async def door(sessions: Sessions) -> CommunityDoor:
    await transact(sessions, lambda session: settle(session, HOUSE, NOW))
    return CommunityDoor(sessions, lambda: NOW)


async def test_everybody_of_the_demo_may_be_chosen_by_name_and_office(door: CommunityDoor) -> None:
    people = await door.people()
    assert [person.name for person in people] == [part.name for part in CAST]
    assert {person.name: person.role for person in people}["蒋主任"] == "社区管理员"
    assert people[0].role == "居民"


async def test_settling_in_twice_changes_nothing(door: CommunityDoor, sessions: Sessions) -> None:
    await transact(sessions, lambda session: settle(session, HOUSE, NOW + timedelta(days=3)))
    assert len(await door.people()) == len(CAST)
    async with sessions() as session:
        assert len(await places.all_of(session, PlaceKind.COMMUNITY)) == 1


async def test_at_any_hour_somebody_is_on_duty_for_each_building(door: CommunityDoor, sessions: Sessions) -> None:
    async with sessions() as session:
        buildings = [place.id for place in await places.all_of(session, PlaceKind.BUILDING)]
        for hour in range(7 * 24):
            moment = Moment(session=session, now=NOW + timedelta(hours=hour), house=HOUSE, reach={})
            on_duty = await on_duty_at(moment, buildings)
            assert all(on_duty.get(building) for building in buildings), hour
