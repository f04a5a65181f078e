"""What a handler is given with a message; nothing here can send, commit or read a clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from handlers.messages import Inbound, Reply, Words
from handlers.moment import Moment
from handlers.tickets.board import Board, Outlook
from handlers.understanding.decide import Reader
from handlers.understanding.scales import Weighed
from handlers.understanding.types import Memory, Question
from storage import members, places
from storage.chats import GroupChat
from storage.members import Grant, Known, Member
from storage.places import Place
from storage.types import MessageKind, PlaceId, Role


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A message that was weighed ahead, and the outlook in which it was."""

    question: Question
    weighed: Weighed
    outlook: Outlook


BELIEVED: Final = timedelta(days=7)  #: no platform keeps a message for longer


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
    foreseen: Foreseen | None = None  #: what it weighed before those in front of it were handled
    why: Mapping[str, Any] | None = None  #: the codes of what decided that it concerns a ticket
    #: it comes so late that nobody waits for an answer any more: what is to be done is done, but nobody chats
    is_late: bool = False
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

    @property
    def said_at(self) -> datetime:
        """When it was said, as far as anybody need know: now, or earlier where it comes late. Old clocks are not believed."""
        return self.inbound.at if self.is_late and self.now - self.inbound.at < BELIEVED else self.now

    async def member(self) -> Member:
        """The speaker as a member; he becomes one with the first thing he does."""
        if self.known is None:
            self.known = await members.enrol(
                self.session, self.inbound.who, self.inbound.sender_name, self.now, self.inbound.one_to_one
            )
        else:
            self.known = members.acting(self.session, self.known)
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
            Words(reply.text, reply.buttons, quote=quote, pictures=reply.pictures, answers=inbound.message_id),
            MessageKind.ANSWER,
            key=f"{key}:{inbound.message_id}",
            is_group=inbound.is_group and not alone,
            member=self.known.member.id if self.known else None,
        )
