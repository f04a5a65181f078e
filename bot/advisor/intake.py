"""Messages that are advised on before they are received.

The model is asked before the transaction begins and while none is open; the transaction then takes the advice if the
tickets are still the same. A chat's messages stay in order, other chats do not wait. Nothing is on disk and nothing is
acknowledged before the transaction: after a crash the message is delivered again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakValueDictionary

from bot.advisor.advisor import Advisor, make_advisor
from bot.advisor.config import ModelConfig
from bot.advisor.endpoint import Endpoint
from bot.advisor.purse import LastingPurse
from bot.advisor.roll import Roll
from bot.introduced import Acquainted, ids, introduced
from bot.receive import Receiver
from bot.storable import storable
from handlers.context import Context
from handlers.messages import Happening, Inbound
from handlers.moment import Moment
from handlers.reading.values import clean
from handlers.tickets import reports
from handlers.understanding.advice import Advice, AdvisedReader
from handlers.understanding.masks import Masks
from handlers.understanding.types import Heard, Question
from storage import inbox
from storage.chats import Address

log = logging.getLogger(__name__)

CHATS: Final = 5000  #: whose stand-ins are remembered


@dataclass(slots=True, kw_only=True)
class AdvisedIntake:
    """A way in through the advisor.

    Args:
        private: Whether what is said to the bot alone may be asked about.
        communities: In which alone it is asked, by name; everywhere if empty.
    """

    receiver: Receiver
    advisor: Advisor
    roll: Roll
    private: bool = False
    communities: Collection[str] = ()
    given: dict[Heard, Advice] = field(default_factory=dict)
    _acquainted: Acquainted = field(default_factory=Acquainted)
    _masks: dict[Address, Masks] = field(default_factory=dict)
    _turns: WeakValueDictionary[Address, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def receive(self, inbound: Inbound) -> None:
        """Take one message; see `Receive` in `bot/channels/base.py`."""
        since = asyncio.get_running_loop().time()
        inbound = storable(inbound)
        async with self._turns.setdefault(inbound.address, asyncio.Lock()):
            heard = await self._safely_advised(inbound, since)
            try:
                await self.receiver.receive(inbound)
            finally:
                if heard is not None:
                    self.given.pop(heard, None)

    async def _safely_advised(self, inbound: Inbound, since: float) -> Heard | None:
        """The same as `_advised`; whatever goes wrong there, the message is received."""
        try:
            return await self._advised(inbound, since)
        except Exception:
            log.exception("advice_failed", extra=ids(inbound))
            return None

    async def _advised(self, inbound: Inbound, since: float) -> Heard | None:
        """The message as it will be judged, if the model had something to say to it; that is then in `given`."""
        if inbound.happening is not Happening.SAID or inbound.from_bot or not (inbound.is_group or self.private):
            return None
        masks = self._masks_of(inbound.address)
        question = await self._question(inbound, masks)
        if question is None:
            return None
        local = self.receiver.reader.judge(question.heard, question.scene, question.memory, question.tickets)
        if not self.advisor.wants(question, local):
            return None
        masks.learn(await self.roll.named_in(_words(question), question.heard.at))
        opinion = await self.advisor.advise(question, local, masks, since)
        if opinion is None:
            return None
        self.given[question.heard] = Advice(opinion, question.tickets)
        return question.heard

    async def _question(self, inbound: Inbound, masks: Masks) -> Question | None:
        """The message as it would be judged now; None for a command, and for what was taken before."""
        receiver = self.receiver
        async with receiver.sessions() as session:
            if await inbox.is_taken(session, inbound.key):
                return None
            ground = Moment(session=session, now=receiver.clock(), house=receiver.house, reach=receiver.reach)
            (ctx,) = await introduced(ground, [inbound], receiver.reader, receiver.memories, self._acquainted)
            if ctx.place is None or receiver.routes.asked(ctx) is not None or not await self._is_asked_in(ctx):
                return None
            question = await reports.question(ctx, clean(inbound.text))
            masks.scene = question.scene
            masks.resume(question.heard.at)
            masks.meet(inbound.sender, inbound.sender_name)
        return question

    async def _is_asked_in(self, ctx: Context) -> bool:
        return not self.communities or (await ctx.community()).name in self.communities

    def _masks_of(self, address: Address) -> Masks:
        masks = self._masks.pop(address, None) or Masks()
        self._masks[address] = masks  # the chat heard last goes to the end
        if len(self._masks) > CHATS:
            self._masks.pop(next(iter(self._masks)))
        return masks


def _words(question: Question) -> str:
    """Everything that may be told, in which a member's name may be."""
    recent = (heard.text for heard, _ in question.memory.recent)
    return "\n".join((question.heard.text, *recent, *(ticket.gist for ticket in question.tickets)))


@asynccontextmanager
async def opened(config: ModelConfig, receiver: Receiver) -> AsyncIterator[AdvisedIntake]:
    """The way in, connected for as long as the block lasts."""
    endpoint = Endpoint(config)
    purse = LastingPurse(
        sessions=receiver.sessions,
        clock=receiver.clock,
        house=receiver.house,
        reach=receiver.reach,
        budget=config.monthly_tokens,
        nudge=receiver.nudge,
    )
    advisor = make_advisor(config, endpoint, purse, receiver.clock)
    try:
        intake = AdvisedIntake(
            receiver=receiver,
            advisor=advisor,
            roll=Roll(receiver.sessions),
            private=config.private_chats,
            communities=config.communities,
        )
        receiver.reader = AdvisedReader.over(receiver.reader, intake.given)
        yield intake
    finally:
        await endpoint.close()
