"""Words, pictures and people that go from one ticket to another: where two are one, and where one is two."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from storage.base import Base, insert_once, table_of
from storage.crews import Crew, Helper
from storage.followers import Follower
from storage.inbox import Key
from storage.parties import Party
from storage.types import Act, MemberId, TicketId
from storage.words import Picture, TicketMessage


async def everything(session: AsyncSession, source: TicketId, target: TicketId) -> None:
    """Let what was said and shown about `source` belong to `target`; whoever has the one has the other as well."""
    opening = TicketMessage.ticket_id == source, TicketMessage.act == Act.OPEN
    await session.execute(sa.update(TicketMessage).where(*opening).values(act=Act.ME_TOO))
    for table in (TicketMessage, Picture):
        await _moved(session, table, source, target)
    query = sa.select(Follower.member_id, Follower.since, Follower.in_group).where(Follower.ticket_id == source)
    found = (await session.execute(query)).mappings()
    rows = [dict(row, ticket_id=target, rating=None) for row in found]
    await insert_once(session, Follower, rows, key=("member_id",))


async def _moved(session: AsyncSession, table: type[Base], source: TicketId, target: TicketId) -> None:
    """Rows of the one ticket, except those that the other has already."""
    bare = table_of(table)
    columns, other = bare.c, bare.alias()
    rest = [column.name for column in bare.primary_key if column.name != "ticket_id"]
    same = sa.exists().where(other.c.ticket_id == target, *(other.c[name] == columns[name] for name in rest))
    await session.execute(sa.delete(table).where(columns.ticket_id == source, same))
    await session.execute(sa.update(table).where(columns.ticket_id == source).values(ticket_id=target))


async def hands(session: AsyncSession, source: TicketId, target: TicketId) -> bool:
    """Let who settles `source` together with others do so for `target`, whose own matter it is who leads there.

    Returns:
        Whether the task that `source` is went along with its people; it does not where `target` is one itself.
    """
    await session.execute(sa.update(Party).where(Party.ticket_id == source).values(leads=False))
    await _moved(session, Party, source, target)
    if await session.scalar(sa.select(Crew.ticket_id).where(Crew.ticket_id == target)) is not None:
        return False
    for table in (Crew, Helper):
        await session.execute(sa.update(table).where(table.ticket_id == source).values(ticket_id=target))
    return True


async def out_of_earshot(session: AsyncSession, ticket: TicketId) -> None:
    """Whoever has the ticket reads no group in which it is spoken of from now on."""
    await session.execute(sa.update(Follower).where(Follower.ticket_id == ticket).values(in_group=False))


async def message_of(session: AsyncSession, ticket: TicketId, key: Key) -> TicketMessage | None:
    """What that message said about the ticket."""
    return await session.get(TicketMessage, (ticket, *key))


async def one_message(session: AsyncSession, said: TicketMessage, target: TicketId) -> None:
    """Let the pictures that came with a message belong to `target`, and its words no longer to where they were.

    Raises:
        StaleDataError: Somebody else has done so at the same moment; the transaction must be run again.
    """
    with_it = Picture.ticket_id == said.ticket_id, Picture.member_id == said.member_id, Picture.at == said.at
    await session.execute(sa.update(Picture).where(*with_it).values(ticket_id=target))
    bare = table_of(TicketMessage).c
    key = bare.ticket_id, bare.channel, bare.account, bare.message_id
    mine = sa.tuple_(*key) == sa.tuple_(said.ticket_id, said.channel, said.account, said.message_id)
    gone = await session.execute(sa.delete(TicketMessage).where(mine).returning(TicketMessage.ticket_id))
    if not gone.all():
        raise StaleDataError("somebody else has moved it meanwhile")  # it is looked at anew


async def says_more(session: AsyncSession, ticket: TicketId, member: MemberId) -> bool:
    """Whether anything is left that `member` said about the ticket."""
    his: Any = TicketMessage.ticket_id == ticket, TicketMessage.member_id == member
    return await session.scalar(sa.select(TicketMessage.message_id).where(*his).limit(1)) is not None


async def forget_words(session: AsyncSession, ticket: TicketId) -> None:
    """Drop everything that was said and shown about the ticket."""
    for table in (TicketMessage, Picture):
        await session.execute(sa.delete(table).where(table.ticket_id == ticket))
