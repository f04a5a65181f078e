"""The whole service around one group: only its channel is paper, and its clock follows the transcript."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from bot.clock import Clock
from bot.receive import Receiver
from bot.replay.community import set_up
from bot.replay.paper import GROUP, Paper, heard
from bot.replay.transcript import Line, Transcript
from bot.sender import Sender
from bot.transact import transact
from handlers.house import HouseRules
from handlers.moment import Reach
from handlers.understanding.decide import Reader
from storage import clocks
from storage.database import Sessions, open_database
from storage.migrations import upgrade
from storage.types import Urgency

#: The ticks ring two minutes after a message, then ever less often, but as often as anything can become due.
FIRST_STEP: Final = timedelta(minutes=2)
DANGER_STEP: Final = timedelta(minutes=2)
WAITING_STEP: Final = timedelta(minutes=30)
IDLE_STEP: Final = timedelta(hours=1)
AFTERWARDS: Final = timedelta(minutes=2)  #: what is still to be said after the last message


@dataclass(slots=True)
class Play:
    """The service, and how long it took over each message in seconds."""

    sessions: Sessions
    paper: Paper
    receiver: Receiver
    clock: Clock
    sender: Sender
    latencies: list[float]

    async def run(self, transcript: Transcript) -> None:
        """Let everything happen that the transcript tells."""
        for line in transcript.lines:
            await self._wait_until(line.at)
            self.paper.write(line)
            await self._hear(line)
        await self._wait_until(self.paper.now + AFTERWARDS)

    async def _hear(self, line: Line) -> None:
        inbound = heard(line)
        started = perf_counter()
        await self.receiver.receive(inbound)
        self.latencies.append(perf_counter() - started)
        await self._say_all()

    async def _wait_until(self, moment: datetime) -> None:
        step = FIRST_STEP
        while self.paper.now + step <= moment:
            self.paper.now += step
            await self.clock.ring()
            await self._say_all()
            step = min(2 * step, await self._longest_step())
        self.paper.now = max(self.paper.now, moment)

    async def _longest_step(self) -> timedelta:
        async with self.sessions() as session:
            waiting = {ticket.urgency for ticket in await clocks.waiting(session, self.paper.now)}
        if Urgency.EMERGENCY in waiting:
            return DANGER_STEP
        return WAITING_STEP if waiting else IDLE_STEP

    async def _say_all(self) -> None:
        while await self.sender.round():
            pass


@asynccontextmanager
async def staged(transcript: Transcript, house: HouseRules, reader: Reader) -> AsyncIterator[Play]:
    """The service around the transcript's group, in a database of its own, for as long as the block lasts."""
    paper = Paper(transcript.begins, house.bot_name)
    reach = {paper.name: Reach(mentions=True, one_to_one=True)}
    with TemporaryDirectory(prefix="guanjia-replay-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'replay.db'}"
        await upgrade(url)
        async with open_database(url) as sessions:
            await transact(sessions, lambda session: set_up(session, transcript, GROUP, paper.now))
            channels = {(paper.name, paper.account): paper}
            receiver = Receiver(sessions=sessions, clock=lambda: paper.now, house=house, reach=reach, reader=reader)
            clock = Clock(sessions=sessions, clock=lambda: paper.now, house=house, reach=reach)
            sender = Sender(sessions=sessions, channels=channels, clock=lambda: paper.now, jitter=lambda: 0.0)
            yield Play(sessions, paper, receiver, clock, sender, [])
            await receiver.close()
