"""Due messages → tasks before members; and what became of tasks whose making was interrupted."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import SendError
from bot.channels.confirmed import Confirmed, Task
from bot.channels.wording import spelled_out
from bot.confirming.ground import LEASE, PATIENCE, Ground
from bot.transact import transact
from handlers.messages import Words
from handlers.rules.confirming import DISSOLVED, QUOTA_USED, UNFIT, WITHDRAWN, day_began
from storage import broadcasts, chats, confirmations, listings
from storage.confirmations import Confirmation
from storage.listings import ListedGroup
from storage.outbox import INCOMPLETE, UNSHOWN, OutboxMessage
from storage.types import BroadcastStatus, MessageKind, OutboxStatus

log = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(minutes=1)
CLOCKS_DIFFER: Final = timedelta(minutes=5)  #: at most, ours and the platform's
LISTED_FOR: Final = timedelta(days=30)  #: how far back the platform can be asked for its list


@dataclass(frozen=True, slots=True)
class Parcel:
    """One text for some groups of one member, as it was taken for sending. `messages`: the outbox ids by group."""

    member: str
    member_name: str
    body: Mapping[str, Any]
    taken_at: datetime
    messages: dict[str, int] = field(default_factory=dict)


async def ask_due(ground: Ground, channel: Confirmed) -> None:
    """Put what is due before those who have to confirm it."""
    now = ground.clock()
    for parcel in await transact(ground.sessions, partial(_take, ground, channel, now)):
        if ground.clock() - now > LEASE - PATIENCE:
            return  # somebody else might take the rest for lost while it is asked: it is looked up first
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                task = await channel.ask(parcel.member, list(parcel.messages), _words(ground, channel, parcel))
        except SendError as error:
            await transact(ground.sessions, partial(_failed, ground, parcel, error))
        except TimeoutError:
            log.warning("task_unsure", extra={"channel": channel.name})  # looked up when the lease is over
        else:
            await transact(ground.sessions, partial(_asked, ground, channel, parcel, task))


async def look_up(ground: Ground, channel: Confirmed) -> None:
    """Find out about tasks that may or may not have been made: the platform keeps a list."""
    for parcel in await transact(ground.sessions, partial(_hanging, channel, ground.clock())):
        since = max(parcel.taken_at - CLOCKS_DIFFER, ground.clock() - LISTED_FOR)
        known = await transact(ground.sessions, partial(_known, channel, since))
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                found = await channel.asked_before(parcel.member, _words(ground, channel, parcel), since, known)
        except (SendError, TimeoutError):
            continue  # they hang until it can be told
        if found is not None:
            await transact(ground.sessions, partial(_asked, ground, channel, parcel, Task(found)))
        else:
            await transact(ground.sessions, partial(_failed, ground, parcel, SendError("was not made")))


async def _take(ground: Ground, channel: Confirmed, now: datetime, session: AsyncSession) -> list[Parcel]:
    account = (channel.name, channel.account)
    found = await confirmations.take_due(session, account, now=now, lease=LEASE, by=ground.instance)
    if not found:
        return []
    listed = await listings.at(session, {(*account, message.chat) for message in found})
    used = await confirmations.asked_today(session, account, day_began(now, ground.house.zone))
    fit = []
    for message in found:
        group, full = listed.get((*account, message.chat)), used.get(message.chat, 0) >= channel.a_day
        why = _why_not(message, group, full=full)
        if why is None:
            used[message.chat] = used.get(message.chat, 0) + 1
            fit.append(message)
        else:
            _die(message, why)
    return _parcels(fit, listed)


def _why_not(message: OutboxMessage, group: ListedGroup | None, *, full: bool) -> str | None:
    if message.kind is not MessageKind.BROADCAST:
        return UNFIT
    if group is None:
        return DISSOLVED
    return QUOTA_USED if full else None


def _parcels(messages: Sequence[OutboxMessage], listed: Mapping[tuple[str, str, str], ListedGroup]) -> list[Parcel]:
    found: dict[tuple[str, str, datetime], Parcel] = {}
    for message in messages:
        group = listed[message.channel, message.account, message.chat]
        taken_at = (message.lease_until or message.due_at) - LEASE
        key = (group.owner, json.dumps(message.body, sort_keys=True), taken_at)
        parcel = found.setdefault(key, Parcel(group.owner, group.owner_name, message.body, taken_at))
        parcel.messages[message.chat] = message.id
    return list(found.values())


async def _asked(ground: Ground, channel: Confirmed, parcel: Parcel, task: Task, session: AsyncSession) -> None:
    now = ground.clock()
    rows = await confirmations.by_ids(session, list(parcel.messages.values()))
    whole = Words.from_body(parcel.body)
    lacks = UNSHOWN if task.unshown else INCOMPLETE if ground.wording.left(whole) is not whole else None
    for row in rows:
        if row.chat in task.refused:
            _die(row, DISSOLVED)
            await chats.lose(session, (row.channel, row.account, row.chat), now)
            await listings.lose(session, (row.channel, row.account, row.chat))
            continue
        row.lease_until = row.leased_by = None
        row.status, row.platform_id, row.error = OutboxStatus.CONFIRMING, task.id, lacks
        if await _is_cancelled(session, row):
            _die(row, WITHDRAWN)
    if any(row.chat not in task.refused for row in rows):
        session.add(
            Confirmation(
                channel=channel.name,
                account=channel.account,
                task=task.id,
                member=parcel.member,
                member_name=parcel.member_name,
                asked_at=now,
                look_at=now + LOOK_EVERY,
            )
        )


async def _is_cancelled(session: AsyncSession, message: OutboxMessage) -> bool:
    """Whether its notice was taken back while the task was made; then the task is taken away again."""
    notice = await broadcasts.by_id(session, message.broadcast_id) if message.broadcast_id is not None else None
    return notice is not None and notice.status is BroadcastStatus.CANCELLED


async def _failed(ground: Ground, parcel: Parcel, error: SendError, session: AsyncSession) -> None:
    """A task was not made. Where that is not sure, the messages hang until it was looked up."""
    if error.unsure:
        return
    for message in await confirmations.by_ids(session, list(parcel.messages.values())):
        ground.verdict.note(message, error, ground.clock())


async def _hanging(channel: Confirmed, now: datetime, session: AsyncSession) -> list[Parcel]:
    account = (channel.name, channel.account)
    found = await confirmations.left_hanging(session, account, now)
    listed = await listings.at(session, {(*account, message.chat) for message in found})
    for message in found:
        if (*account, message.chat) not in listed:
            _die(message, DISSOLVED)
    return _parcels([message for message in found if message.status is OutboxStatus.SENDING], listed)


async def _known(channel: Confirmed, since: datetime, session: AsyncSession) -> set[str]:
    return await confirmations.known_tasks(session, (channel.name, channel.account), since)


def _die(message: OutboxMessage, why: str) -> None:
    message.status, message.error = OutboxStatus.DEAD, why
    message.lease_until = message.leased_by = None


def _words(ground: Ground, channel: Confirmed, parcel: Parcel) -> Words:
    return spelled_out(ground.wording.left(Words.from_body(parcel.body)), channel.can)
