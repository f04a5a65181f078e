"""What a crash lost and what it did twice: the messages that were delivered, the database, and what the platform heard."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bench.exchange import Said
from storage.inbox import InboxEntry
from storage.outbox import OutboxMessage
from storage.tickets import Ticket, TicketEvent
from storage.types import Act, MessageKind, OutboxStatus, TicketAction
from storage.words import TicketMessage

CALLS = (MessageKind.CALL, MessageKind.EMERGENCY)
A = TicketAction
#: What a finished story has done to its ticket, one of each; small talk may have been taken for the news that it is over.
WHOLE = ({A.REPORT}, {A.DISPATCH}, {A.ACCEPT, A.RESOLVE}, {A.FINISH, A.RESOLVE})
#: What can only happen once to a ticket that nobody opens again.
ONCE = (A.REPORT, A.DISPATCH, A.ACCEPT, A.FINISH, A.RESOLVE)


@dataclass(slots=True)
class Delivered:
    """The ids of the messages that were acknowledged, by what they must have done."""

    every: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)  #: each opens exactly one ticket
    commands: list[str] = field(default_factory=list)  #: each has an answer
    finished: list[str] = field(default_factory=list)  #: reports whose ticket was taken and done afterwards


async def judge(session: AsyncSession, delivered: Delivered, said: Sequence[Said]) -> dict[str, Any]:
    """Lost and doubled, each with what it was."""
    rows = (await session.scalars(sa.select(OutboxMessage))).all()
    opened = await _opened(session)
    lost = {
        "messages": await _untaken(session, delivered.every),
        "tickets": sum(1 for report in delivered.reports if not opened[report]),
        "answers": await _unanswered(session, delivered.commands),
        "acts": await _undone(session, delivered.finished),
        "calls": await _uncalled(session, rows, said),
        "unsaid": sum(1 for row in rows if row.status not in (OutboxStatus.SENT, OutboxStatus.UNSURE)),
        "receipts_of_nothing": _never_heard(rows, said),
    }
    repeats = _repeats(rows, said)
    doubled = {
        "tickets": sum(times - 1 for times in opened.values() if times > 1),
        "acts": await _acts_twice(session),
        "group_messages": repeats["group"],
    }
    return {
        "lost": sum(lost.values()),
        "doubled": sum(doubled.values()),
        "unsure": sum(1 for row in rows if row.status is OutboxStatus.UNSURE),
        "unsure_to_one": sum(1 for row in rows if row.status is OutboxStatus.UNSURE and not row.is_group),
        "to_one_twice": repeats["one"],
        "emergencies_twice": repeats["emergency"],
        "tickets": len(opened),
        "said": len(said),
        "what_was_lost": {what: times for what, times in lost.items() if times},
        "what_was_doubled": {what: times for what, times in doubled.items() if times},
    }


async def _opened(session: AsyncSession) -> Counter[str]:
    """How many tickets each message opened."""
    query = sa.select(TicketMessage.message_id).where(TicketMessage.act == Act.OPEN)
    return Counter(await session.scalars(query))


async def _untaken(session: AsyncSession, messages: Collection[str]) -> int:
    taken = set(await session.scalars(sa.select(InboxEntry.message_id).where(InboxEntry.kept.is_(None))))
    return len(set(messages) - taken)


async def _unanswered(session: AsyncSession, messages: Collection[str]) -> int:
    found = await session.scalars(sa.select(OutboxMessage.key).where(OutboxMessage.key.startswith("answer:")))
    return len(set(messages) - {str(key).split(":")[1] for key in found})


async def _acts(session: AsyncSession) -> dict[str, Counter[TicketAction]]:
    """What was done to the ticket that each message opened."""
    query = (
        sa.select(TicketMessage.message_id, TicketEvent.action)
        .join(TicketEvent, TicketEvent.ticket_id == TicketMessage.ticket_id)
        .join(Ticket, Ticket.id == TicketMessage.ticket_id)
        .where(TicketMessage.act == Act.OPEN, Ticket.private.is_(False))  # what is private is not taken in a group
    )
    found: dict[str, Counter[TicketAction]] = {}
    for message, action in await session.execute(query):
        found.setdefault(message, Counter())[action] += 1
    return found


async def _undone(session: AsyncSession, reports: Collection[str]) -> int:
    acts = await _acts(session)
    return sum(1 for report in reports if report in acts for either in WHOLE if not either & acts[report].keys())


async def _acts_twice(session: AsyncSession) -> int:
    return sum(times - 1 for acts in (await _acts(session)).values() for act, times in acts.items() if act in ONCE)


async def _uncalled(session: AsyncSession, rows: Sequence[OutboxMessage], said: Sequence[Said]) -> int:
    """Tickets about which nobody on duty was told."""
    heard = {(words.chat, words.text) for words in said}
    called = {row.ticket_id for row in rows if row.kind in CALLS and (row.chat, row.body["text"]) in heard}
    return len(set(await session.scalars(sa.select(Ticket.id))) - called)


def _never_heard(rows: Sequence[OutboxMessage], said: Sequence[Said]) -> int:
    heard = Counter(said)
    sent = Counter(_as_said(row) for row in rows if row.status is OutboxStatus.SENT)
    return sum((sent - heard).values())


def _repeats(rows: Sequence[OutboxMessage], said: Sequence[Said]) -> Counter[str]:
    """How often the platform heard something more often than it was to be said."""
    groups = {row.chat for row in rows if row.is_group}
    alarms = {_as_said(row) for row in rows if row.kind is MessageKind.EMERGENCY}
    more = Counter(said) - Counter(_as_said(row) for row in rows)
    found: Counter[str] = Counter()
    for words, times in more.items():
        in_group = "emergency" if words in alarms else "group"
        found[in_group if words.chat in groups else "one"] += times
    return found


def _as_said(row: OutboxMessage) -> Said:
    return Said(row.chat, row.body["text"], row.body["quote"])
