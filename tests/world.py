"""The small community in which the tests talk to the bot.

石龙社区 has one compound, 锦绣小区, with the buildings 3 (three units, 18 floors) and 4; 第一网格 holds both. Each building
and the compound has a group. Everybody can be written to alone except 老夏, who has never written to the bot.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.channels.base import Can, Link, Receive, SendError, Sent
from bot.clock import Clock
from bot.receive import Receiver
from bot.sender import Sender
from handlers.house import HouseRules, RosterRules
from handlers.messages import Attachment, Happening, Inbound, Words
from handlers.moment import Reach
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from storage import chats, members, places
from storage.database import Sessions
from storage.duty import DutyShift
from storage.identities import Identity
from storage.members import Member
from storage.places import Place
from storage.types import PlaceKind, Role

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
MONDAY_9: Final = datetime(2026, 5, 11, 9, 0, tzinfo=SHANGHAI)
CHANNEL: Final = "fake"
ACCOUNT: Final = "bot"

#: name → (group, nickname in the group, roles at places, building, room)
CAST: Final[Mapping[str, tuple[str, str, Sequence[tuple[str, Role]]]]] = {
    "李姐": ("3栋群", "2-1203 李姐", ()),
    "老夏": ("3栋群", "1-101 老夏", ()),
    "冉幺妹": ("3栋群", "3-502 冉幺妹", ()),
    "小邓": ("4栋群", "1-602 小邓", ()),
    "王芳": ("3栋群", "红管家 王芳", (("3", Role.STEWARD),)),
    "赵强": ("3栋群", "赵强", (("3", Role.STEWARD),)),
    "周网格": ("3栋群", "网格员小周", (("第一网格", Role.GRID_WORKER),)),
    "钱物业": ("3栋群", "物业 钱经理", (("锦绣小区", Role.PROPERTY),)),
    "陈书记": ("3栋群", "石龙社区 陈书记", (("石龙社区", Role.ADMIN),)),
}
UNREACHABLE: Final = "老夏"


#: 王芳 is never free, which is said where it is what a test is about.
HOUSE: Final = HouseRules(Policy(SHANGHAI), operator="石龙社区居委会", roster=RosterRules(weekday=0))


@dataclass
class FakeChannel:
    """A channel that remembers what was said into which chat, and fails when told to."""

    name: str = CHANNEL
    account: str = ACCOUNT
    can: Can = Can(buttons=True, mentions=True, quotes=True, pictures=True, files=True, one_to_one=True, recalls=True)
    said: defaultdict[str, list[Words]] = field(default_factory=lambda: defaultdict(list))
    failures: list[SendError] = field(default_factory=list)
    link: Link = field(default_factory=lambda: Link(CHANNEL, ACCOUNT, lambda: MONDAY_9))

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        if self.failures:
            raise self.failures.pop(0)
        self.said[chat].append(words)
        return Sent(f"out-{chat}-{len(self.said[chat])}")


@dataclass(repr=False)  # asyncio writes down what every task returned, which would be all that is in it
class World:
    """A running bot without a platform: people say and hear, and the clock jumps."""

    sessions: Sessions
    reader: Reader
    now: datetime = MONDAY_9.astimezone(UTC)
    house: HouseRules = field(default_factory=lambda: HOUSE)
    channel: FakeChannel = field(default_factory=FakeChannel)
    heard: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    count: int = 0

    def __post_init__(self) -> None:
        self.reach = {self.channel.name: Reach(hears_all=True, mentions=True, one_to_one=True)}
        common: dict[str, Any] = {
            "sessions": self.sessions,
            "clock": lambda: self.now,
            "house": self.house,
            "reach": self.reach,
        }
        self.receiver = Receiver(reader=self.reader, **common)
        self.receive: Receive = self.receiver.receive  # the way in
        self.clock = Clock(**common)
        self.sender = Sender(
            sessions=self.sessions,
            channels={(self.channel.name, self.channel.account): self.channel},
            clock=lambda: self.now,
            jitter=lambda: 0.0,
        )

    # -- what people do ------------------------------------------------------------------------------------------

    async def says(self, person: str, text: str, **more: Any) -> str:
        """`person` writes into his group (or `alone=True`, or `group=…`); returns the message's id.

        Keywords: reply_to (a message id), mentions (names), pictures (digests), to_bot, message_id, attachments,
        deliver=False to make the message without delivering it.
        """
        inbound = self.message(person, text, **more)
        await self.hand_over(inbound)
        return inbound.message_id

    def message(self, person: str, text: str, **more: Any) -> Inbound:
        """The message that `says` would deliver."""
        group, nickname, _ = CAST.get(person, ("3栋群", person, ()))
        alone = more.get("alone", False)
        self.count += 1
        images = tuple(Attachment("image", digest) for digest in more.get("pictures", ()))
        return Inbound(
            channel=CHANNEL,
            account=ACCOUNT,
            chat=f"alone:{person}" if alone else more.get("group", group),
            message_id=more.get("message_id", f"m{self.count}"),
            sender=person,
            sender_name=person if alone else nickname,
            text=text,
            at=more.get("at", self.now),
            is_group=not alone,
            to_bot=more.get("to_bot", alone),
            reply_to=more.get("reply_to"),
            mentions=tuple(more.get("mentions", ())),
            attachments=(*images, *more.get("attachments", ())),
            one_to_one=f"alone:{person}" if alone else None,
        )

    async def hand_over(self, *inbounds: Inbound) -> None:
        """Deliver messages, one after the other, and let the bot say what it has to say."""
        for inbound in inbounds:
            await self.receive(inbound)
        await self.send_all()

    async def presses(self, person: str, label: str, *, group: str | None = None) -> None:
        """`person` presses the button with that label under the newest message (alone, or in `group`) that has it."""
        chat = group or f"alone:{person}"
        message = next(w for w in reversed(self.channel.said[chat]) if any(b.label == label for b in w.buttons))
        button = next(b for b in message.buttons if b.label == label)
        pressed = self.message(person, button.payload, alone=group is None, group=group)
        await self.hand_over(replace(pressed, happening=Happening.PRESSED, to_bot=True))

    async def recalls(self, person: str, message_id: str, **more: Any) -> None:
        """`person` takes a message of his back."""
        gone = self.message(person, "", **more)
        await self.hand_over(replace(gone, happening=Happening.RECALLED, about=message_id))

    async def happens(self, happening: Happening, group: str, about: str | None = None) -> None:
        """The platform tells something about a group."""
        told = self.message("陈书记", "", group=group)
        await self.hand_over(replace(told, happening=happening, about=about))

    async def wait(self, time: timedelta) -> None:
        """Let time pass; the ticks ring on the way, and what is due is said."""
        step = max(timedelta(minutes=1), time / 10)
        until = self.now + time
        while self.now < until:
            self.now = min(self.now + step, until)
            await self.clock.ring()
            await self.send_all()

    async def send_all(self) -> None:
        """Say everything that is due."""
        while await self.sender.round():
            pass

    # -- what people hear ----------------------------------------------------------------------------------------

    def new(self, where: str) -> list[Words]:
        """What was said to a person alone, or in a group, since it was last looked at."""
        chat = where if where.endswith("群") else f"alone:{where}"
        fresh = self.channel.said[chat][self.heard[chat] :]
        self.heard[chat] = len(self.channel.said[chat])
        return fresh

    def hears(self, where: str, *fragments: str) -> str:
        """Exactly one new message, which holds all `fragments`; returns its text."""
        fresh = [words.text for words in self.new(where)]
        assert len(fresh) == 1, f"{where} heard {len(fresh)} messages: {fresh}"
        missing = [fragment for fragment in fragments if fragment not in fresh[0]]
        assert not missing, f"{where} heard {fresh[0]!r} without {missing}"
        return fresh[0]

    def silent(self, *places_or_people: str) -> None:
        """Nothing new was said there."""
        for where in places_or_people:
            fresh = [words.text for words in self.new(where)]
            assert not fresh, f"{where} heard {fresh}"

    def forget(self) -> None:
        """Take everything said so far as heard."""
        for chat, said in self.channel.said.items():
            self.heard[chat] = len(said)

    def last_id(self, where: str) -> str:
        """The platform's id of what the bot said there last."""
        chat = where if where.endswith("群") else f"alone:{where}"
        return f"out-{chat}-{len(self.channel.said[chat])}"


