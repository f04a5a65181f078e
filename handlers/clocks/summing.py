"""Much at once, said shortly: what one tick has to say to one person is one message where it would be a storm."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from typing_extensions import override

from handlers.messages import Button, Mention, Words
from handlers.moment import Moment, key_at
from handlers.phrases import chains as phrases
from storage import said
from storage.chats import Address
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import BroadcastId, MemberId, MessageKind, TicketId

APART: Final = 3  #: messages at once that are still said one by one


@dataclass(frozen=True, slots=True)
class Held:
    """A message that is not said yet, and what it came of."""

    words: Words
    kind: MessageKind
    key: str
    is_group: bool
    member: MemberId | None
    due_at: datetime | None
    ticket: Ticket
    step: StepKind
    stale: bool


@dataclass(slots=True, kw_only=True)
class Summing(Moment):
    """A moment that holds back what is said of tickets until `say_all`. Emergencies are said at once.

    Attributes:
        of: The ticket that is spoken of, the step that is taken, and whether its time is long past.
    """

    of: tuple[Ticket, StepKind, bool] | None = None
    held: dict[Address, list[Held]] = field(default_factory=dict)

    @override
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
        """See `Moment.say`."""
        if self.of is None or kind is MessageKind.EMERGENCY:
            more = dict(ticket=ticket, broadcast=broadcast, member=member, due_at=due_at)
            Moment.say(self, address, words, kind, key=key, is_group=is_group, **more)  # type: ignore[arg-type]
            return
        held = Held(words, kind, key, is_group, member, due_at, *self.of)
        self.held.setdefault(address, []).append(held)

    async def say_all(self) -> None:
        """Say to everybody what there is to say: of one ticket what comes first, of many all in one."""
        self.of = None
        for address, held in self.held.items():
            found = _one_each(held)
            if len(found) == 1 or (len(found) <= APART and not any(one.stale for one in found)):
                self._one_by_one(address, found)
            else:
                await self._at_once(address, found)
        self.held = {}

    def _one_by_one(self, address: Address, held: Sequence[Held]) -> None:
        for one in held:
            self.say(
                address,
                one.words,
                one.kind,
                key=one.key,
                is_group=one.is_group,
                ticket=one.ticket.id,
                member=one.member,
                due_at=one.due_at,
            )

    async def _at_once(self, address: Address, held: Sequence[Held]) -> None:
        """One message an hour: what else comes to light within it stands in the list to which it points."""
        is_group = held[0].is_group
        called = any(one.kind is MessageKind.CALL for one in held)
        kind = MessageKind.TICKET_NOTE if is_group else MessageKind.CALL if called else MessageKind.PERSONAL
        words = _in_group(held) if is_group else _alone(held)
        key = f"summed:{self.now:%Y%m%d%H}:{held[0].member or 0}"
        if await said.is_there(self.session, key_at(key, address)):
            return
        due_at = max((one.due_at for one in held if one.due_at is not None), default=None)
        self.say(address, words, kind, key=key, is_group=is_group, member=held[0].member, due_at=due_at)


def _one_each(held: Sequence[Held]) -> list[Held]:
    """Of each ticket what matters most: that somebody is called, or else what was said last."""
    found: dict[TicketId, Held] = {}
    for one in held:
        if one.ticket.id not in found or found[one.ticket.id].kind is not MessageKind.CALL:
            found[one.ticket.id] = one
    return list(found.values())


def _alone(held: Sequence[Held]) -> Words:
    text = phrases.summed_up({one.ticket: one.step for one in held})
    return Words(text, (Button("待办", "待办"),))


def _in_group(held: Sequence[Held]) -> Words:
    mentions: dict[str, Mention] = {mention.sender: mention for one in held for mention in one.words.mentions}
    text = phrases.summed_up_in_group([one.ticket for one in held], [m.name for m in mentions.values()])
    return Words(text, mentions=tuple(mentions.values()))
