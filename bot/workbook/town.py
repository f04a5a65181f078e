"""The places and people of the database in memory, so that twenty thousand rows are not sixty thousand questions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.community.gazetteer import Gazetteer
from handlers.community.roll import bare_name
from storage.identities import Identity, Who
from storage.members import Member
from storage.places import ROOT, Place
from storage.types import MemberId, PlaceId, PlaceKind

Key = tuple[PlaceId | None, PlaceKind, str]


@dataclass(slots=True)
class Town:
    """What there is, and what an import adds to it."""

    session: AsyncSession
    identities: dict[Who, Member]
    reached: set[MemberId]  #: who can be written to alone
    places: dict[Key, Place] = field(default_factory=dict)
    by_id: dict[PlaceId, Place] = field(default_factory=dict)
    by_kind: defaultdict[PlaceKind, list[Place]] = field(default_factory=lambda: defaultdict(list))
    people: defaultdict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))
    new_places: list[Place] = field(default_factory=list)
    new_people: list[Member] = field(default_factory=list)

    def named(self, parent: Place | None, kind: PlaceKind, name: str) -> Place | None:
        """The place of that name right below `parent`."""
        return self.places.get((parent.id if parent else None, kind, name))

    def all_of(self, kind: PlaceKind) -> list[Place]:
        """The places of that kind."""
        return self.by_kind[kind]

    def learn(self, place: Place) -> None:
        """A place is there."""
        self.places[place.parent_id, place.kind, place.name] = place
        self.by_id[place.id] = place
        self.by_kind[place.kind].append(place)

    async def add(self, wanted: Iterable[tuple[Place | None, PlaceKind, str]]) -> None:
        """Add those places that are not there, all of one level of the tree at once."""
        fresh: list[tuple[Place | None, Place]] = []
        for parent, kind, name in dict.fromkeys(wanted):
            if self.named(parent, kind, name) is None:
                place = Place(kind=kind, name=name, parent_id=parent.id if parent else None)
                fresh.append((parent, place))
        self.session.add_all([place for _, place in fresh])
        await self.session.flush()
        for parent, place in fresh:
            place.path = f"{parent.path if parent else ROOT}{place.id}/"
            self.learn(place)
            self.new_places.append(place)
        await self.session.flush()

    async def hang(self, place: Place, below: Place) -> None:
        """Give a place that stood alone its parent; everything below it moves along."""
        old, new = place.path, f"{below.path}{place.id}/"
        del self.places[place.parent_id, place.kind, place.name]
        place.parent_id = below.id
        self.places[place.parent_id, place.kind, place.name] = place
        for other in self.places.values():
            if other.path.startswith(old):
                other.path = new + other.path.removeprefix(old)
        await self.session.flush()

    def gazetteer(self) -> Gazetteer:
        """All places by the names that people use."""
        narrow = (PlaceKind.BUILDING, PlaceKind.UNIT, PlaceKind.HOUSEHOLD)
        wide = [place for kind, places in self.by_kind.items() if kind not in narrow for place in places]
        return Gazetteer(wide, self.all_of(PlaceKind.BUILDING), self.all_of(PlaceKind.UNIT))

    def enter(self, member: Member) -> None:
        """Somebody is there now, under his name and under what is left of a nickname."""
        for name in {member.name, bare_name(member.name)}:
            self.people[name].append(member)

    def at_home(self, member: Member) -> str:
        """The path of his home, empty where none is known."""
        return self.by_id[member.home_id].path if member.home_id in self.by_id else ""


async def load(session: AsyncSession) -> Town:
    """Everything that is there."""
    members = await session.scalars(sa.select(Member).where(Member.gone_at.is_(None)).order_by(Member.id))
    by_id = {member.id: member for member in members}
    known: Sequence[Identity] = (await session.scalars(sa.select(Identity))).all()
    town = Town(
        session,
        {(i.channel, i.account, i.sender): by_id[i.member_id] for i in known if i.member_id in by_id},
        {i.member_id for i in known if i.one_to_one},
    )
    for place in await session.scalars(sa.select(Place).order_by(Place.path)):
        town.learn(place)
    for member in by_id.values():
        town.enter(member)
    return town
