"""A district of many groups on five channels with the limits that these really have, and one notice for all of them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from bench.town import ACCOUNT
from bot.channels.base import Can, Link, Sent
from bot.channels.onebot import OneBotConfig
from bot.channels.telegram import TelegramConfig
from bot.channels.webchat import WebchatConfig
from bot.channels.wecom_bot import WecomBotConfig
from bot.channels.wecom_hook import WecomHookConfig
from handlers.house import HouseRules
from handlers.messages import Words
from handlers.moment import Moment
from handlers.rules.escalations import Policy
from storage import places
from storage.base import table_of
from storage.broadcasts import Broadcast
from storage.chats import GroupChat
from storage.database import Sessions
from storage.members import Member
from storage.places import Place
from storage.types import BroadcastStatus, PlaceKind

TEXT: Final = "明天上午9点到下午5点，因主管道检修停水，请提前接好水。恢复供水后先放一会儿再用。"
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
HOUSE: Final = HouseRules(Policy(SHANGHAI))

#: What each channel is able to do, as it is connected without further settings.
CANS: Final[Mapping[str, Can]] = {
    "webchat": WebchatConfig.about.can,
    "telegram": TelegramConfig(token=SecretStr("1:x")).can,
    "onebot": OneBotConfig(token=SecretStr("a-token-of-the-bench")).can,
    "wecom_bot": WecomBotConfig.about.can,
    "wecom_hook": WecomHookConfig.about.can,
}


@dataclass(slots=True)
class Platform:
    """A simulated platform: it takes what is said within its time, and remembers when and where."""

    name: str
    can: Can
    clock: Callable[[], datetime]
    random: Random
    account: str = ACCOUNT
    said: list[tuple[float, str]] = field(default_factory=list)
    link: Link = field(init=False)

    def __post_init__(self) -> None:
        self.link = Link(self.name, self.account, self.clock, up=True)

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        assert words.text
        self.said.append((asyncio.get_running_loop().time(), chat))
        await asyncio.sleep(self.random.uniform(0.05, 0.3))
        return Sent(f"out-{len(self.said)}")

    @property
    def needs(self) -> float:
        """Seconds that its limits alone ask for, for as much as was said."""
        return max(len(self.said) - 1, 0) * self.can.account_pause.total_seconds()

    @property
    def hastened(self) -> int:
        """How often it was spoken to sooner than its limits allow; a tenth sooner makes good what came late."""
        pause = self.can.account_pause.total_seconds() * 0.89
        at = sorted(moment for moment, _ in self.said)
        return sum(1 for sooner, later in pairwise(at) if later - sooner < pause)


async def settle(sessions: Sessions, groups: int, now: datetime, channels: Sequence[str]) -> None:
    """Fill an empty database: so many buildings with a group each, over the channels in turn, and a notice for all."""
    async with sessions.begin() as session:
        community = await places.add(session, PlaceKind.COMMUNITY, "石龙社区")
        compound = await places.add(session, PlaceKind.COMPOUND, "锦绣小区", community)
        author = Member(name="陈书记", created_at=now, home_id=community.id)
        session.add(author)
        await session.flush()
        await session.execute(sa.insert(table_of(Place)), list(_buildings(compound, groups)))
        await session.execute(sa.insert(table_of(GroupChat)), [row async for row in _groups(session, channels, now)])
        session.add(_notice(community, author, now))


def _buildings(compound: Place, number: int) -> Iterator[dict[str, Any]]:
    for building in range(compound.id + 1, compound.id + 1 + number):
        path = f"{compound.path}{building}/"
        yield dict(id=building, kind=PlaceKind.BUILDING, name=str(building), parent_id=compound.id, path=path)


async def _groups(session: AsyncSession, channels: Sequence[str], now: datetime) -> Any:
    found = await session.scalars(sa.select(Place.id).where(Place.kind == PlaceKind.BUILDING).order_by(Place.id))
    for at, building in enumerate(found.all()):
        channel = channels[at % len(channels)]
        yield dict(
            channel=channel,
            account=ACCOUNT,
            chat=f"{channel}-{building}",
            place_id=building,
            bound_at=now,
            lost_told=False,
        )


def _notice(community: Place, author: Member, now: datetime) -> Broadcast:
    return Broadcast(
        community_id=community.id,
        audience=[community.id],
        author_id=author.id,
        text=TEXT,
        pictures=[],
        created_at=now,
        shown_at=now,
        due_at=now,
        channel="webchat",
        account=ACCOUNT,
        chat="alone",
        in_group=False,
        status=BroadcastStatus.SCHEDULED,
    )


def moment(session: AsyncSession, now: datetime) -> Moment:
    """What a tick gets."""
    return Moment(session=session, now=now, house=HOUSE, reach={})
