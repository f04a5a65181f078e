"""A channel's memory in the database; see `Ledger` in `bot/channels/ledger.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.window import Allowance, first_to_use, is_news, used
from bot.transact import transact
from storage import allowances, receipts
from storage.allowances import AllowanceRow
from storage.chats import Address
from storage.database import Sessions


@dataclass(frozen=True, slots=True)
class DatabaseLedger:
    """Implements the channels' `Ledger` for one account."""

    sessions: Sessions
    clock: Callable[[], datetime]
    channel: str
    account: str

    async def allow(self, *given: tuple[str, Allowance]) -> None:
        """See `Ledger.allow`."""
        in_order = sorted(given, key=lambda one: one[0])  # so that two processes do not wait for each other for ever
        if in_order:
            await transact(self.sessions, lambda session: self._allow_all(session, in_order))

    async def use(self, chat: str) -> Allowance | None:
        """See `Ledger.use`."""
        return await transact(self.sessions, lambda session: self._use(session, chat))

    async def give_back(self, chat: str, allowance: Allowance) -> None:
        """See `Ledger.give_back`."""
        await transact(self.sessions, lambda session: self._change(session, chat, allowance, 1))

    async def close(self, chat: str, allowance: Allowance) -> None:
        """See `Ledger.close`."""
        await transact(self.sessions, lambda session: self._change(session, chat, allowance, None))

    async def position(self, stream: str) -> str:
        """See `Ledger.position`."""
        async with self.sessions() as session:
            return await allowances.position(session, self.channel, self.account, stream)

    async def reach(self, stream: str, position: str) -> None:
        """See `Ledger.reach`."""
        where = (self.channel, self.account, stream, position)
        await transact(self.sessions, lambda session: allowances.reach(session, *where))

    async def came_back(self, message: str, reason: str) -> None:
        """See `Ledger.came_back`."""
        where = (self.channel, self.account, message)
        await transact(self.sessions, lambda session: receipts.came_back(session, where, reason))

    async def _allow_all(self, session: AsyncSession, given: Sequence[tuple[str, Allowance]]) -> None:
        for chat, allowance in given:
            await self._allow(session, chat, allowance)

    async def _allow(self, session: AsyncSession, chat: str, fresh: Allowance) -> None:
        rows = {row.occasion: row for row in await allowances.in_chat(session, self._address(chat))}
        row = rows.get(fresh.occasion)
        if not is_news(_allowance(row) if row else None, fresh):
            return
        if row is None:
            row = AllowanceRow(**self._named(chat, fresh), since=fresh.since, by="", until=fresh.until, left=0)
            session.add(row)
        row.since, row.by, row.until, row.left, row.code = fresh.since, fresh.by, fresh.until, fresh.left, fresh.code

    async def _use(self, session: AsyncSession, chat: str) -> Allowance | None:
        rows = {row.occasion: row for row in await allowances.in_chat(session, self._address(chat))}
        first = first_to_use([_allowance(row) for row in rows.values()], self.clock())
        if first is not None:
            rows[first.occasion].left = used(first).left
        return first

    async def _change(self, session: AsyncSession, chat: str, was: Allowance, back: int | None) -> None:
        """Count `back` messages less as sent, or let nothing be left; not of what the person has done since."""
        for row in await allowances.in_chat(session, self._address(chat)):
            if (row.occasion, row.since, row.by) == (was.occasion, was.since, was.by):
                row.left = 0 if back is None else row.left + back

    def _address(self, chat: str) -> Address:
        return (self.channel, self.account, chat)

    def _named(self, chat: str, allowance: Allowance) -> dict[str, str]:
        return {"channel": self.channel, "account": self.account, "chat": chat, "occasion": allowance.occasion}


def _allowance(row: AllowanceRow) -> Allowance:
    return Allowance(row.occasion, row.since, row.by, row.until, row.left, row.code)
