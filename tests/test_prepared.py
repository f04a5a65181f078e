"""What is asked without a detour is what the session would have found, and what is only added is there in time."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from storage import audit, inbox, members, outbox, places, tickets
from storage.audit import AuditEntry
from storage.changes import changes, is_pending
from storage.database import Sessions
from storage.entities import ById, attached, made
from storage.inbox import InboxEntry
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.prepared import Prepared
from storage.spelled import Asked, values_of_each
from storage.types import Category, MemberId, MessageKind, PlaceId, PlaceKind, TicketId, Urgency

NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
COLUMNS = (Place.id, Place.kind, Place.name, Place.parent_id)
BY_KIND = sa.select(*COLUMNS).where(
    Place.kind == sa.bindparam("of_kind"),
    Place.name.in_(sa.bindparam("names", expanding=True)),
    Place.kind.in_((PlaceKind.BUILDING, PlaceKind.UNIT)),
)


async def grow(sessions: Sessions) -> Place:
    """A compound with six buildings of two units."""
    async with sessions.begin() as session:
        compound = await places.add(session, PlaceKind.COMPOUND, "锦绣家园")
        for number in range(1, 7):
            building = await places.add(session, PlaceKind.BUILDING, str(number), compound, floors=18)
            for unit in "12":
                await places.add(session, PlaceKind.UNIT, unit, building)
    return compound


@pytest.mark.parametrize("names", [[], ["3"], ["1", "2", "9"], [str(number) for number in range(40)]])
async def test_it_finds_what_the_session_finds(sessions: Sessions, names: list[str]) -> None:
    await grow(sessions)
    prepared = Prepared(BY_KIND)
    for kind in (PlaceKind.BUILDING, PlaceKind.UNIT, PlaceKind.COMPOUND):
        given = {"of_kind": kind, "names": names}
        async with sessions() as session:
            expected = (await session.execute(BY_KIND, given)).all()
            for _ in range(2):  # spelled anew, and as it was spelled before
                found = await prepared.all(session, given)
                assert sorted(map(tuple, found)) == sorted(map(tuple, expected))
                assert all(isinstance(row.kind, PlaceKind) for row in found)


def test_what_stands_in_many_rows_is_converted_once() -> None:
    converted = []

    def convert(value: list[int]) -> str:
        converted.append(value)
        return str(value)

    asked = [Asked("key", None, None), Asked("body", None, convert), Asked(None, None, None, "same")]
    shared, alike = [1], [1]
    rows = [{"key": at, "body": body} for at, body in enumerate([shared, alike, shared, [2]])]
    assert values_of_each(asked, rows) == [
        (0, "[1]", "same"),
        (1, "[1]", "same"),
        (2, "[1]", "same"),
        (3, "[2]", "same"),
    ]
    assert len(converted) == 3, "alike is not the same: it could be of another type"


async def test_pairs_and_moments_go_in_and_come_out(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        keys = [("webchat", "web", f"m{number}") for number in range(5)]
        assert await inbox.claim(session, keys, NOW) == set(keys)
        assert await inbox.claim(session, keys, NOW) == set()
    key = sa.tuple_(InboxEntry.channel, InboxEntry.account, InboxEntry.message_id)
    asked = sa.select(InboxEntry.message_id, InboxEntry.received_at, InboxEntry.kept)
    prepared = Prepared(asked.where(key.in_(sa.bindparam("keys", expanding=True))))
    async with sessions() as session:
        found = await prepared.all(session, {"keys": keys[1:4]})
        assert sorted(row.message_id for row in found) == ["m1", "m2", "m3"]
        assert {row.received_at for row in found} == {NOW}
        assert all(row.kept is None for row in found)
        assert len((await session.scalars(sa.select(InboxEntry).where(InboxEntry.kept.is_(None)))).all()) == 5


async def test_a_broken_rule_is_the_databases_own_error(sessions: Sessions) -> None:
    new = Prepared(sa.insert(Place).returning(Place.id), ("kind", "name", "path", "parent_id"))
    async with sessions() as session:
        with pytest.raises(IntegrityError):
            await new.each(session, [dict(kind=PlaceKind.UNIT, name="1", path="/9/", parent_id=999)])


async def test_it_is_undone_with_its_transaction_and_a_savepoint_saves_what_came_before(sessions: Sessions) -> None:
    new = Prepared(sa.insert(Place).returning(Place.id), ("kind", "name", "path", "parent_id"))
    row = dict(kind=PlaceKind.STREET, name="老城", path="/1/", parent_id=None)
    async with sessions() as session:
        assert len(await new.each(session, [row])) == 1  # nothing was asked before it
    async with sessions.begin() as session:
        assert await new.each(session, [row])
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await new.each(session, [row | dict(parent_id=999)])
        assert await new.each(session, [row | dict(name="新城", path="/2/")])
    async with sessions() as session:
        assert sorted(await session.scalars(sa.select(Place.name))) == ["新城", "老城"]


async def test_what_is_only_added_is_there_for_whoever_asks_and_at_the_end(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        audit.enter(session, dict(at=NOW, action="接单", subject="ticket:1", member_id=None, done=True))
        assert [entry.action for entry in await audit.latest(session)] == ["接单"]
        audit.enter(session, dict(at=NOW, action="办结", subject="ticket:1", member_id=None, done=True))
    async with sessions() as session:
        assert [entry.action for entry in await audit.latest(session)] == ["办结", "接单"]


async def test_what_is_only_added_goes_with_its_transaction(sessions: Sessions) -> None:
    async with sessions() as session:
        assert await audit.latest(session) == []
        audit.enter(session, dict(at=NOW, action="接单", subject="", member_id=None, done=True))
        await session.rollback()
        await session.commit()
        assert await session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


async def test_a_savepoint_takes_only_its_own_additions_with_it(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        note(session, "接单")
        with contextlib.suppress(LookupError):
            async with session.begin_nested():
                note(session, "办结")
                raise LookupError
        note(session, "评价")
    async with sessions() as session:
        assert sorted(entry.action for entry in await audit.latest(session)) == ["接单", "评价"]


def note(session: AsyncSession, action: str) -> None:
    audit.enter(session, dict(at=NOW, action=action, subject="ticket:1", member_id=None, done=True))


async def test_who_was_called_just_now_was_called(sessions: Sessions) -> None:
    compound = await grow(sessions)
    async with sessions.begin() as session:
        who = (await members.enrol(session, ("webchat", "web", "u1"), "王芳", NOW)).member.id
        ticket = tickets.Ticket(
            community_id=compound.id, number=1, scope_id=compound.id, place_id=compound.id, category=Category.ELEVATOR,
            urgency=Urgency.URGENT, opened_at=NOW, waiting_since=NOW, channel="webchat", account="web", chat="g", in_group=True,
        )  # fmt: skip
        session.add(ticket)
        await session.flush()
        say(session, MessageKind.CALL, ticket.id, who)
        say(session, MessageKind.PERSONAL, ticket.id, MemberId(999))
        assert await outbox.called_about(session, ticket.id) == [who]
        await session.execute(sa.delete(OutboxMessage).where(OutboxMessage.member_id == 999))
        assert await outbox.called_about(session, ticket.id) == [who]


def say(session: object, kind: MessageKind, ticket: TicketId, member: MemberId) -> None:
    """A message for `member` waits in the session."""
    words = dict(key=f"{kind}:{member}", channel="webchat", account="web", chat="p", is_group=False, kind=kind)
    when = dict(body={"text": "请接单"}, created_at=NOW, due_at=NOW + timedelta(hours=1))
    whose = dict(ticket_id=ticket, broadcast_id=None, member_id=None if member == 999 else member)
    outbox.put(session, {**words, **when, **whose})  # type: ignore[arg-type]


async def test_an_object_made_of_a_row_is_the_sessions_own(sessions: Sessions) -> None:
    by_id = ById(Member)
    async with sessions.begin() as session:
        enrolled = (await members.enrol(session, ("webchat", "web", "u1"), "王芳", NOW)).member
        assert await by_id.get(session, enrolled.id) is enrolled
        enrolled.room = "1203"
    async with sessions.begin() as session:
        found = await by_id.get(session, enrolled.id)
        assert (found.name, found.room, found.created_at) == ("王芳", "1203", NOW)
        assert await by_id.get(session, enrolled.id) is found
        assert await session.get(Member, enrolled.id) is found
        found.room = "1204"
    async with sessions() as session:
        there = await session.get(Member, enrolled.id)
        assert there is not None
        assert there.room == "1204"
        session.expire(there)
        assert (await by_id.get(session, enrolled.id)).room == "1204"
        again = made(Member, {"id": enrolled.id, "name": "别人"})
        assert attached(session, again) is there
        with pytest.raises(NoResultFound):
            await by_id.get(session, 999)


async def test_changes_are_seen_before_and_after_they_are_written(sessions: Sessions) -> None:
    compound = await grow(sessions)
    async with sessions.begin() as session:
        before = changes(session)
        assert await places.inside(session, compound, PlaceKind.BUILDING, "3") is not None
        assert await places.inside(session, compound, PlaceKind.BUILDING, "30") is None
        assert changes(session) == before
        assert not is_pending(session)
        session.add(Member(name="王芳", created_at=NOW))
        assert is_pending(session)
        await session.flush()
        assert changes(session) > before
        assert not is_pending(session)
        before = changes(session)
        await session.execute(sa.update(Member).values(room="1"))
        assert changes(session) > before
        before = changes(session)
        audit.enter(session, dict(at=NOW, action="接单", subject="", member_id=None, done=True))
        assert changes(session) > before
        before = changes(session)
        await inbox.claim(session, [("webchat", "web", "m1")], NOW)
        assert changes(session) > before


async def test_a_place_is_read_anew_after_it_was_changed(sessions: Sessions) -> None:
    compound = await grow(sessions)
    async with sessions.begin() as session:
        three = await places.named(session, PlaceKind.BUILDING, "3", compound)
        assert three is not None
        assert (await places.by_id(session, three.id)).floors == 18
        await places.add(session, PlaceKind.BUILDING, "3", compound, floors=30)
        assert (await places.by_id(session, PlaceId(three.id))).floors == 30


async def test_many_rows_at_once_are_each_there_once(sessions: Sessions) -> None:
    keys = [("webchat", "web", f"m{number}") for number in range(150)]
    async with sessions.begin() as session:
        assert await inbox.claim(session, keys[:70], NOW) == set(keys[:70])
        assert await inbox.claim(session, keys, NOW) == set(keys[70:])
        for number in range(150):
            note(session, f"第{number}")
    async with sessions() as session:
        assert len({entry.action for entry in await audit.latest(session, 200)}) == 150
