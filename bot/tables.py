"""The tables of `config.toml`, one class each. Every key says in its description what it is and in which unit."""

from datetime import time, timedelta
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, Strict, ValidationInfo, field_validator, model_validator

from bot.limit_tables import AcceptMinutes, DoneHours, ProgressMinutes
from bot.section import Section
from bot.turns import Pace
from handlers.house import ADVICE, ADVICE_ELSE
from handlers.rules.dispatch import NEEDED, SKILLS
from handlers.rules.escalations import LADDER, Policy
from handlers.rules.quiet import NIGHT, QuietHours
from storage.skills import LONGEST
from storage.types import Category, PlaceKind

#: What a resident tells about himself or his neighbours: no community may have it said in a group.
NEVER: Final = frozenset({Category.CARE, Category.DISPUTE, Category.SECURITY})


def _clock(value: object) -> object:
    """A time of day written as "22:00"; pydantic would take seconds and zones as well."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    hours, colon, minutes = value.partition(":") if isinstance(value, str) else ("", "", "")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise ValueError('应该是加引号的时刻，例如 "22:00"')
    return time(int(hours), int(minutes))


Whole = Annotated[int, Strict()]
Minutes = Annotated[Whole, Field(ge=1, le=60 * 24 * 30)]
Days = Annotated[Whole, Field(ge=1, le=3650)]
Hours = Annotated[Whole, Field(ge=1, le=24 * 365)]
Clock = Annotated[time, BeforeValidator(_clock)]
Skill = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Community(Section):
    """Whose bot this is."""

    name: str = Field(default="社区", min_length=1, max_length=40, description="社区的名字，例如 石龙社区")
    time_zone: ZoneInfo = Field(
        default_factory=lambda: ZoneInfo("Asia/Shanghai"), description="时区，全国都写 Asia/Shanghai"
    )
    operator: str = Field(
        default_factory=lambda known: f"{known['name']}居民委员会",
        min_length=1,
        max_length=60,
        description="谁在运行机器人，进群时会说出来；不填就是“社区的名字 + 居民委员会”",
    )
    bot_name: str = Field(default="红管家", min_length=1, max_length=20, description="机器人自称什么")


class Rules(Section):
    """What the community decided."""

    accept_minutes: AcceptMinutes = Field(
        default_factory=AcceptMinutes, description="派单后多少分钟没人接，就往上一级叫（分钟）"
    )
    progress_minutes: ProgressMinutes = Field(
        default_factory=ProgressMinutes, description="接了单多少分钟没有动静，就提醒一声（分钟）"
    )
    done_hours: DoneHours = Field(default_factory=DoneHours, description="多少小时之内要办完（小时）；快到了先提醒")
    emergency_repeat_minutes: Minutes = Field(default=2, description="紧急的事没人接，隔多少分钟再叫一遍（分钟）")
    ladder: tuple[PlaceKind, ...] = Field(
        default=LADDER,
        description="往上叫的次序：building 楼栋、compound 小区、grid 网格、community 社区、street 街道",
    )
    quiet_start: Clock = Field(default=NIGHT.start, description="夜里从几点起不打扰人（时:分）；紧急和加急的事除外")
    quiet_end: Clock = Field(default=NIGHT.end, description="到早上几点为止（时:分）；两个写成一样就是不设")
    group_notes: Whole = Field(default=3, ge=0, le=20, description="一件事机器人最多在群里主动说几条（条）")
    never_in_group: frozenset[Category] = Field(
        default=NEVER, description="哪几类事从不在群里提；care 帮扶、dispute 纠纷、security 治安这三类不能去掉"
    )
    asked_from_percent: Whole = Field(
        default=30, ge=1, le=100, description="对机器人说的话，有几分把握是在报事才开工单（百分之几）"
    )
    manner: Literal["cautious", "normal", "eager"] = Field(
        default="normal",
        description="群里没点名的话多大胆地登记：cautious 很有把握才登记、从不追问，normal 拿不准时在群里问一句，eager 更愿意登记",
    )
    answer_minutes: Minutes = Field(default=10, description="群里问了“要登记吗”，多少分钟之内的回答算数（分钟）")
    ask_again_minutes: Minutes = Field(default=60, description="问了没人理，隔多少分钟才再问别的（分钟）")
    reporter_hours: Hours = Field(
        default=24, description="发“问”问了报的人，最多等多少小时的回答（小时）；等的时间不算时限"
    )
    linked_hours: Hours = Field(default=48, description="事情办结后多久之内，群里再说起还算这件事（小时）")
    reopen_days: Days = Field(default=7, description="办结后多少天之内可以重办（天）")
    most_open: Whole = Field(default=5, ge=1, le=1000, description="一个人手上最多几张没办完的单，满了先叫别人（张）")
    most_an_hour: Whole = Field(default=5, ge=1, le=1000, description="一个人一小时里最多接几张，满了先叫别人（张）")
    skills: tuple[Skill, ...] = Field(default=SKILLS, description="红管家可以登记哪些专长（“我会 电工”）")
    verify_days: Days = Field(
        default=3, description="办完的事过多少天没人说没好，就算核验过了（天）；不满意的到时候退回去重办"
    )
    rating_hours: Hours = Field(default=24, description="办完以后等多少小时的评价，再请社区核验（小时）；评了就不等")
    always_verify: frozenset[Category] = Field(
        default=frozenset(), description="哪几类事一定要社区的人看过才算，到期不自动算核验过"
    )
    handoff_minutes: Minutes = Field(
        default=120, description="转单、交接给谁，他多少分钟没回就算没答应（分钟）；夜里不算"
    )
    chase_days: Days = Field(default=3, description="转给外面部门的事，隔多少天提醒社区去催一次（天）")
    leave_returns: bool = Field(
        default=True, description="请假的人没交接出去的单，请假开始时退回去另派；写 false 就留在他手上"
    )
    sign_off_hours: Hours = Field(default=12, description="几个人一起办的事，开始前多少小时之外退出不留记录（小时）")
    task_hours: Hours = Field(default=2, description="几个人一起办的事算它多长（小时），时间撞上别的就提醒报名的人")
    code_hours: Hours = Field(default=24, description="绑定群、邀请人用的口令多久之内有效（小时）")
    message_id_days: Days = Field(default=30, description="消息编号留多少天，免得同一条办两遍（天）；不含内容")
    words_days: Days = Field(default=30, description="机器人说过的话留多少天（天），之后只留回执")
    correction_days: Days = Field(default=365, description="值班的人纠正过的话留多少天（天），用来学得更准")
    advice: dict[Category, Annotated[str, Field(min_length=1)]] = Field(
        default_factory=lambda: dict(ADVICE), description="紧急时先告诉大家怎么做，一类一句；没写到的类别照原来的说"
    )
    skills_needed: dict[Category, tuple[Skill, ...]] = Field(
        default_factory=lambda: dict(NEEDED),
        description="哪类事先找会什么的人，会一样就行；写 [] 是谁都行，没写到的类别照原来的",
    )
    advice_else: str = Field(default=ADVICE_ELSE, min_length=1, description="别的类别紧急时说的话")

    @field_validator("advice")
    @classmethod
    def _the_others_stay(cls, advice: dict[Category, str]) -> dict[Category, str]:
        return {**ADVICE, **advice}

    @field_validator("skills_needed")
    @classmethod
    def _the_others_stay_needed(
        cls, needed: dict[Category, tuple[str, ...]], info: ValidationInfo
    ) -> dict[Category, tuple[str, ...]]:
        known = info.data.get("skills", SKILLS)
        wrong = {skill for skills in needed.values() for skill in skills if skill not in known}
        if wrong:
            raise ValueError(f"里的 {'、'.join(sorted(wrong))} 不在 skills 里，请先加进去，或者改成里面有的")
        kept = {kind: tuple(one for one in skills if one in known) for kind, skills in NEEDED.items()}
        return {**kept, **needed}

    @field_validator("ladder")
    @classmethod
    def _each_step_once(cls, ladder: tuple[PlaceKind, ...]) -> tuple[PlaceKind, ...]:
        if not ladder:
            raise ValueError("是空的，请至少写一级")
        if len(set(ladder)) < len(ladder):
            raise ValueError("同一级写了两次，请留一个")
        return ladder

    @field_validator("never_in_group")
    @classmethod
    def _never_stays(cls, kinds: frozenset[Category]) -> frozenset[Category]:
        if missing := sorted(NEVER - kinds):
            raise ValueError(f"少了 {'、'.join(missing)}：这几类事关人家的隐私，不能在群里提，请加回来")
        return kinds

    def policy(self, zone: ZoneInfo) -> Policy:
        """How long each step waits, and which steps there are."""
        return Policy(
            zone=zone,
            accept_within=self.accept_minutes.limits(),
            progress_within=self.progress_minutes.limits(),
            done_within=self.done_hours.limits(),
            emergency_repeat=timedelta(minutes=self.emergency_repeat_minutes),
            ladder=self.ladder,
            quiet=QuietHours(self.quiet_start, self.quiet_end),
            answer_within=timedelta(hours=self.reporter_hours),
            chase_every=timedelta(days=self.chase_days),
        )


class Outbox(Section):
    """How outgoing messages are paced."""

    batch: Whole = Field(
        default=20, ge=1, le=1000, description="一个账号同时最多发多少条（条）；平台要求的间隔另外照守"
    )
    lease_seconds: Whole = Field(default=60, ge=2, le=3600, description="取走的消息多久没发完就当作没人在发（秒）")
    timeout_seconds: Whole = Field(
        default=30, ge=1, le=1800, description="发一条最多等多久（秒），要比 lease_seconds 短"
    )
    give_up_after: Whole = Field(default=8, ge=1, le=50, description="试多少次还发不出去就放弃（次）")

    @model_validator(mode="after")
    def _lease_outlives_send(self) -> Self:
        if self.timeout_seconds >= self.lease_seconds:
            raise ValueError("timeout_seconds 要比 lease_seconds 短，不然一条消息可能发两遍")
        return self

    @property
    def pace(self) -> Pace:
        """The same, as the sender takes it."""
        return Pace(
            batch=self.batch,
            lease=timedelta(seconds=self.lease_seconds),
            timeout=timedelta(seconds=self.timeout_seconds),
            give_up_after=self.give_up_after,
        )
