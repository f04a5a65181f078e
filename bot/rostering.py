"""The table `[roster]` of `config.toml`: how the rota is looked at ahead of its time, and how far it is given out."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, Strict, model_validator

from bot.section import Section
from handlers.house import RosterRules

Whole = Annotated[int, Strict()]


class Roster(Section):
    """What is asked of the rota."""

    check_weeks: Whole = Field(default=3, ge=1, le=12, description="班表往后检查几周（周）")
    check_weekday: Whole = Field(
        default=4, ge=0, le=7, description="每周星期几自己检查一遍，有新问题就单独告诉管理员；1 是星期一，0 是不查"
    )
    rest_days: Whole = Field(default=14, ge=2, le=60, description="连着多少天都有班、一天没歇，就要说（天）")
    always: bool = Field(
        default=False, description="是不是每时每刻都要有人值班；false 就是只看平时有人的时候，true 是全天都看"
    )
    calendar_weeks: Whole = Field(default=13, ge=1, le=52, description="个人日历和导出的班表往后给几周（周）")

    @model_validator(mode="after")
    def _rest_is_seen(self) -> Self:
        if self.rest_days > 7 * self.check_weeks:
            raise ValueError(
                f"rest_days 比 check_weeks 看的 {7 * self.check_weeks} 天还长，永远看不出来，请改短或者多看几周"
            )
        return self

    def rules(self) -> RosterRules:
        """The same, as the handlers take them."""
        return RosterRules(
            ahead=timedelta(weeks=self.check_weeks),
            weekday=self.check_weekday,
            rest_within=self.rest_days,
            always=self.always,
            calendar=timedelta(weeks=self.calendar_weeks),
        )
