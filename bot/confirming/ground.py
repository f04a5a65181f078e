"""What all steps of confirming stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from bot.channels.base import Channel
from bot.channels.wording import Wording
from bot.outcomes import Verdict
from handlers.house import HouseRules
from storage.database import Sessions

#: For how long messages are taken before they count as lost in between; longer than a task with nine pictures takes.
LEASE: Final = timedelta(minutes=3)
PATIENCE: Final = timedelta(minutes=2)  #: with the platform, in one step


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The database, the channels by name and account, the clock, the rules of the house, and what is left of words."""

    sessions: Sessions
    channels: Mapping[tuple[str, str], Channel]
    clock: Callable[[], datetime]
    house: HouseRules
    wording: Wording = field(default_factory=Wording)
    instance: str = "main"
    give_up_after: int = 8  #: attempts
    jitter: Callable[[], float] = field(default_factory=lambda: Random().random)  # noqa: S311 -- no secret

    @property
    def verdict(self) -> Verdict:
        """What becomes of a message after a failure."""
        return Verdict(self.give_up_after, self.jitter)
