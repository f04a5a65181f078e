"""What a handler is given and what it gives back; nothing here can send, commit or read a clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from handlers.board import Board
from handlers.house import HouseRules
from handlers.understanding.decide import Reader
from handlers.understanding.types import Memory
from storage import audit, chats, members, outbox, places
from storage.chats import Address, GroupChat
from storage.members import Grant, Known, Member
from storage.places import Place
from storage.types import BroadcastId, MemberId, MessageKind, PlaceId, Role, TicketId

BUTTON_VERSION: Final = "1"
LONGEST_KEY: Final = 300  #: characters, as the outbox has them


class Happening(StrEnum):
    """What a channel can hear."""

    SAID = "said"  #: somebody wrote, spoke or sent something
    PRESSED = "pressed"  #: a button; `text` is its payload
    RECALLED = "recalled"  #: `about` is the id of the message that its sender took back
    JOINED = "joined"  #: the bot was added to the chat
    REMOVED = "removed"  #: the bot was removed from the chat
    MOVED = "moved"  #: the chat has the new address `about`


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came with a message.

    `kind` is one of image, video, voice, file, location. `digest` is the SHA-256 (hex) under which the bytes were
    stored before the message was handed over; None for what was not fetched, was too large or is no picture
    (`refused` then says why in Chinese, as a resident may read it).
    """

    kind: str
    digest: str | None = None
    size: int = 0
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing heard on a channel. `(channel, account, message_id)` names it for ever, however often it is delivered."""

    channel: str
    account: str  #: which of the bot's accounts on that channel heard it
    chat: str  #: the channel's address of the chat
    message_id: str
    sender: str
    sender_name: str
    text: str
    at: datetime  #: aware UTC
    is_group: bool = True
    happening: Happening = Happening.SAID
    to_bot: bool = False  #: the bot is mentioned, quoted or alone with the sender
    from_bot: bool = False  #: another bot's message
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()  #: sender ids
    attachments: tuple[Attachment, ...] = ()
    about: str | None = None
    one_to_one: str | None = None  #: the chat address at which this sender can be reached alone, where that is known

    @property
    def address(self) -> Address:
        """The chat it was heard in."""
        return (self.channel, self.account, self.chat)

    @property
    def who(self) -> members.Who:
        """The identity that said it."""
        return (self.channel, self.account, self.sender)

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it for ever."""
        return (self.channel, self.account, self.message_id)


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: pressing it says `words` to the bot."""

    label: str
    words: str

    @property
    def payload(self) -> str:
        """What the channel carries and hands back, at most 64 bytes: the version and the words."""
        return f"{BUTTON_VERSION}|{self.words}"


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody called by name in a message, `sender` in the channel's own ids."""

    sender: str
    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """A message to be said. Channels that cannot do a part of it degrade it; `bot/channels/base.py` says how."""

    text: str
    buttons: tuple[Button, ...] = ()
    mentions: tuple[Mention, ...] = ()
    quote: str | None = None  #: the platform's id of the message that is answered
    pictures: tuple[str, ...] = ()  #: digests

    def to_body(self) -> dict[str, Any]:
        """As it is stored in the outbox."""
        return {
            "text": self.text,
            "buttons": [[b.label, b.words] for b in self.buttons],
            "mentions": [[m.sender, m.name] for m in self.mentions],
            "quote": self.quote,
            "pictures": list(self.pictures),
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Words":
        """What `to_body` stored."""
        return cls(
            text=body["text"],
            buttons=tuple(Button(*pair) for pair in body.get("buttons", ())),
            mentions=tuple(Mention(*pair) for pair in body.get("mentions", ())),
            quote=body.get("quote"),
            pictures=tuple(body.get("pictures", ())),
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers where it was asked. `alone`: to the asker alone where the channel can."""

    text: str
    buttons: tuple[Button, ...] = ()
    pictures: tuple[str, ...] = ()
    alone: bool = False


class Refusal(Exception):  # noqa: N818 -- not an error: a sentence for a person
    """What cannot be done, and what to do instead. Raising it undoes the handler and becomes the reply."""

    def __init__(self, text: str, *, alone: bool = False) -> None:
        super().__init__(text)
        self.reply = Reply(text, alone=alone)


@dataclass(frozen=True, slots=True)
class Reach:
    """What handlers may know of a channel: nothing but what it can do."""

    hears_all: bool = True
    mentions: bool = False
    one_to_one: bool = False


@dataclass(slots=True, kw_only=True)
class Moment:
    """A transaction at a point in time: what ticks get, and the ground that a message's context stands on."""

    session: AsyncSession
    now: datetime
    house: HouseRules
    reach: Mapping[str, Reach]  #: by channel

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
        self.session.add(
            outbox.OutboxMessage(
                key=_bounded(f"{key}:{channel}:{account}:{chat}"),
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
            )
        )

    async def way_to(self, member: MemberId) -> Address | None:
        """Where `member` can be written to alone, or None."""
        for identity in await members.identities_of(self.session, [member]):
            reach = self.reach.get(identity.channel)
            if reach and reach.one_to_one and identity.one_to_one:
                return (identity.channel, identity.account, identity.one_to_one)
        return None

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
        way = await self.way_to(member)
        if way is not None:
            self.say(
                way, words, kind, key=f"{key}:{member}", is_group=False, ticket=ticket, member=member, due_at=due_at
            )
        return way is not None

    async def groups_at(self, scope: PlaceId) -> list[GroupChat]:
        """The groups of a ticket's scope in which the bot still is."""
        return list(await chats.at(self.session, [scope]))

    def note(self, action: str, subject: str, by: MemberId | None, *, done: bool = True) -> None:
        """Enter an act into the audit."""
        self.session.add(audit.AuditEntry(at=self.now, action=action, subject=subject, member_id=by, done=done))


def _bounded(key: str) -> str:
    """A key that the outbox takes. Cut off, two of them could become one."""
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 65]}:{sha256(key.encode()).hexdigest()}"


