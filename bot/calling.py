"""The table of `config.toml` that says how many people are called about a ticket."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import Field, Strict

from bot.section import Section
from handlers.rules.escalations import Policy
from storage.types import Urgency

People = Annotated[int, Strict(), Field(ge=1, le=100)]
Minutes = Annotated[int, Strict(), Field(ge=1, le=60 * 24)]


class Calling(Section):
    """Where nothing else is settled for a place: a few are asked at once, and a few more when nobody answers."""

    urgent_at_once: People = Field(default=6, description="加急的单，分批叫时一批叫几个人（人）")
    normal_at_once: People = Field(default=4, description="一般的单，分批叫时一批叫几个人（人）")
    low_at_once: People = Field(default=2, description="不急的单，分批叫时一批叫几个人（人）")
    urgent_ask_minutes: Minutes = Field(default=5, description="加急的单，隔多久没人接再叫下一批（分钟）")
    ask_minutes: Minutes = Field(default=10, description="一般和不急的单，隔多久没人接再叫下一批（分钟）")
    most_calls: People = Field(default=12, description="一个人一天最多单独叫他几回，满了先叫别人（回）；紧急的不算")
    neighbours: bool = Field(
        default=True, description="分批叫的时候，同一网格邻楼在岗的人也算上，本栋的排在前面；写 false 就只叫本栋的"
    )

    def added_to(self, policy: Policy) -> Policy:
        """The policy with how many are asked at once, and how long they have before a few more are."""
        return replace(policy, at_once=self._at_once(), ask_within=self._ask_within())

    def _at_once(self) -> Mapping[Urgency, int]:
        return {Urgency.URGENT: self.urgent_at_once, Urgency.NORMAL: self.normal_at_once, Urgency.LOW: self.low_at_once}

    def _ask_within(self) -> Mapping[Urgency, timedelta]:
        usual = dict.fromkeys((Urgency.NORMAL, Urgency.LOW), timedelta(minutes=self.ask_minutes))
        return {**usual, Urgency.URGENT: timedelta(minutes=self.urgent_ask_minutes)}
