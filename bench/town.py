"""The community that the benches talk about: one building a group, with its residents, workers and a steward on duty."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from storage import chats, members, places
from storage.database import Sessions
from storage.duty import DutyShift
from storage.identities import Identity
from storage.members import Member
from storage.places import Place
from storage.types import MemberId, PlaceId, PlaceKind, Role

CHANNEL: Final = "bench"
ACCOUNT: Final = "bot"
STEWARD: Final = "steward"
ADMIN: Final = "admin"
HEADS: Final = {"steward": Role.STEWARD, "grid_worker": Role.GRID_WORKER, "property": Role.PROPERTY}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody who writes in a group; `role` as the evaluation files write it."""

    id: str
    name: str
    role: str


async def settle(sessions: Sessions, groups: Mapping[str, list[Neighbour]], now: datetime) -> None:
    """Fill an empty database: a building for each of `groups`, the workers among its people, and who is on duty."""
    async with sessions.begin() as session:
        street = await places.add(session, PlaceKind.STREET, "老城街道")
        community = await places.add(session, PlaceKind.COMMUNITY, "石龙社区", street)
        await _join(session, community.id, Neighbour(ADMIN, "陈书记", "admin"), now, Role.ADMIN)
        for number, (chat, people) in enumerate(groups.items(), 1):
            compound = await places.add(session, PlaceKind.COMPOUND, f"{number}号小区", community)
            building = await places.add(session, PlaceKind.BUILDING, str(number), compound, floors=18)
            for unit in ("1", "2", "3"):
                await places.add(session, PlaceKind.UNIT, unit, building)
            await chats.bind(session, (CHANNEL, ACCOUNT, chat), building, now)
            await _staff(session, building, chat, people, now)


async def _staff(session: Any, building: Place, chat: str, people: list[Neighbour], now: datetime) -> None:
    steward = Neighbour(f"{chat}-{STEWARD}", "红管家", "steward")
    on_duty = await _join(session, building.id, steward, now, Role.STEWARD)
    first_day = (now - timedelta(days=1)).date()
    session.add(DutyShift(place_id=building.id, member_id=on_duty, first_day=first_day))
    for person in people:
        if person.role in HEADS:
            await _join(session, building.id, person, now, HEADS[person.role])


async def _join(session: Any, place: PlaceId, person: Neighbour, now: datetime, role: Role) -> MemberId:
    member = Member(name=person.name[:60], created_at=now)
    session.add(member)
    await session.flush()
    session.add(
        Identity(
            channel=CHANNEL, account=ACCOUNT, sender=person.id, member_id=member.id, one_to_one=f"alone:{person.id}"
        )
    )
    await members.grant(session, member.id, place, role)
    return member.id
