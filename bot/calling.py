"""The table of `config.toml` that says how many people are called about a ticket."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import Field, Strict

from bot.section import Section
from handlers.rules.escalations import Policy
from handlers.rules.weights import Weights
from storage.types import Urgency

People = Annotated[int, Strict(), Field(ge=1, le=100)]
Minutes = Annotated[int, Strict(), Field(ge=1, le=60 * 24)]
Days = Annotated[int, Strict(), Field(ge=30, le=1000)]
Tickets = Annotated[float, Field(ge=0, le=100, strict=True)]


class Calling(Section):
    """Where nothing else is settled for a place: a few are asked at once, and a few more when nobody answers."""

    urgent_at_once: People = Field(default=6, description="加急的单，分批叫时一批叫几个人（人）")
    normal_at_once: People = Field(default=5, description="一般的单，分批叫时一批叫几个人（人）")
    low_at_once: People = Field(default=2, description="不急的单，分批叫时一批叫几个人（人）")
    urgent_ask_minutes: Minutes = Field(default=5, description="加急的单，隔多久没人接再叫下一批、下一个（分钟）")
    few_ask_minutes: Minutes = Field(default=30, description="一般和不急的单，分批叫时隔多久没人接再叫下一批（分钟）")
    ask_minutes: Minutes = Field(default=10, description="一般和不急的单，一个一个问时隔多久没回音再问下一个（分钟）")
    most_calls: People = Field(default=12, description="一个人一天最多单独叫他几回，满了先叫别人（回）；紧急的不算")
    neighbours: bool = Field(
        default=True, description="分批叫的时候，同一网格邻楼在岗的人也算上，本栋的排在前面；写 false 就只叫本栋的"
    )

    remember_days: Days = Field(default=365, description="排先后的时候，看各人近多少天接了几张（天）")
    catch_up_tickets: Tickets = Field(
        default=4, description="新来的、好久没来的，最多当他比大家平均少接几张，不用一口气补上（张）"
    )
    in_hand_tickets: Tickets = Field(default=2, description="排先后的时候，手上每有一张没办完的，算多接了几张（张）")
    next_door_tickets: Tickets = Field(
        default=1.5, description="邻楼来帮忙的，算他多接了几张，数越大越先叫本栋的（张）"
    )
    able_tickets: Tickets = Field(
        default=2, description="会这类事的，算他少接了几张，数越大会的人越先叫，也越累（张）；一批里总有一个会的"
    )
    slow_tickets: Tickets = Field(
        default=1, description="这个钟点回音比平常慢一倍的，算他多接了几张，快一倍的算少接几张；0 是不看快慢（张）"
    )

    def weights(self) -> Weights:
        """What counts as how many tickets."""
        return Weights(
            self.in_hand_tickets,
            self.next_door_tickets,
            self.able_tickets,
            self.slow_tickets,
            behind=self.catch_up_tickets,
        )

    def added_to(self, policy: Policy) -> Policy:
        """The policy with how many are asked at once, and how long they have before a few more are."""
        return replace(
            policy,
            at_once=self._at_once(),
            ask_within=self._within(self.ask_minutes),
            few_within=self._within(self.few_ask_minutes),
        )

    def _at_once(self) -> Mapping[Urgency, int]:
        return {Urgency.URGENT: self.urgent_at_once, Urgency.NORMAL: self.normal_at_once, Urgency.LOW: self.low_at_once}

    def _within(self, minutes: int) -> Mapping[Urgency, timedelta]:
        usual = dict.fromkeys((Urgency.NORMAL, Urgency.LOW), timedelta(minutes=minutes))
        return {**usual, Urgency.URGENT: timedelta(minutes=self.urgent_ask_minutes)}