@dataclass(slots=True, kw_only=True)
class Context(Moment):
    """One message and what is known about it."""

    inbound: Inbound
    reader: Reader
    group: GroupChat | None = None  #: None in a one-to-one chat, and in a group that nobody has bound
    place: Place | None = None  #: the group's place; the speaker's home in a one-to-one chat, where known
    known: Known | None = None  #: None for somebody who has never done anything yet
    memory: Memory = field(default_factory=Memory)
    board: Board = field(default_factory=dict)  #: by place; shared by the messages of a batch
    afresh: bool = False  #: it changed who is who or which group is where: what follows it is looked up anew

    @property
    @override
    def cause(self) -> str:
        """The message."""
        return ":".join(self.inbound.key)

    @property
    def is_group(self) -> bool:
        """Whether others read along."""
        return self.inbound.is_group

    async def member(self) -> Member:
        """The speaker as a member; he becomes one with the first thing he does."""
        if self.known is None:
            self.known = await members.enrol(
                self.session, self.inbound.who, self.inbound.sender_name, self.now, self.inbound.one_to_one
            )
        return self.known.member

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The speaker's roles with their places."""
        return self.known.grants if self.known else ()

    @property
    def roles(self) -> frozenset[Role]:
        """What the speaker is anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def roles_at(self, place: Place | None) -> frozenset[Role]:
        """What the speaker is at `place`; at no place in particular, what he is anywhere."""
        return frozenset(g.role for g in self.grants if place is None or place.path.startswith(g.path))

    async def community(self) -> Place:
        """The community that the chat, the speaker's home or his office belongs to.

        Raises:
            LookupError: No place exists yet.
        """
        if self.place is not None:
            return await places.community_of(self.session, self.place)
        grants = self.known.grants if self.known else ()
        if grants:
            nearest = PlaceId(int(grants[0].path.strip("/").split("/")[-1]))
            return await places.community_of(self.session, await places.by_id(self.session, nearest))
        return await places.only_community(self.session)

    def answer(self, reply: Reply, *, key: str = "answer") -> None:
        """Put the reply to this message into the outbox, alone with the asker where that is wished and known."""
        inbound, way = self.inbound, self.inbound.address
        alone = reply.alone and inbound.is_group and self.known is not None and self.known.identity.one_to_one
        if alone:
            way = (inbound.channel, inbound.account, str(alone))
        quote = inbound.message_id if inbound.is_group and not alone else None
        self.say(
            way,
            Words(reply.text, reply.buttons, quote=quote, pictures=reply.pictures),
            MessageKind.ANSWER,
            key=f"{key}:{inbound.message_id}",
            is_group=inbound.is_group and not alone,
            member=self.known.member.id if self.known else None,
        )
