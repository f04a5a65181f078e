"""A notice on its way: (ticks) start what is due, finish what was sent, drop what nobody confirmed.

The outbox row of a group is its receipt and its key names the round, so that whatever is run twice says nothing twice.
"""

from datetime import timedelta
from typing import Final

from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.notices.dates import next_round, still_meant
from handlers.notices.delivery import incomplete, names_of, reasons_of, unshown
from handlers.notices.releasing import advance, awake, is_expired, start
from handlers.phrases import broadcasts as phrases
from handlers.phrases import confirming as waiting_phrases
from handlers.rules.broadcasts import EXPIRED, TOO_LATE, BroadcastAction
from storage import broadcasts, confirmations, receipts, timetable
from storage.broadcasts import Broadcast
from storage.outbox import WAITING
from storage.types import BroadcastStatus, MessageKind, OutboxStatus

DRAFT_FOR: Final = timedelta(hours=24)  #: how long a draft waits for its author


async def start_due(moment: Moment) -> None:
    """Start every notice whose time has come; what is far too late is left to its author."""
    for broadcast in await timetable.due(moment.session, moment.now):
        if is_expired(moment, broadcast):
            await _expired(moment, broadcast)
        elif moment.now - broadcast.due_at > moment.house.notices.grace:
            await _missed(moment, broadcast)
        elif await still_meant(moment, broadcast):
            await _start_by_day(moment, broadcast)
        else:
            await _wait_for_next(moment, broadcast)


async def _start_by_day(moment: Moment, broadcast: Broadcast) -> None:
    planned, broadcast.due_at = broadcast.due_at, moment.now
    if await awake(moment, broadcast):
        broadcast.due_at = planned
        await start(moment, broadcast)


async def _expired(moment: Moment, broadcast: Broadcast) -> None:
    """Its author is told that it did not go out; it never goes out late."""
    planned = broadcast.due_at
    if broadcast.same_day and await next_round(moment, broadcast) is not None:
        await _wait_for_next(moment, broadcast)
    else:
        advance(broadcast, BroadcastAction.CANCEL)
    words = Words(phrases.expired(broadcast, planned, moment.now, moment.house.zone))
    await tell_author(moment, broadcast, words, f"expired:{planned.timestamp():.0f}")


async def _missed(moment: Moment, broadcast: Broadcast) -> None:
    planned = broadcast.due_at
    if await next_round(moment, broadcast) is not None:
        await _wait_for_next(moment, broadcast)
        text = phrases.round_missed(broadcast, planned, moment.now, moment.house.zone)
        return await tell_author(moment, broadcast, Words(text), f"missed:{planned.timestamp():.0f}")
    ask_again(moment, broadcast)
    words = Words(phrases.time_went_by(broadcast, planned, moment.now, moment.house.zone), buttons(broadcast))
    return await tell_author(moment, broadcast, words, f"late:{planned.timestamp():.0f}")


def ask_again(moment: Moment, broadcast: Broadcast) -> None:
    """Make it a draft that goes at once when its author confirms it."""
    if broadcast.status is not BroadcastStatus.DRAFT:
        advance(broadcast, BroadcastAction.ASK)
    broadcast.at_once, broadcast.due_at, broadcast.shown_at = True, moment.now, moment.now


def buttons(broadcast: Broadcast) -> tuple[Button, ...]:
    """To confirm or to cancel."""
    return (Button("确认发送", f"确认 {broadcast.id}"), Button("取消", f"取消通知 {broadcast.id}"))


async def _wait_for_next(moment: Moment, broadcast: Broadcast) -> None:
    broadcast.due_at = await next_round(moment, broadcast) or moment.now
    await awake(moment, broadcast)


async def finish_sent(moment: Moment) -> None:
    """Close every round of which nothing is waiting any more, and tell the author what became of it."""
    for broadcast in await timetable.sending(moment.session):
        expired = broadcast.expires_at is not None and broadcast.expires_at <= moment.now
        await broadcasts.give_up(moment.session, broadcast, moment.now, EXPIRED if expired else TOO_LATE)
        counts = await receipts.of_round(moment.session, broadcast.id, broadcast.round_key)
        if any(counts.get(status) for status in (*WAITING, OutboxStatus.GATHERING)):
            continue
        if counts.get(OutboxStatus.CONFIRMING):
            await _tell_waiting(moment, broadcast, counts.get(OutboxStatus.SENT, 0))
        else:
            await _finish(moment, broadcast, counts.get(OutboxStatus.SENT, 0))


async def _tell_waiting(moment: Moment, broadcast: Broadcast, got: int) -> None:
    """Tell the author once a round that the rest is in the hands of members."""
    if broadcast.wait_told == broadcast.rounds:
        return
    broadcast.wait_told = broadcast.rounds
    text = waiting_phrases.waiting(broadcast, await confirmations.waited_for(moment.session, broadcast), got)
    await tell_author(moment, broadcast, Words(text), f"waiting:{broadcast.rounds}")


async def _finish(moment: Moment, broadcast: Broadcast, sent: int) -> None:
    trouble = await broadcasts.not_sent(moment.session, broadcast)
    lacks = await _lacks(moment, broadcast)
    if trouble or lacks or not sent or broadcast.rounds == 1 or broadcast.resends:  # one that went as always is no news
        failed = [row for row in trouble if row.status is OutboxStatus.DEAD]
        unsure = [row for row in trouble if row.status is OutboxStatus.UNSURE]
        text = phrases.finished(broadcast, sent, await reasons_of(moment, failed), await names_of(moment, unsure))
        words = Words("\n".join([text, *lacks]))
        await tell_author(moment, broadcast, words, f"finished:{broadcast.rounds}:{broadcast.resends}")
    if await next_round(moment, broadcast) is None:
        advance(broadcast, BroadcastAction.FINISH)
    else:
        advance(broadcast, BroadcastAction.REPEAT)
        broadcast.resends = 0
        await _wait_for_next(moment, broadcast)


async def _lacks(moment: Moment, broadcast: Broadcast) -> list[str]:
    """What is to be said of pictures and files that were not shown; of one that is refused every day it is said once."""
    refused = await unshown(moment, broadcast)
    if broadcast.unshown_told == broadcast.edits and not broadcast.resends:
        refused = []
    if refused:
        broadcast.unshown_told = broadcast.edits
    return [*await incomplete(moment, broadcast), *refused]


async def drop_unconfirmed(moment: Moment) -> None:
    """Cancel the drafts that nobody confirmed in time, and say so."""
    for broadcast in await timetable.unconfirmed(moment.session, moment.now - DRAFT_FOR):
        advance(broadcast, BroadcastAction.CANCEL)
        await tell_author(moment, broadcast, Words(phrases.lapsed(broadcast)), "lapsed")


async def tell_author(moment: Moment, broadcast: Broadcast, words: Words, key: str) -> None:
    """Tell the author alone, or else where he wrote it."""
    named = f"notice:{broadcast.id}:{key}"
    if not await moment.tell(broadcast.author_id, words, MessageKind.PERSONAL, key=named):
        way = (broadcast.channel, broadcast.account, broadcast.chat)
        if not broadcast.chat:  # written in no chat, or by somebody who is gone
            return
        moment.say(way, words, MessageKind.ANSWER, key=named, is_group=broadcast.in_group)
