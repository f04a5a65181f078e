"""The community that a transcript needs around it: its places, its staff by their roles, and somebody always on duty."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.replay.transcript import Line, Transcript
from storage import chats, members, places
from storage.chats import Address
from storage.duty import DutyShift
from storage.identities import Identity
from storage.members import Member
from storage.places import Place
from storage.types import PlaceKind, Role

#: Who is on duty for the group's place, day and night: the first of these that the transcript knows.
WATCH: Final = (Role.STEWARD, Role.BUILDING_HEAD, Role.PROPERTY, Role.GRID_WORKER, Role.ADMIN)


def alone_with(sender: str) -> str:
    """The chat that somebody has with the bot alone."""
    return f"alone:{sender}"


async def set_up(session: AsyncSession, transcript: Transcript, group: Address, now: datetime) -> None:
    """Build it in an empty database, and bind the group."""
    street = await places.add(session, PlaceKind.STREET, "街道")
    community = await places.add(session, PlaceKind.COMMUNITY, "社区", street)
    grid = await places.add(session, PlaceKind.GRID, "网格", community)
    compound = await places.add(session, PlaceKind.COMPOUND, transcript.compound[:60], community)
    here = await _scene(session, transcript, compound, grid)
    await chats.bind(session, group, here, now)
    offices = {
        Role.STEWARD: here,
        Role.BUILDING_HEAD: here,
        Role.PROPERTY: compound,
        Role.COMMITTEE: compound,
        Role.GRID_WORKER: grid,
        Role.ADMIN: community,
        Role.SUPERVISOR: street,
    }
    staff = {line.sender: (line, line.role) for line in transcript.lines if line.role in offices and line.role}
    watch = next((role for role in WATCH if any(role is his for _, his in staff.values())), None)
    for line, role in staff.values():
        member = await _engage(session, line, role, offices[role], group, now)
        if role is watch:
            first = now.date() - timedelta(days=2)
            session.add(DutyShift(place_id=here.id, member_id=member.id, first_day=first))
    await session.flush()


async def _scene(session: AsyncSession, transcript: Transcript, compound: Place, grid: Place) -> Place:
    if transcript.building is None:
        return compound
    building = await places.add(
        session, PlaceKind.BUILDING, transcript.building[:60], compound, grid=grid, floors=transcript.floors
    )
    for unit in transcript.units:
        await places.add(session, PlaceKind.UNIT, unit[:60], building)
    return building


async def _engage(
    session: AsyncSession, line: Line, role: Role, office: Place, group: Address, now: datetime
) -> Member:
    channel, account, _ = group
    member = Member(name=line.name[:60], created_at=now)
    session.add(member)
    await session.flush()
    way = alone_with(line.sender)
    session.add(
        Identity(channel=channel, account=account, sender=line.sender, member_id=member.id, one_to_one=way, seen_at=now)
    )
    await members.grant(session, member.id, office.id, role)
    return member
