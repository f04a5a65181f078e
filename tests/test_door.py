"""The web chat's door, answered from the database: who comes in, and which groups he finds there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo import settle
from bot.door import LINE, CommunityDoor
from bot.transact import transact
from handlers.house import HouseRules
from handlers.messages import Button, Words
from handlers.rules.escalations import Policy
from storage import codes, identities, members, places
from storage.codes import Purpose
from storage.database import Sessions
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.types import MemberId, MessageKind, OutboxStatus, PlaceKind
from tests.world import MONDAY_9, SHANGHAI

NOW = MONDAY_9.astimezone(UTC)
HOUSE = HouseRules(Policy(SHANGHAI))
DIGEST = "ab" * 32


class Watch:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def door(sessions: Sessions, watch: Watch) -> CommunityDoor:
    await transact(sessions, lambda session: settle(session, HOUSE, NOW))
    return CommunityDoor(sessions, watch)


async def ids(door: CommunityDoor) -> Mapping[str, str]:
    return {person.name: person.id for person in await door.people()}


async def titles(door: CommunityDoor, name: str) -> set[str]:
    return {tab.title for tab in await door.chats((await ids(door))[name])}


async def newcomer(session: AsyncSession) -> MemberId:
    """Somebody entered by the community who was never on the page."""
    building = (await places.all_of(session, PlaceKind.BUILDING))[0]
    member = Member(name="1-301 新来的", created_at=NOW, home_id=building.id)
    session.add(member)
    await session.flush()
    await codes.issue(session, "link-1", Purpose.ENTER, NOW + timedelta(hours=1), member=member.id)
    return member.id


async def test_a_neighbour_is_in_the_groups_above_his_home(door: CommunityDoor) -> None:
    assert await titles(door, "2-1203 李姐") == {"3栋群（石龙巷小区）", "石龙巷小区群"}
    assert await titles(door, "1-101 老夏") == {"5栋群（石龙巷小区）", "石龙巷小区群"}


async def test_an_office_opens_the_groups_below_it(door: CommunityDoor) -> None:
    every = {"3栋群（石龙巷小区）", "5栋群（石龙巷小区）", "石龙巷小区群"}
    for name in ("罗小军", "钱经理", "蒋主任", "吴科长"):
        assert await titles(door, name) == every, name
    assert await titles(door, "王芳") == {"3栋群（石龙巷小区）", "石龙巷小区群"}


async def test_whoever_sees_a_group_is_seen_in_it(door: CommunityDoor) -> None:
    people = await door.people()
    groups = {tab for person in people for tab in await door.chats(person.id)}
    for group in groups:
        inside = {person.id for person in people if group in await door.chats(person.id)}
        assert {person.id for person in await door.members(group.address)} == inside, group.title
        assert await door.chat(group.address) == group


async def test_a_personal_link_opens_once_and_makes_its_owner_reachable(
    door: CommunityDoor, sessions: Sessions
) -> None:
    member = await transact(sessions, newcomer)
    person = await door.enter("link-1")
    assert person is not None
    assert person.name == "1-301 新来的"
    assert await door.enter("link-1") is None
    async with sessions() as session:
        (identity,) = await identities.of_members(session, [member])
    assert (identity.sender, identity.one_to_one) == (person.id, f"person:{person.id}")
    assert await titles(door, "1-301 新来的") == {"3栋群（石龙巷小区）", "石龙巷小区群"}


async def test_a_link_that_is_too_old_or_made_up_opens_nothing(
    door: CommunityDoor, sessions: Sessions, watch: Watch
) -> None:
    await transact(sessions, newcomer)
    watch.now += timedelta(hours=2)
    for token in ("link-1", "link-2", "", "x" * 10_000, "\x00", "🙈"):
        assert await door.enter(token) is None, token


async def test_a_session_lasts_until_it_is_over_or_given_back(door: CommunityDoor, watch: Watch) -> None:
    person = (await door.people())[0]
    await door.remember(DIGEST, person.id, NOW + timedelta(days=1))
    assert await door.recognise(DIGEST) == person
    watch.now += timedelta(days=2)
    assert await door.recognise(DIGEST) is None
    await door.remember("cd" * 32, person.id, watch.now + timedelta(days=1))
    await door.forget("cd" * 32)
    await door.forget("cd" * 32)
    assert await door.recognise("cd" * 32) is None


async def test_a_link_is_no_session(door: CommunityDoor, sessions: Sessions) -> None:
    await transact(sessions, newcomer)
    assert await door.recognise(codes.digest_of("link-1")) is None
    await door.forget(codes.digest_of("link-1"))
    assert await door.enter("link-1") is not None


async def test_who_has_left_is_let_in_nowhere(door: CommunityDoor, sessions: Sessions) -> None:
    person = (await door.people())[0]
    await door.remember(DIGEST, person.id, NOW + timedelta(days=1))

    async def leave(session: AsyncSession) -> None:
        identity = (await members.known(session, [(*LINE, person.id)]))[*LINE, person.id]
        identity.member.gone_at = NOW
        await codes.issue(session, "late", Purpose.ENTER, NOW + timedelta(hours=1), member=identity.member.id)

    await transact(sessions, leave)
    assert await door.person(person.id) is None
    assert await door.recognise(DIGEST) is None
    assert await door.enter("late") is None
    assert await door.chats(person.id) == []
    assert person not in await door.people()


@pytest.mark.parametrize("address", ["", "place-999999", "person:m1", "'; --", "x" * 10_000, "🏠"])
async def test_what_is_no_group_has_nobody_in_it(door: CommunityDoor, address: str) -> None:
    assert await door.chat(address) is None
    assert await door.members(address) == []
    assert await door.said(address) == []
    assert await door.person(address) is None


async def test_a_name_with_a_null_in_it_is_nobody(door: CommunityDoor) -> None:
    assert await door.person("m1\x00") is None


async def test_what_the_bot_lately_said_is_shown_again(door: CommunityDoor, sessions: Sessions, watch: Watch) -> None:
    group = (await door.chats((await door.people())[0].id))[0].address
    words = Words("记下了，12 号。", (Button("接单", "接单 12"),))

    async def say(session: AsyncSession) -> None:
        for key, at, said in (
            ("old", NOW - timedelta(days=2), words),
            ("emptied", NOW - timedelta(hours=2), Words("")),
            ("new", NOW - timedelta(hours=1), words),
        ):
            session.add(sent(group, key, at, said))

    await transact(sessions, say)
    (said,) = await door.said(group)
    assert (said.id, said.at, said.words) == ("id-new", NOW - timedelta(hours=1), words)
    watch.now += timedelta(days=1)
    assert await door.said(group) == []


def sent(group: str, key: str, at: datetime, words: Words) -> OutboxMessage:
    channel, account = LINE
    return OutboxMessage(
        key=key,
        channel=channel,
        account=account,
        chat=group,
        is_group=True,
        kind=MessageKind.TICKET_NOTE,
        body=words.to_body(),
        created_at=at,
        due_at=at,
        status=OutboxStatus.SENT,
        sent_at=at,
        platform_id=f"id-{key}",
    )
