"""The door of the web chat, answered from the database: who may come in, and which groups he finds there.

Somebody is in the groups above his home and in those at or below the places where he holds an office. His name on the
page is the one under which the community entered him.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.webchat import Person, Said, Tab, Webchat, alone_with
from bot.transact import transact
from handlers.messages import Words
from handlers.phrases import ROLE_NAMES
from handlers.phrases.places import short_name
from storage import chats, circles, codes, directory, identities, members, places, receipts, visits
from storage.chats import GroupChat
from storage.codes import Purpose
from storage.database import Sessions
from storage.identities import Identity
from storage.members import Known
from storage.places import Place
from storage.types import MemberId, PlaceKind, Role

LINE: Final = (Webchat.name, Webchat.account)
SHOWN_AGAIN: Final = timedelta(hours=24)
MOST_SHOWN: Final = 100
MOST_SEEN: Final = 20_000  #: people; beyond that they are read anew

#: The highest first: by which of his offices somebody is called.
RANK: Final = (
    Role.ADMIN,
    Role.SUPERVISOR,
    Role.GRID_WORKER,
    Role.PROPERTY,
    Role.COMMITTEE,
    Role.BUILDING_HEAD,
    Role.STEWARD,
    Role.RESIDENT,
)


@dataclass(slots=True)
class Seen:
    """What was read of people and groups, for as long as nothing of it has changed: who left, has left."""

    version: int = -1
    people: dict[str, Person] = field(default_factory=dict)
    tabs: dict[str, Sequence[Tab]] = field(default_factory=dict)

    async def still(self, session: AsyncSession) -> "Seen":
        """The same, emptied where anything was changed meanwhile; asked before each look."""
        version = await directory.version(session)
        if version != self.version or len(self.people) > MOST_SEEN:
            self.version, self.people, self.tabs = version, {}, {}
        return self


@dataclass(frozen=True, slots=True)
class CommunityDoor:
    """Implements `Door`."""

    sessions: Sessions
    clock: Callable[[], datetime]
    _seen: Seen = field(default_factory=Seen)

    async def people(self) -> Sequence[Person]:
        """See `Door.people`."""
        async with self.sessions() as session:
            return [person_of(known) for known in await circles.everybody(session, LINE)]

    async def enter(self, token: str) -> Person | None:
        """See `Door.enter`. Who comes for the first time can be written to alone from then on."""

        async def come_in(session: AsyncSession) -> Person | None:
            code = await codes.redeem(session, token, Purpose.ENTER, self.clock())
            if code is None or code.member_id is None:
                return None
            return await self._person_of_member(session, code.member_id)

        return await transact(self.sessions, come_in)

    async def person(self, id: str) -> Person | None:
        """See `Door.person`."""
        if "\x00" in id:  # no address of ours, and PostgreSQL would not even look
            return None
        async with self.sessions() as session:
            seen = await self._seen.still(session)
            if id not in seen.people and (known := await circles.somebody(session, LINE, id)) is not None:
                seen.people[id] = person_of(known)
            return seen.people.get(id)

    async def chats(self, person_id: str) -> Sequence[Tab]:
        """See `Door.chats`."""
        async with self.sessions() as session:
            seen = await self._seen.still(session)
            if person_id not in seen.tabs and (known := await circles.somebody(session, LINE, person_id)) is not None:
                groups = await circles.groups_of(session, LINE, known)
                seen.tabs[person_id] = [await _tab(session, *pair) for pair in groups]
            return seen.tabs.get(person_id, [])

    async def chat(self, address: str) -> Tab | None:
        """See `Door.chat`."""
        async with self.sessions() as session:
            found = await _group(session, address)
            return await _tab(session, *found) if found is not None else None

    async def members(self, address: str) -> Sequence[Person]:
        """See `Door.members`."""
        async with self.sessions() as session:
            found = await _group(session, address)
            people = await circles.people_of(session, LINE, found[1]) if found is not None else []
        return [person_of(known) for known in people]

    async def remember(self, session_digest: str, person_id: str, until: datetime) -> None:
        """See `Door.remember`."""

        async def note(session: AsyncSession) -> None:
            known = await circles.somebody(session, LINE, person_id)
            if known is not None:
                await visits.remember(session, session_digest, known.member.id, until)

        await transact(self.sessions, note)

    async def recognise(self, session_digest: str) -> Person | None:
        """See `Door.recognise`."""
        async with self.sessions() as session:
            member = await visits.owner(session, session_digest, self.clock())
            identity = await _identity(session, member) if member is not None else None
            known = await circles.somebody(session, LINE, identity.sender) if identity is not None else None
        return person_of(known) if known is not None else None

    async def forget(self, session_digest: str) -> None:
        """See `Door.forget`."""
        await transact(self.sessions, lambda session: visits.forget(session, session_digest))

    async def said(self, address: str) -> Sequence[Said]:
        """See `Door.said`."""
        since = self.clock() - SHOWN_AGAIN
        async with self.sessions() as session:
            lines = await receipts.said_in(session, (*LINE, address), since, MOST_SHOWN)
        # What was said long ago keeps its receipt and loses its words.
        return [
            Said(line.platform_id, line.sent_at, Words.from_body(line.body))
            for line in lines
            if line.platform_id
            and line.sent_at
            and (line.body["text"] or line.body.get("pictures") or line.body.get("files"))
        ]

    async def _person_of_member(self, session: AsyncSession, member: MemberId) -> Person | None:
        if (await members.by_id(session, member)).gone_at is not None:
            return None
        identity = await _identity(session, member)
        if identity is None:
            identity = first_visit(member, self.clock())
            session.add(identity)
            await session.flush()
        known = await circles.somebody(session, LINE, identity.sender)
        return person_of(known) if known is not None else None


def first_visit(member: MemberId, now: datetime) -> Identity:
    """How the web chat knows `member` from now on."""
    channel, account = LINE
    sender = f"m{member}"
    return Identity(
        channel=channel, account=account, sender=sender, member_id=member, one_to_one=alone_with(sender), seen_at=now
    )


def person_of(known: Known) -> Person:
    """A member as the page shows him."""
    roles = {grant.role for grant in known.grants}
    role = next((role for role in RANK if role in roles), Role.RESIDENT)
    return Person(known.identity.sender, known.member.name, ROLE_NAMES[role])


async def _identity(session: AsyncSession, member: MemberId) -> Identity | None:
    of_page = (i for i in await identities.of_members(session, [member]) if (i.channel, i.account) == LINE)
    return next(of_page, None)


async def _group(session: AsyncSession, address: str) -> tuple[GroupChat, Place] | None:
    found = (await chats.bound(session, [(*LINE, address)])).get((*LINE, address))
    return found if found is not None and found[0].lost_at is None else None


async def _tab(session: AsyncSession, group: GroupChat, place: Place) -> Tab:
    """A group under the name of its place, its compound last: a phone shows the beginning of it."""
    title = f"{short_name(place)}{'工作群' if place.kind is PlaceKind.GRID else '群'}"
    if place.kind is PlaceKind.BUILDING and place.parent_id is not None:
        title += f"（{(await places.by_id(session, place.parent_id)).name}）"
    return Tab(group.chat, title)
