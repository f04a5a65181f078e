"""The community in which `bench/dispatch.py` spends a year: sixty buildings, three hundred people who may be asked.

Each building has four stewards, each of six grids six workers, the community and the street their own. Half of the
stewards have time after work and at weekends only, a third by day, the others always; each is away for two weeks.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final

from bench.town import ACCOUNT, CHANNEL
from storage import chats, hours, members, overrides, places, skills
from storage.database import Sessions
from storage.duty import DutyShift
from storage.identities import Identity
from storage.members import Member
from storage.places import Place
from storage.turns import Days, TurnSource
from storage.types import MemberId, PlaceKind, Role

BUILDINGS: Final = 60
GRIDS: Final = 6
STEWARDS: Final = 4  #: a building's
OFFICES: Final = {Role.GRID_WORKER: 6, Role.ADMIN: 16, Role.SUPERVISOR: 8}
EVENINGS: Final = ((Days.WORKDAYS, time(19), time(23)), (Days.DAYS_OFF, time(7), time(23)))
DAYTIME: Final = ((Days.ANY, time(8), time(20)),)
LEAVE: Final = timedelta(days=7)
CAN: Final = {"电工": 0.15, "水工": 0.12, "调解": 0.1, "开锁": 0.05, "电脑": 0.1}
RESIDENT: Final = "resident"


@dataclass(slots=True)
class Person:
    """Somebody who may be asked."""

    number: int
    hours: tuple[tuple[Days, time, time], ...] = ()
    skills: tuple[str, ...] = ()
    leave: list[datetime] = field(default_factory=list)  #: when each week of it begins
    id: MemberId = field(default_factory=lambda: MemberId(0))  #: once he is entered

    def is_free(self, local: datetime) -> bool:
        """Whether he can be asked then, by his own word."""
        if any(begins <= local < begins + LEAVE for begins in self.leave):
            return False
        kind = Days.WORKDAYS if local.isoweekday() < 6 else Days.DAYS_OFF
        mine = [(starts, ends) for days, starts, ends in self.hours if days in (kind, Days.ANY)]
        return not self.hours or any(starts <= local.time() < ends for starts, ends in mine)


@dataclass(slots=True)
class Parish:
    """Who answers for what: for each building the people of each step of its ladder."""

    people: list[Person]
    ladders: list[list[list[Person]]]

    @property
    def stewards(self) -> list[Person]:
        """Those of the buildings, among whom the work is to be shared."""
        return [person for ladder in self.ladders for person in ladder[0]]

    def near(self, building: int) -> list[Person]:
        """Those of all buildings of its grid, its own first."""
        others = (n for n in range(building % GRIDS, len(self.ladders), GRIDS) if n != building)
        return [person for n in (building, *others) for person in self.ladders[n][0]]


def parish(rng: Random, begins: datetime) -> Parish:
    """The people of the year that begins then, drawn by lot."""
    people: list[Person] = []

    def some(count: int) -> list[Person]:
        new = [Person(len(people) + n) for n in range(count)]
        people.extend(new)
        return new

    street, community = some(OFFICES[Role.SUPERVISOR]), some(OFFICES[Role.ADMIN])
    grids = [some(OFFICES[Role.GRID_WORKER]) for _ in range(GRIDS)]
    ladders = [[some(STEWARDS), grids[n % GRIDS], community, street] for n in range(BUILDINGS)]
    found = Parish(people, ladders)
    for person in found.stewards:
        lot = rng.random()
        person.hours = EVENINGS if lot < 0.5 else DAYTIME if lot < 0.8 else ()
        person.skills = tuple(skill for skill, share in CAN.items() if rng.random() < share)
        person.leave = [begins + timedelta(days=rng.randrange(358)) for _ in range(2)]
    return found


async def settle_parish(sessions: Sessions, found: Parish, begins: datetime) -> None:
    """Enter it into an empty database."""
    async with sessions.begin() as session:
        street = await places.add(session, PlaceKind.STREET, "老城街道")
        community = await places.add(session, PlaceKind.COMMUNITY, "石龙社区", street)
        grids = [await places.add(session, PlaceKind.GRID, f"第{n + 1}网格", community) for n in range(GRIDS)]
        compound = await places.add(session, PlaceKind.COMPOUND, "锦绣小区", community)
        for person in found.people:
            await _enter(session, person)
        for n, ladder in enumerate(found.ladders):
            building = await places.add(session, PlaceKind.BUILDING, str(n + 1), compound, grid=grids[n % GRIDS])
            for place, people, role in zip(
                (building, grids[n % GRIDS], community, street),
                ladder,
                (Role.STEWARD, Role.GRID_WORKER, Role.ADMIN, Role.SUPERVISOR),
                strict=True,
            ):
                await _appoint(session, place, people, role)
            for steward in ladder[0]:
                session.add(DutyShift(place_id=building.id, member_id=steward.id, first_day=begins.date()))
            await _resident(session, building, begins)
            await chats.bind(session, (CHANNEL, ACCOUNT, group_of(n)), building, begins)


def group_of(building: int) -> str:
    """The chat of a building's group."""
    return f"group:{building}"


async def _enter(session: Any, person: Person) -> None:
    member = Member(name=f"员{person.number}", created_at=datetime.fromisoformat("2025-12-01T00:00:00+00:00"))
    session.add(member)
    await session.flush()
    person.id = member.id
    way = f"alone:{person.number}"
    sender = str(person.number)
    session.add(Identity(channel=CHANNEL, account=ACCOUNT, sender=sender, member_id=member.id, one_to_one=way))
    rows = [dict(weekdays="1234567", days=days, starts=starts, ends=ends) for days, starts, ends in person.hours]
    if rows:
        await hours.give(session, member.id, rows)
    await skills.learn(session, member.id, person.skills)
    for begins in person.leave:
        cause = f"leave:{person.number}:{begins.timestamp()}"
        ends = begins + LEAVE
        await overrides.enter(session, cause, TurnSource.LEAVE, None, begins, ends, goes=member.id)


async def _appoint(session: Any, place: Place, people: list[Person], role: Role) -> None:
    for person in people:
        await members.grant(session, person.id, place.id, role)


async def _resident(session: Any, building: Place, begins: datetime) -> None:
    """Who reports for the whole building."""
    member = Member(name="住户", created_at=begins, home_id=building.id)
    session.add(member)
    await session.flush()
    sender = f"{RESIDENT}{building.name}"
    session.add(
        Identity(channel=CHANNEL, account=ACCOUNT, sender=sender, member_id=member.id, one_to_one=f"alone:{sender}")
    )