async def settle_in(sessions: Sessions, now: datetime) -> None:
    """Fill an empty database with the community above; 王芳 is on duty for building 3 day and night."""
    async with sessions.begin() as session:
        street = await places.add(session, PlaceKind.STREET, "老城街道")
        community = await places.add(session, PlaceKind.COMMUNITY, "石龙社区", street)
        grid = await places.add(session, PlaceKind.GRID, "第一网格", community)
        compound = await places.add(session, PlaceKind.COMPOUND, "锦绣小区", community)
        found: dict[str, Place] = {"石龙社区": community, "第一网格": grid, "锦绣小区": compound, "老城街道": street}
        for name in ("3", "4"):
            found[name] = await places.add(session, PlaceKind.BUILDING, name, compound, grid=grid, floors=18)
            for unit in ("1", "2", "3"):
                await places.add(session, PlaceKind.UNIT, unit, found[name])
        for group, place in (("3栋群", found["3"]), ("4栋群", found["4"]), ("小区群", compound)):
            await chats.bind(session, (CHANNEL, ACCOUNT, group), place, now)
        for name, (group, _, roles) in CAST.items():
            member = Member(name=name, created_at=now, home_id=found[group[0]].id)
            session.add(member)
            await session.flush()
            way = None if name == UNREACHABLE else f"alone:{name}"
            session.add(Identity(channel=CHANNEL, account=ACCOUNT, sender=name, member_id=member.id, one_to_one=way))
            for where, role in roles:
                await members.grant(session, member.id, found[where].id, role)
            if name == "王芳":
                first = now.astimezone(SHANGHAI).date() - timedelta(days=1)
                session.add(DutyShift(place_id=found["3"].id, member_id=member.id, first_day=first))
