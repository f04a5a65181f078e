"""The tables of `config.toml` that say how long a ticket may take, by how urgent it is. A place may have others: 时限."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field, Strict

from bot.section import Section
from storage.types import Urgency

Minutes = Annotated[int, Strict(), Field(ge=1, le=60 * 24 * 90)]
Hours = Annotated[int, Strict(), Field(ge=1, le=24 * 90)]


class _ByUrgency(Section):
    unit: ClassVar[timedelta] = timedelta(minutes=1)

    def limits(self) -> dict[Urgency, timedelta]:
        """The same, as durations."""
        return {urgency: getattr(self, urgency) * self.unit for urgency in Urgency}


class AcceptMinutes(_ByUrgency):
    """How long each step of the ladder waits for somebody to accept."""

    emergency: Minutes = Field(default=2, description="紧急（着火、困电梯、燃气味）")
    urgent: Minutes = Field(default=30, description="加急（爆管、停电）")
    normal: Minutes = Field(default=240, description="一般；夜里免打扰的时间不算")
    low: Minutes = Field(default=2880, description="不急；夜里免打扰的时间不算")


class ProgressMinutes(_ByUrgency):
    """How long whoever accepted may be silent."""

    emergency: Minutes = Field(default=30, description="紧急的单接了以后")
    urgent: Minutes = Field(default=240, description="加急的单接了以后")
    normal: Minutes = Field(default=2880, description="一般的单接了以后；夜里不算")
    low: Minutes = Field(default=7200, description="不急的单接了以后；夜里不算")


class DoneHours(_ByUrgency):
    """How long it may take until it is done."""

    unit: ClassVar[timedelta] = timedelta(hours=1)

    emergency: Hours = Field(default=4, description="紧急的单，从报的时候算起")
    urgent: Hours = Field(default=24, description="加急的单，从报的时候算起")
    normal: Hours = Field(default=120, description="一般的单，从报的时候算起；夜里不算")
    low: Hours = Field(default=360, description="不急的单，从报的时候算起；夜里不算")
