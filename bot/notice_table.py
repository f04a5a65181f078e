"""The table of `config.toml` about notices."""

from datetime import time, timedelta

from pydantic import Field

from bot.section import Section
from bot.tables import Clock, Days, Minutes, Whole
from handlers.rules.broadcasts import NoticeRules


class Notices(Section):
    """How notices are dealt with where a place has no rule of its own."""

    approval: bool = Field(default=False, description="要不要第二个管理员看过才发；预警从来不用")
    most_a_day: Whole = Field(
        default=5, ge=0, le=100, description="一个群一天最多几条（条），多的并成一条一起发；写 0 就是不限"
    )
    digest_at: Clock = Field(default=time(18), description="并成一条的几点发（时:分）")
    grace_minutes: Minutes = Field(
        default=120, description="到点没赶上（停电、重启），晚多少分钟之内还照发，再晚就先问写的人（分钟）"
    )
    ask: str = Field(
        default="收到请回复1", min_length=1, max_length=60, description="要回执的通知，最后一行怎么写；回“收到”“1”都算"
    )
    remind_hours: Whole = Field(
        default=24,
        ge=0,
        le=24 * 30,
        description="要回执的通知，过多少小时单独提醒还没回的人一次（小时），夜里不提醒；写 0 就是不提醒",
    )
    answer_days: Days = Field(default=7, ge=1, le=90, description="回执收多少天（天）；写了有效期的只收到那时")

    def rules(self) -> NoticeRules:
        """The same, as the handlers take it."""
        return NoticeRules(
            self.approval,
            self.most_a_day,
            self.digest_at,
            timedelta(minutes=self.grace_minutes),
            self.ask,
            timedelta(hours=self.remind_hours),
            answers_for=timedelta(days=self.answer_days),
        )
