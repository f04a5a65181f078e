"""How tasks are: which groups got them, who is reminded, and which are taken away again."""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import SendError
from bot.channels.confirmed import Confirmed, Progress
from bot.confirming.asking import LOOK_EVERY
from bot.confirming.ground import PATIENCE, Ground
from bot.transact import transact
from handlers.rules.confirming import (
    CONFIRM_WITHIN,
    LEFT_OUT,
    OVERTAKEN,
    PASSED_ON_WITHIN,
    QUOTA_USED,
    UNCONFIRMED,
    WITHDRAWN,
    reminder_due,
)
from storage import confirmations
from storage.confirmations import Confirmation
from storage.outbox import INCOMPLETE, UNSHOWN, OutboxMessage
from storage.types import OutboxStatus

log = logging.getLogger(__name__)

#: What a receipt still says of a message that is out after all.
_LEFT: Final[Mapping[str | None, str]] = {
    WITHDRAWN: OVERTAKEN,
    OVERTAKEN: OVERTAKEN,
    INCOMPLETE: INCOMPLETE,
    UNSHOWN: UNSHOWN,
}


async def look(ground: Ground, channel: Confirmed) -> None:
    """See how every task is that was not looked at for a while."""
    now = ground.clock()
    for task, wanted in await transact(ground.sessions, partial(_open, channel, ground)):
        if channel.link.mute:
            return  # the one before got no answer, so neither would this one
        over = not wanted or now - task.asked_at >= CONFIRM_WITHIN
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                if over:
                    await _take_away(channel, task)
                progress = await channel.progress(task.task, task.member)
        except (SendError, TimeoutError) as error:
            log.info("task_not_seen", extra={"channel": channel.name, "error": str(error) or "no answer in time"})
            if not (over and isinstance(error, SendError) and error.permanent):
                await transact(ground.sessions, partial(_later, ground, task.id))
                continue
            progress = Progress()
        reminded = not (over or progress.confirmed) and await _reminded(ground, channel, task)
        await transact(ground.sessions, partial(_settle, ground, task.id, progress, over=over, reminded=reminded))


async def _open(channel: Confirmed, ground: Ground, session: AsyncSession) -> list[tuple[Confirmation, bool]]:
    """The tasks to look at, and whether anything still waits for each: else it was cancelled, or its groups are gone."""
    found = await confirmations.to_look_at(session, (channel.name, channel.account), ground.clock())
    return [(task, any(_waits(row) for row in await confirmations.messages_of(session, task))) for task in found]


async def _take_away(channel: Confirmed, task: Confirmation) -> None:
    """One that is over on the platform already cannot be taken away, and need not be."""
    try:
        await channel.cancel(task.task)
    except SendError as error:
        if not error.permanent:
            raise


async def _reminded(ground: Ground, channel: Confirmed, task: Confirmation) -> bool:
    quiet, zone = ground.house.escalation.quiet, ground.house.zone
    if not reminder_due(task.asked_at, task.reminders, ground.clock(), quiet, zone):
        return False
    try:
        await channel.remind(task.task)
    except SendError as error:
        log.info("not_reminded", extra={"channel": channel.name, "error": str(error)})
        return error.permanent or error.unsure  # then it counts, so that nobody is reminded without end
    return True


async def _settle(
    ground: Ground, number: int, progress: Progress, session: AsyncSession, *, over: bool, reminded: bool
) -> None:
    now = ground.clock()
    task = await session.get_one(Confirmation, number)
    if progress.confirmed and task.confirmed_at is None:
        task.confirmed_at = now
    late = task.confirmed_at is not None and now - task.confirmed_at >= PASSED_ON_WITHIN
    rows = await confirmations.messages_of(session, task)
    for row in rows:
        if row.chat in progress.got:
            row.error = _LEFT.get(row.error)
            row.status, row.sent_at = OutboxStatus.SENT, progress.got[row.chat] or now
        elif _waits(row) and row.chat in progress.over_quota:
            row.status, row.error = OutboxStatus.DEAD, QUOTA_USED
        elif _waits(row) and (over or late):
            row.status, row.error = OutboxStatus.DEAD, LEFT_OUT if progress.confirmed else UNCONFIRMED
    task.reminders += reminded
    task.look_at = now + LOOK_EVERY
    if not any(map(_waits, rows)):
        task.over_at = now


async def _later(ground: Ground, number: int, session: AsyncSession) -> None:
    task = await session.get_one(Confirmation, number)
    task.look_at = ground.clock() + LOOK_EVERY


def _waits(row: OutboxMessage) -> bool:
    return row.status is OutboxStatus.CONFIRMING
