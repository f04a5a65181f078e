"""A notice becomes one message a group and a person: what each of them reads, when it may, and until when it is of use."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, Final

from handlers.messages import Button, File, Words
from handlers.moment import Moment, key_at
from handlers.notices.audience import Audience, Whom, audience_of
from handlers.notices.noticing import Manners, manners_at
from handlers.notices.remarks import ASKS
from handlers.notices.variables import values_at
from handlers.phrases import previews as shown_as
from handlers.rules.broadcasts import UNKNOWN_VALUE, next_digest
from handlers.rules.quiet import QuietHours, quiet_until
from handlers.rules.templates import filled, place_variables
from storage import broadcasts, members, outbox, places, receipts
from storage.broadcasts import Broadcast
from storage.chats import Address
from storage.types import MemberId, MessageKind, PlaceId

DAY: Final = timedelta(days=1)


async def text_of(moment: Moment, broadcast: Broadcast) -> str:
    """The notice as it is signed; what each place has for itself is still in braces."""
    author = await members.by_id(moment.session, broadcast.author_id)
    community = await places.by_id(moment.session, broadcast.community_id)
    first = None
    if broadcast.corrects_id is not None:
        first = await broadcasts.by_id(moment.session, broadcast.corrects_id)
    text = shown_as.notice(broadcast, community.name, author.name, first, moment.house.zone)
    asks = broadcast.asks_back and ASKS.search(broadcast.text) is None
    return f"{text}\n{moment.house.notices.ask}" if asks else text


async def texts_at(moment: Moment, broadcast: Broadcast, at: Collection[PlaceId]) -> Mapping[PlaceId, str]:
    """What is read at each of these places; what is not known there stays in braces."""
    text = await text_of(moment, broadcast)
    wanted = place_variables(text)
    if not wanted:
        return dict.fromkeys(at, text)
    return {place: filled(text, values) for place, values in (await values_at(moment, wanted, at)).items()}


async def unknown_at(moment: Moment, broadcast: Broadcast, at: Collection[PlaceId]) -> Mapping[str, Sequence[PlaceId]]:
    """By variable: the places at which nobody knows what it is."""
    wanted = place_variables(broadcast.text)
    known = await values_at(moment, wanted, at)
    missing = {name: [place for place in at if name not in known[place]] for name in wanted}
    return {name: spots for name, spots in missing.items() if spots}


async def expand(moment: Moment, broadcast: Broadcast, audience: Audience) -> None:
    """Put one message a group and a person into the outbox; a handful of statements however many they are."""
    texts = await texts_at(moment, broadcast, audience.spots)
    manners = await manners_at(moment, audience.spots)
    full = await _full(moment, broadcast, audience, manners)
    put = _Round(moment, broadcast)
    for group in audience.groups:
        rule = manners[group.place_id]
        gathered = _gathered_at(moment, broadcast, rule) if group.address in full else None
        put.say(group.address, texts[group.place_id], rule, gathered=gathered)
    for person in audience.people:
        if person.way is not None:
            put.say(person.way, texts[person.place], manners[person.place], member=person.id)


class _Round:
    """Puts the messages of one round into the outbox. What they have in common is worked out once, for there may be many."""

    def __init__(self, moment: Moment, broadcast: Broadcast) -> None:
        self._moment, self._broadcast = moment, broadcast
        self._key = broadcast.round_key.removesuffix(":")
        self._alike: dict[str, Any] = dict(
            kind=MessageKind.WARNING if broadcast.warning else MessageKind.BROADCAST,
            created_at=moment.now,
            ticket_id=None,
            broadcast_id=broadcast.id,
        )
        self._body = cache(self._body_with)
        self._times = cache(self._times_with)

    def say(
        self,
        address: Address,
        text: str,
        rule: Manners,
        *,
        gathered: datetime | None = None,
        member: MemberId | None = None,
    ) -> None:
        channel, account, chat = address
        due_at, until = self._times(gathered or self._moment.now, rule.quiet)
        body, dead = self._body(text, channel)
        own: dict[str, Any] = dict(
            key=key_at(self._key, address),
            channel=channel,
            account=account,
            chat=chat,
            is_group=member is None,
            body=body,
            due_at=due_at,
            good_until=until,
            member_id=member,
        )
        outbox.put(self._moment.session, self._alike | own, dead=dead, gathers=gathered is not None)

    def _body_with(self, text: str, channel: str) -> tuple[dict[str, Any], str | None]:
        """What is said there, and why it cannot be."""
        notice, reach = self._broadcast, self._moment.reach.get(channel)
        pressed = notice.asks_back and reach is not None and reach.buttons and not reach.waits
        buttons = (Button("收到", f"收到 {notice.id}"),) if pressed else ()
        words = Words(text, buttons, pictures=tuple(notice.pictures), files=tuple(map(File.of, notice.files)))
        return words.to_body(), UNKNOWN_VALUE if place_variables(text) else None

    def _times_with(self, due_at: datetime, quiet: QuietHours) -> tuple[datetime, datetime]:
        """When it is due, and until when it is of use."""
        if not self._broadcast.warning:
            due_at = quiet_until(due_at, quiet, self._moment.house.zone)
        return due_at, good_until(self._moment, self._broadcast, due_at)


def good_until(moment: Moment, broadcast: Broadcast, due_at: datetime) -> datetime:
    """Yesterday's “明天停水” misleads: what is not out in time is not said any more."""
    late = max(broadcast.due_at, due_at) + moment.house.notices.grace
    return late if broadcast.expires_at is None else min(late, broadcast.expires_at)


def _gathered_at(moment: Moment, broadcast: Broadcast, rule: Manners) -> datetime | None:
    """When it goes out together with others; None: it would be too late then, so that it goes alone after all."""
    due_at = next_digest(moment.now, moment.house.notices.digest_at, rule.quiet, moment.house.zone)
    return None if broadcast.expires_at is not None and broadcast.expires_at <= due_at else due_at


async def _full(
    moment: Moment, broadcast: Broadcast, audience: Audience, manners: Mapping[PlaceId, Manners]
) -> frozenset[Address]:
    """The groups of the audience that have had as many notices today as their place allows."""
    limited = [group for group in audience.groups if manners[group.place_id].most_a_day]
    if broadcast.warning or not limited:
        return frozenset()
    began = datetime.combine(moment.now.astimezone(moment.house.zone).date(), time(), tzinfo=moment.house.zone)
    had = await receipts.notices_since(moment.session, began, began + DAY)
    return frozenset(
        group.address
        for group in limited
        if not moment.waits_in(group.channel)  # its platform counts by itself
        and had.get(group.address, 0) >= manners[group.place_id].most_a_day
    )


async def full_groups(moment: Moment, broadcast: Broadcast, audience: Audience) -> frozenset[Address]:
    """The groups that would get it only later, together with others, if it went now."""
    manners = await manners_at(moment, audience.spots)
    full = await _full(moment, broadcast, audience, manners)
    by_place = {group.address: group.place_id for group in audience.groups}
    return frozenset(one for one in full if _gathered_at(moment, broadcast, manners[by_place[one]]) is not None)


async def audience_for(moment: Moment, broadcast: Broadcast) -> Audience:
    """Who gets a notice as it is now. A correction goes to those who got what it corrects."""
    found = await audience_of(moment, Whom.of(broadcast), warning=broadcast.warning)
    if broadcast.corrects_id is None:
        return found
    got = await receipts.reached_by(moment.session, broadcast.corrects_id)
    return found.only(got)
