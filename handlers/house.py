"""The rules that a community may want otherwise, as one value with good defaults; `config.toml` sets them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from handlers.rules.broadcasts import NoticeRules
from handlers.rules.dispatch import NEEDED, SKILLS, Limits
from handlers.rules.escalations import Policy
from handlers.rules.verifying import VerifyRules
from handlers.rules.weights import USUAL, Weights
from storage.types import Category

ADVICE: Final[Mapping[Category, str]] = MappingProxyType(
    {
        Category.FIRE_SAFETY: "看到火、烟先离开，马上拨打 119，别坐电梯，出门随手关门。",
        Category.GAS: "闻到燃气味：别开关电器、别打火、别在屋里打电话，开窗，人到楼外再拨燃气抢修和 119。",
        Category.ELEVATOR: "有人困在电梯里：按轿厢里的警铃，别扒门别跳，等专业人员；有人不舒服就拨 120，也可以拨 119。",
        Category.CARE: "有人晕倒、摔伤或突发急病：先拨 120，别随意搬动，留人守着。",
        Category.SECURITY: "有人正受到伤害：先保证自己安全，马上拨打 110。",
        Category.DISPUTE: "动起手来了就马上拨打 110，旁人先拉开、别围观。",
        Category.POWER: "带电、打火的地方千万别碰别靠近，也别用水浇；有人触电先断电再拨 120，起火拨 119。",
        Category.SEWER: "水漫到电箱、配电房就别再靠近，当心触电；需要救援拨打 119。",
        Category.WATER: "水漫到电箱、配电房就别再靠近，当心触电；需要救援拨打 119。",
        Category.FALLING: "请从楼下绕行，别站在下面看；有人受伤拨 120，有人故意抛物拨 110。",
    }
)
ADVICE_ELSE: Final = "有人受伤或有危险，请先拨打 120、119 或 110。"


@dataclass(frozen=True, slots=True)
class Manner:
    """How boldly the bot takes what nobody says to it for a report.

    From the probability `opens` on that it is one, a ticket is opened without asking; from `asks` on it is asked in the
    group first (1: never). What sounds like danger to life is asked about from `fears` on. Whether what was opened is an
    emergency is asked from the probability `worries` of that on.
    """

    opens: float
    asks: float
    fears: float = 0.05
    worries: float = 0.15


#: By their names in `config.toml`.
MANNERS: Final[Mapping[str, Manner]] = MappingProxyType(
    {
        "cautious": Manner(opens=0.8, asks=1.0),
        "normal": Manner(opens=0.55, asks=0.4),
        "eager": Manner(opens=0.5, asks=0.2),
    }
)


@dataclass(frozen=True, slots=True)
class RosterRules:
    """How the rota is looked at ahead of its time, and how far it is given out."""

    ahead: timedelta = timedelta(weeks=3)
    weekday: int = 4  #: on which it is looked at by itself, Monday is 1; 0 is never
    rest_within: int = 14  #: of so many days in a row one has to be free
    always: bool = False  #: somebody ought to be on duty at every hour; else at those at which somebody usually is
    calendar: timedelta = timedelta(weeks=13)  #: how far ahead people's calendars go


@dataclass(frozen=True, slots=True)
class HouseRules:
    """What the community decided. `escalation` holds the time zone, the time limits, the ladder and the quiet hours."""

    escalation: Policy
    operator: str = "社区居民委员会"  #: who runs the bot, as the greeting names it
    bot_name: str = "红管家"
    web_address: str | None = None  #: where the web chat is opened, if there is one
    pages: str | None = None  #: where pages can be opened from outside, without a slash at the end
    group_notes: int = 3  #: most unasked messages in a group about one ticket
    never_in_group: frozenset[Category] = frozenset({Category.CARE, Category.DISPUTE, Category.SECURITY})
    advice: Mapping[Category, str] = field(default_factory=lambda: ADVICE)
    advice_else: str = ADVICE_ELSE
    skills: tuple[str, ...] = SKILLS
    needed: Mapping[Category, tuple[str, ...]] = field(default_factory=lambda: NEEDED)  #: any one of them is enough
    limits: Limits = field(default_factory=Limits)
    weights: Weights = USUAL
    remembered: timedelta = timedelta(days=365)  #: for how long it counts that somebody has accepted a ticket
    neighbours: bool = True  #: whether those on duty next door are asked as well where a few are
    roster: RosterRules = field(default_factory=RosterRules)
    asked_from: float = 0.3  #: probability from which what is said to the bot opens a ticket
    manner: Manner = MANNERS["normal"]
    answer_within: timedelta = timedelta(minutes=10)  #: how long the bot's question in a group stands
    ask_again_after: timedelta = timedelta(hours=1)  #: … and how long a group that did not answer is left in peace
    linked_for: timedelta = timedelta(days=2)  #: how long something said may still belong to a closed ticket
    reopen_within: timedelta = timedelta(days=7)
    handoff_within: timedelta = timedelta(hours=2)  #: how long somebody who is asked to take a ticket over has
    leave_returns: bool = True  #: whether what somebody on leave has not handed over is given back when it begins
    sign_off_until: timedelta = timedelta(hours=12)  #: before its beginning a task may be left without a note
    task_for: timedelta = timedelta(hours=2)  #: how long a task for several people is taken to last
    verifying: VerifyRules = field(default_factory=VerifyRules)
    notices: NoticeRules = field(default_factory=NoticeRules)
    code_for: timedelta = timedelta(hours=24)  #: how long a one-time code is good
    ids_for: timedelta = timedelta(days=30)  #: how long message ids are kept against double delivery
    words_for: timedelta = timedelta(days=30)  #: how long what the bot said is kept in words
    corrections_for: timedelta = timedelta(days=365)  #: how long what the staff set right is kept to learn from

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return self.escalation.zone
