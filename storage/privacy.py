"""What is kept of one person, over all tables, and how it goes away.

Facts stay without him: who reported, did or rated something is a number, whose row says 已注销 from then on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import (
    abilities,
    allowances,
    clocks,
    departments,
    identities,
    inbox,
    leftovers,
    queries,
    readbacks,
    shared,
    traces,
)
from storage.audit import AuditEntry
from storage.broadcasts import Broadcast
from storage.codes import OneTimeCode, WrongCode
from storage.corrections import Correction
from storage.desks import NoticeDesk
from storage.duty import DutyShift
from storage.identities import Identity
from storage.inbox import InboxEntry
from storage.members import Member, RoleGrant
from storage.offers import Offer
from storage.outbox import UNSAID, OutboxMessage
from storage.tickets import Ticket
from storage.types import BroadcastStatus, MemberId, OutboxStatus, PlaceId, Role, TicketId
from storage.words import Picture, TicketMessage

GONE_NAME: Final = "已注销"
_DIGEST: Final = 64  #: characters; a file is kept as digest/name
NOWHERE: Final = ""  #: the address of a chat that is no longer known
_OVER: Final = (BroadcastStatus.DRAFT, BroadcastStatus.SENT, BroadcastStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class KeptOfTicket:
    """How much one ticket holds that a person said or showed."""

    number: int
    texts: int
    pictures: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept of a person, beside his own row."""

    identities: Sequence[Identity]
    roles: Sequence[tuple[PlaceId, Role]]
    shifts: Sequence[DutyShift]
    abilities: Sequence[str]
    duty: traces.OfDuty
    tickets: Sequence[KeptOfTicket]  #: newest first
    told: int  #: messages to him whose words are still there
    held: int  #: messages of his that wait to be taken again
    codes: int
    examples: int  #: messages of his that the staff set right
    shared: int  #: tickets in which he has a hand with others
    readbacks: int  #: notices that he has answered
    writing: bool  #: he is writing a notice in the dialogue


async def kept_of(session: AsyncSession, member: MemberId) -> Kept:
    """What is kept of `member`."""
    his = await identities.of_members(session, [member])
    roles = await session.execute(sa.select(RoleGrant.place_id, RoleGrant.role).where(RoleGrant.member_id == member))
    shifts = await session.scalars(sa.select(DutyShift).where(DutyShift.member_id == member).order_by(DutyShift.id))
    codes = sa.select(sa.func.count()).select_from(OneTimeCode).where(OneTimeCode.member_id == member)
    worded = sa.select(OutboxMessage.body).where(_addressed_to(member, his))
    return Kept(
        his,
        [(place, role) for place, role in roles],
        shifts.all(),
        await abilities.of_member(session, member),
        await traces.of_duty(session, member),
        await _tickets_of(session, member, his),
        sum(bool(body.get("text")) for body in await session.scalars(worded)),
        len(await _held(session, his)),
        await session.scalar(codes) or 0,
        await session.scalar(sa.select(sa.func.count()).where(_said_by(Correction, member, his))) or 0,
        await shared.count(session, member),
        await readbacks.count_of(session, member),
        await session.get(NoticeDesk, member) is not None,
    )


async def _tickets_of(session: AsyncSession, member: MemberId, identities: Sequence[Identity]) -> list[KeptOfTicket]:
    said = await _count(session, TicketMessage.ticket_id, _said_by(TicketMessage, member, identities))
    shown = await _count(session, Picture.ticket_id, Picture.member_id == member)
    query = sa.select(Ticket).where(sa.or_(Ticket.reporter_id == member, Ticket.id.in_([*said, *shown])))
    found = await session.scalars(query.order_by(Ticket.id.desc()))
    return [KeptOfTicket(t.number, said.get(t.id, 0), shown.get(t.id, 0)) for t in found]


async def _count(session: AsyncSession, ticket: Any, mine: Any) -> dict[TicketId, int]:
    rows = await session.execute(sa.select(ticket, sa.func.count()).where(mine).group_by(ticket))
    return {found: count for found, count in rows}


