"""What a replay amounts to: how much the bot said, of which kind, and what it kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox import OutboxMessage
from storage.types import MessageKind, TicketId

#: What is said in a group because somebody asked, or because somebody is in danger; all else is unasked.
ASKED = frozenset({MessageKind.ANSWER})
DANGER = frozenset({MessageKind.EMERGENCY})


@dataclass(slots=True)
class Figures:
    """Counts in messages, tickets and texts; latencies in seconds, from receiving to the answer in the outbox."""

    messages: int = 0
    tickets: int = 0
    in_group: Counter[MessageKind] = field(default_factory=Counter)
    chatter_stored: int = 0
    latencies: list[float] = field(default_factory=list)
    most_notes: int = 0

    async def count_said(self, session: AsyncSession) -> None:
        """Count what the bot said in the group."""
        query = sa.select(OutboxMessage.kind, OutboxMessage.ticket_id).where(OutboxMessage.is_group)
        notes: Counter[TicketId] = Counter()
        for kind, ticket in await session.execute(query):
            self.in_group[kind] += 1
            if kind is MessageKind.TICKET_NOTE and ticket is not None:
                notes[ticket] += 1
        self.most_notes = max([self.most_notes, *notes.values()])

    def as_json(self) -> dict[str, Any]:
        """As `guanjia replay --json` prints them; latencies in milliseconds."""
        asked = sum(self.in_group[kind] for kind in ASKED)
        danger = sum(self.in_group[kind] for kind in DANGER)
        notes = self.in_group[MessageKind.TICKET_NOTE]
        return {
            "messages": self.messages,
            "tickets": self.tickets,
            "bot_group_messages": self.in_group.total() - asked - danger,
            "bot_group_messages_per_ticket": round(notes / self.tickets, 3) if self.tickets else 0.0,
            "bot_group_messages_max_per_ticket": self.most_notes,
            "bot_command_answers": asked,
            "bot_emergency_messages": danger,
            "chatter_texts_stored": self.chatter_stored,
            "latency_ms_p50": round(1000 * percentile(self.latencies, 0.50), 2),
            "latency_ms_p99": round(1000 * percentile(self.latencies, 0.99), 2),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of `values` do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0
