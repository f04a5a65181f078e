"""A transaction at a point in time: what ticks get, and the ground that a message's context stands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.house import HouseRules
from handlers.messages import Words
from storage import audit, chats, identities, outbox, said
from storage.chats import Address
from storage.types import BroadcastId, MemberId, MessageKind, PlaceId, TicketId

LONGEST_KEY: Final = 300  #: characters, as the outbox has them
CALLS: Final = (MessageKind.CALL, MessageKind.EMERGENCY)


@dataclass(frozen=True, slots=True)
class Reach:
    """What handlers may know of a channel: nothing but what it can do."""

    hears: bool = True
    hears_all: bool = True
    mentions: bool = False
    people_of: tuple[str, ...] = ()  #: other channels whose ids of people stand for the same people here
    buttons: bool = False
    one_to_one: bool = False
    only_answers: bool = False  #: it may write to a person only for a while after his own word
    takes_back: bool = False  #: what was said there can be taken back
    waits: bool = False  #: what is said in its groups goes out only once a member has confirmed it
    most_bytes: int | None = None  #: of such a message, which is never cut in two


@dataclass(slots=True, kw_only=True)
class Moment:
    """A transaction at a point in time: what ticks get, and the ground that a message's context stands on."""

    session: AsyncSession
    now: datetime
    house: HouseRules
    reach: Mapping[str, Reach]  #: by channel
    careful: bool = False  #: a tick that failed is rung again: it does as little as it can at a time
    remarks: list[tuple[str, TicketId]] = field(
        default_factory=list
    )  #: for the log: what was found, about which ticket

    @property
    def cause(self) -> str:
        """What makes the bot speak now, as a part of keys: for one cause nothing is said twice to anybody."""
        return f"{self.now.timestamp():.6f}"

    def say(
        self,
        address: Address,
        words: Words,
        kind: MessageKind,
        *,
        key: str,
        is_group: bool,
        ticket: TicketId | None = None,
        broadcast: BroadcastId | None = None,
        member: MemberId | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Put a message into the outbox; `key` names it for ever."""
        channel, account, chat = address
        outbox.put(
            self.session,
            dict(
                key=key_at(key, address),
                channel=channel,
                account=account,
                chat=chat,
                is_group=is_group,
                kind=kind,
                body=words.to_body(),
                created_at=self.now,
                due_at=due_at or self.now,
                ticket_id=ticket,
                broadcast_id=broadcast,
                member_id=member,
            ),
        )

    async def way_to(self, member: MemberId, *, at_once: bool = False) -> Address | None:
        """Where `member` can be written to alone, or None: where he was last.

        Args:
            at_once: It must not wait for his next word: where only answers are allowed comes last.
        """
        found: list[tuple[bool, Address]] = []
        for way in await identities.ways_to(self.session, [member]):
            reach = self.reach.get(way.channel)
            if reach and reach.one_to_one:
                found.append((at_once and reach.only_answers, (way.channel, way.account, way.one_to_one)))
        return min(found, key=lambda one: one[0])[1] if found else None

    async def tell(
        self,
        member: MemberId,
        words: Words,
        kind: MessageKind,
        *,
        key: str,
        ticket: TicketId | None = None,
        due_at: datetime | None = None,
    ) -> bool:
        """Tell one person alone; whether there is a way to."""
        way = await self.way_to(member, at_once=kind in CALLS)
        if way is not None:
            self.say(
                way, words, kind, key=f"{key}:{member}", is_group=False, ticket=ticket, member=member, due_at=due_at
            )
        return way is not None

    async def tell_once(
        self, member: MemberId, words: Words, kind: MessageKind, *, key: str, due_at: datetime | None = None
    ) -> bool:
        """Tell one person alone what may come to mind again; whether he had not been told before and there is a way to."""
        way = await self.way_to(member, at_once=kind in CALLS)
        if way is None or await said.is_there(self.session, key_at(f"{key}:{member}", way)):
            return False
        self.say(way, words, kind, key=f"{key}:{member}", is_group=False, member=member, due_at=due_at)
        return True

    async def groups_at(self, scope: PlaceId) -> list[Address]:
        """The groups of a ticket's scope in which the bot still is, and can speak without waiting for anybody."""
        return [address for address in await chats.at(self.session, scope) if not self.waits_in(address[0])]

    def waits_in(self, channel: str) -> bool:
        """Whether what is said in the groups of that channel has to be confirmed by a member first."""
        reach = self.reach.get(channel)
        return reach is not None and reach.waits

    def note(self, action: str, subject: str, by: MemberId | None, *, done: bool = True) -> None:
        """Enter an act into the audit."""
        audit.enter(self.session, dict(at=self.now, action=action, subject=subject, member_id=by, done=done))


def key_at(key: str, address: Address) -> str:
    """The key of a message that is said at that address."""
    return _bounded(":".join((key, *address)))


def _bounded(key: str) -> str:
    """A key that the outbox takes. Cut off, two of them could become one."""
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 65]}:{sha256(key.encode()).hexdigest()}"
