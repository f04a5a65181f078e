"""Whom a notice reaches: groups that hear it at once, or once a member has confirmed it, and people alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from handlers.community.gazetteer import title
from handlers.moment import Moment
from handlers.phrases import confirming as phrases
from handlers.phrases import previews as shown_as
from storage import audiences, identities
from storage.broadcasts import Broadcast
from storage.chats import Address, GroupChat
from storage.types import MemberId, PlaceId, Role


@dataclass(frozen=True, slots=True)
class Whom:
    """For whom a notice is: the groups at `places`, who holds a role for a place, and nobody at `but`."""

    places: tuple[PlaceId, ...] = ()
    roles: tuple[tuple[Role, PlaceId], ...] = ()
    but: tuple[PlaceId, ...] = ()

    @classmethod
    def of(cls, broadcast: Broadcast) -> Self:
        """As a notice keeps it."""
        roles = tuple((Role(role), PlaceId(place)) for role, place in broadcast.roles)
        return cls(tuple(broadcast.audience), roles, tuple(broadcast.exclusions))


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who is told alone; `way` None: there is no way to. `place` is the one for which he is asked."""

    id: MemberId
    name: str
    place: PlaceId
    way: Address | None


@dataclass(frozen=True, slots=True)
class Audience:
    """The groups of a notice: those that get it, and those for which a warning cannot wait; and people.

    Of the former, `waiting` is how many get it only once a member has confirmed it.
    """

    groups: Sequence[GroupChat]
    left_out: Sequence[GroupChat]
    waiting: int
    people: Sequence[Reached] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nobody gets it."""
        return not self.groups and not any(person.way for person in self.people)

    def only(self, addresses: Collection[Address]) -> "Audience":
        """Those of them who are written to at these addresses."""
        groups = [group for group in self.groups if group.address in addresses]
        return Audience(groups, (), self.waiting, [person for person in self.people if person.way in addresses])

    @property
    def spots(self) -> Sequence[PlaceId]:
        """The places for which it is said, each once."""
        at = [*(group.place_id for group in self.groups), *(person.place for person in self.people)]
        return list(dict.fromkeys(at))


async def audience_of(moment: Moment, whom: Whom, *, warning: bool) -> Audience:
    """Who gets a notice. A warning goes to no group where somebody has to confirm it first."""
    found = await audiences.groups_of(moment.session, whom.places, whom.but) if whom.places else ()
    people = await _people(moment, whom)
    slow = [group for group in found if moment.waits_in(group.channel)]
    if warning:
        return Audience([group for group in found if group not in slow], slow, 0, people)
    return Audience(found, (), len(slow), people)


async def _people(moment: Moment, whom: Whom) -> Sequence[Reached]:
    found: dict[MemberId, audiences.Holder] = {}
    for role, place in whom.roles:
        for holder in await audiences.holders_of(moment.session, role, place, whom.but):
            found.setdefault(holder.id, holder)
    ways = await _ways(moment, found)
    return [Reached(one.id, one.name, one.place_id, ways.get(one.id)) for one in found.values()]


async def _ways(moment: Moment, people: Collection[MemberId]) -> Mapping[MemberId, Address]:
    """Where each of them was last and can be written to alone."""
    ways: dict[MemberId, Address] = {}
    for way in await identities.ways_to(moment.session, people) if people else ():
        reach = moment.reach.get(way.channel)
        if reach is not None and reach.one_to_one:
            ways.setdefault(way.member_id, (way.channel, way.account, way.one_to_one))
    return ways


def too_long(moment: Moment, audience: Audience, text: str) -> int | None:
    """The most bytes that some group takes, where `text` has more: what has to be confirmed cannot be cut in two."""
    reaches = (moment.reach.get(channel) for channel in {group.channel for group in audience.groups})
    limits = [reach.most_bytes for reach in reaches if reach is not None and reach.most_bytes is not None]
    least = min(limits, default=None)
    return least if least is not None and len(text.encode("utf-8", "replace")) > least else None


async def remarks(moment: Moment, audience: Audience) -> str:
    """What an author should know of his groups beside their number."""
    left_out = [await title(moment.session, group.place_id) for group in audience.left_out]
    unreached = [person.name for person in audience.people if person.way is None]
    return phrases.must_be_confirmed(audience.waiting) + phrases.left_out(left_out) + shown_as.unreached(unreached)


async def who(moment: Moment, whom: Whom, audience: Audience) -> str:
    """“锦绣小区（除了4栋），2 个群 320 户，另单独发给 3 位红管家”."""
    session = moment.session
    households = await audiences.households_at(session, whom.places, whom.but) if whom.places else 0
    asked = [(role, await title(session, place)) for role, place in whom.roles]
    return shown_as.where(
        [await title(session, place) for place in whom.places],
        len(audience.groups),
        await remarks(moment, audience),
        but=[await title(session, place) for place in whom.but],
        households=households,
        roles=asked,
        people=len(audience.people),
    )