async def erase(session: AsyncSession, member: Member, now: datetime) -> None:
    """Remove what identifies `member` and what he wrote and showed; of files, `unreferenced` tells what can go."""
    his = await identities.of_members(session, [member.id])
    await _erase_words(session, member.id, his)
    await _erase_messages(session, member.id, his)
    await inbox.let_go(session, [(e.channel, e.account, e.message_id) for e in await _held(session, his)])
    await clocks.ask_another(session, member.id, now)
    for table in (OneTimeCode, RoleGrant, DutyShift, Offer):
        await session.execute(sa.delete(table).where(table.member_id == member.id))
    for forget in (abilities.erase, traces.erase, queries.forget, shared.forget, readbacks.forget, departments.forget):
        await forget(session, member.id)
    for identity in his:
        await session.execute(sa.delete(WrongCode).where(*_same_sender(WrongCode, identity)))
        way = identity.one_to_one or identity.sender
        await allowances.forget_chat(session, (identity.channel, identity.account, way))
        await session.delete(identity)
    member.name, member.gone_at = GONE_NAME, member.gone_at or now
    member.home_id = member.room = member.phone = None
    await session.flush()
    await leftovers.forget_rooms(session)


async def _erase_words(session: AsyncSession, member: MemberId, identities: Sequence[Identity]) -> None:
    for table in (TicketMessage, Correction):
        await session.execute(sa.delete(table).where(_said_by(table, member, identities)))
    await session.execute(sa.delete(Picture).where(Picture.member_id == member))
    alone = sa.update(Ticket).where(Ticket.reporter_id == member, Ticket.in_group.is_(False))
    await session.execute(alone.values(chat=NOWHERE))
    own = sa.update(Broadcast).where(Broadcast.author_id == member, Broadcast.in_group.is_(False))
    await session.execute(own.where(Broadcast.status.in_(_OVER)).values(chat=NOWHERE))


async def _erase_messages(session: AsyncSession, member: MemberId, identities: Sequence[Identity]) -> None:
    """Nothing more is said to him; what others were told about his tickets loses its words once it was said."""
    his = _addressed_to(member, identities)
    await session.execute(sa.delete(OutboxMessage).where(his, OutboxMessage.status != OutboxStatus.SENDING))
    wordless = sa.update(OutboxMessage).values(body={"text": ""})
    await session.execute(wordless.where(his).values(member_id=member))
    mine = sa.select(Ticket.id).where(Ticket.reporter_id == member)
    settled = OutboxMessage.status.not_in(UNSAID)
    about = sa.or_(OutboxMessage.member_id == member, OutboxMessage.ticket_id.in_(mine))
    await session.execute(wordless.where(settled, about))


async def asked_after(session: AsyncSession, member: MemberId, action: str, moment: datetime) -> bool:
    """Whether `member` did `action` after `moment`, as the audit has it."""
    query = sa.select(AuditEntry.id).where(AuditEntry.at > moment, AuditEntry.member_id == member)
    return await session.scalar(query.where(AuditEntry.action == action).limit(1)) is not None


async def unreferenced(session: AsyncSession, digests: Collection[str]) -> set[str]:
    """Those of these pictures and files that no ticket, no notice and no message still to be taken or said needs."""
    if not digests:
        return set()
    needed = set(await session.scalars(sa.select(Picture.digest)))
    for pictures, files in await session.execute(sa.select(Broadcast.pictures, Broadcast.files)):
        needed.update(pictures, (file[:_DIGEST] for file in files))
    for body in await session.scalars(sa.select(OutboxMessage.body).where(OutboxMessage.status.in_(UNSAID))):
        needed.update(body.get("pictures", ()), (file[:_DIGEST] for file in body.get("files", ())))
    for entry in await inbox.kept(session):
        needed.update(seen.get("digest") for seen in (entry.kept or {}).get("attachments", ()))
    return set(digests) - needed


async def _held(session: AsyncSession, identities: Sequence[Identity]) -> list[InboxEntry]:
    senders = {(i.channel, i.account, i.sender) for i in identities}
    return [e for e in await inbox.kept(session) if (e.channel, e.account, (e.kept or {}).get("sender")) in senders]


def _said_by(table: Any, member: MemberId, identities: Sequence[Identity]) -> Any:
    by_sender = (sa.and_(*_same_sender(table, identity)) for identity in identities)
    return sa.or_(table.member_id == member, *by_sender)


def _same_sender(table: Any, identity: Identity) -> tuple[Any, ...]:
    return table.channel == identity.channel, table.account == identity.account, table.sender == identity.sender


def _addressed_to(member: MemberId, identities: Sequence[Identity]) -> Any:
    """Messages to him alone: by his number, or, from before he had one, by where he is written to."""
    ways = [(i.channel, i.account, i.one_to_one) for i in identities if i.one_to_one]
    here = sa.tuple_(OutboxMessage.channel, OutboxMessage.account, OutboxMessage.chat)
    return sa.and_(OutboxMessage.is_group.is_(False), sa.or_(OutboxMessage.member_id == member, here.in_(ways)))
