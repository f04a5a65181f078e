"""What became of a notice in every group, with the reason and the remedy, and sending it again where it failed."""

from collections.abc import Sequence
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Button, File, Reply, Words
from handlers.moment import Moment
from handlers.notices.audience import Audience, Whom
from handlers.notices.expanding import audience_for, expand, good_until, texts_at
from handlers.notices.noticing import awake_at
from handlers.notices.releasing import advance
from handlers.phrases import delivery as phrases
from handlers.phrases import previews as shown_as
from handlers.phrases.confirming import failure
from handlers.rules.broadcasts import BroadcastAction
from handlers.rules.confirming import OVERTAKEN, WITHDRAWN
from handlers.rules.templates import place_variables
from storage import audiences, chats, confirmations, members, recalls, receipts, sights
from storage.broadcasts import Broadcast
from storage.chats import Address
from storage.outbox import INCOMPLETE, UNSHOWN, OutboxMessage
from storage.receipts import Receipt
from storage.types import BroadcastStatus, OutboxStatus, Role

_LEFT: Final = (WITHDRAWN, OVERTAKEN)  #: what was stopped on purpose


async def view(ctx: Context, found: Broadcast) -> Reply:
    """Where a notice is and what became of it, to whoever answers for it."""
    me = (await ctx.member()).id
    await sights.see(ctx.session, found.id, me, found.edits)
    titles = [await title(ctx.session, place) for place in found.audience]
    roles = [(Role(role), await title(ctx.session, place)) for role, place in found.roles]
    to = shown_as.whom(titles, [await title(ctx.session, place) for place in found.exclusions], roles)
    rows = await receipts.rows_of(ctx.session, found.id, found.round_key) if found.rounds else ()
    lines = [phrases.head(found, to, ctx.now, ctx.house.zone), *await _receipts(ctx, found, rows)]
    lines += await _lost(ctx, found)
    failed = [one for one in rows if again(one)]
    if failed and found.status in (BroadcastStatus.SENT, BroadcastStatus.SENDING):
        lines.append(phrases.resend(found))
        return Reply("\n".join(lines), (Button("补发", f"补发 {found.id}"),), alone=True)
    return Reply("\n".join(lines), alone=True)


async def _receipts(moment: Moment, found: Broadcast, rows: Sequence[Receipt]) -> list[str]:
    if not rows:
        return []
    by_status: dict[OutboxStatus, list[OutboxMessage]] = {}
    for row, status in rows:
        by_status.setdefault(status, []).append(row)
    waited = await confirmations.waited_for(moment.session, found)
    gone = sum(
        one.over_at is not None and one.error is None for one, _ in await recalls.of_notice(moment.session, found.id)
    )
    lines = [phrases.counts({status: len(there) for status, there in by_status.items()}, waited)]
    lines += [phrases.recalled(gone)] if gone else []
    lines += [*await incomplete(moment, found), *await unshown(moment, found)]
    if dead := by_status.get(OutboxStatus.DEAD):
        lines.append(phrases.dead(await reasons_of(moment, dead)))
    if unsure := by_status.get(OutboxStatus.UNSURE):
        lines.append(phrases.unsure(await names_of(moment, unsure)))
    return lines


async def incomplete(moment: Moment, found: Broadcast) -> list[str]:
    """In how many places the last round was said without what was gone of it."""
    rows = await _lacking(moment, found, INCOMPLETE)
    return [phrases.incomplete(found, len(rows))] if rows else []


async def unshown(moment: Moment, found: Broadcast) -> list[str]:
    """Where the platform took the words of the last round and not what hung on them."""
    rows = await _lacking(moment, found, UNSHOWN)
    return [phrases.unshown(found, await names_of(moment, rows))] if rows else []


async def _lacking(moment: Moment, found: Broadcast, why: str) -> Sequence[OutboxMessage]:
    if not (found.pictures or found.files):  # then it was another's with which it went out
        return ()
    return await receipts.lacking(moment.session, found.id, found.round_key, why)


async def names_of(moment: Moment, rows: Sequence[OutboxMessage]) -> list[str]:
    """The groups' places, or the people, whom these messages are for."""
    found = await chats.bound(moment.session, {_at(row) for row in rows})
    names = []
    for row in rows:
        _, place = found.get(_at(row), (None, None))
        if row.member_id is not None and not row.is_group:
            names.append((await members.by_id(moment.session, row.member_id)).name)
        else:
            names.append(await title(moment.session, place.id) if place else phrases.UNBOUND)
    return names


async def reasons_of(moment: Moment, rows: Sequence[OutboxMessage]) -> list[str]:
    """For whom these messages were that are dead, each with its reason."""
    gone, titles = await _gone(moment, rows), await names_of(moment, rows)
    return [failure(name, row.error, lost=_at(row) in gone) for row, name in zip(rows, titles, strict=True)]


async def _gone(moment: Moment, rows: Sequence[OutboxMessage]) -> set[Address]:
    found = await chats.bound(moment.session, {_at(row) for row in rows})
    return {address for address, (group, _) in found.items() if group.lost_at is not None}


async def _lost(moment: Moment, found: Broadcast) -> list[str]:
    """The groups of the audience in which the bot no longer is."""
    whom = Whom.of(found)
    lost = await audiences.groups_of(moment.session, whom.places, whom.but, lost=True) if whom.places else ()
    titles = [await title(moment.session, group.place_id) for group in lost]
    return [phrases.lost(titles)] if titles else []


def again(receipt: Receipt) -> bool:
    """Whether a message surely did not go out, and was not stopped on purpose."""
    return receipt.status is OutboxStatus.DEAD and receipt.row.error not in _LEFT


async def resend(moment: Moment, found: Broadcast) -> int:
    """Send the last round again to those who surely did not get it, and to groups bound since; how many there are.

    A message that may have gone out is not repeated.
    """
    rows = await receipts.rows_of(moment.session, found.id, found.round_key)
    audience = await audience_for(moment, found)
    spots = {group.address: group.place_id for group in audience.groups}
    spots |= {person.way: person.place for person in audience.people if person.way is not None}
    failed = {_at(row): row for row, status in rows if again(Receipt(row, status)) and _at(row) in spots}
    texts = await texts_at(moment, found, list({spots[address] for address in failed}))
    fit = {at: row for at, row in failed.items() if not place_variables(texts[spots[at]])}
    for address, row in fit.items():
        await _revive(moment, found, row, texts[spots[address]], audience)
    fresh = audience.only({address for address in spots if address not in {_at(row) for row, _ in rows}})
    await expand(moment, found, fresh)
    count = len(fit) + len(fresh.groups) + sum(person.way is not None for person in fresh.people)
    if count:
        found.resends += 1
        if found.status is BroadcastStatus.SENT:
            advance(found, BroadcastAction.RESEND)
    return count


async def _revive(moment: Moment, found: Broadcast, row: OutboxMessage, text: str, audience: Audience) -> None:
    words = Words(text, pictures=tuple(found.pictures), files=tuple(map(File.of, found.files)))
    row.body, row.status, row.error, row.attempts = words.to_body(), OutboxStatus.PENDING, None, 0
    row.due_at = moment.now if found.warning else await awake_at(moment, audience.spots, moment.now)
    row.good_until, row.folded_into = good_until(moment, found, row.due_at), None
    row.platform_id, row.parts = None, None


def _at(row: OutboxMessage) -> Address:
    return (row.channel, row.account, row.chat)
