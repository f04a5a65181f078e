"""What is asked with every ticket takes no longer where many people live and much was said."""

import sqlalchemy as sa

from storage import members, places, tickets, words
from storage.base import table_of
from storage.database import Sessions
from storage.members import Member
from storage.types import Act, Category, PlaceKind, Role, TicketId, Urgency
from storage.words import TicketMessage
from tests.effort import STEPS, effort_of
from tests.world import ACCOUNT, CHANNEL, MONDAY_9

MANY = 1000


async def open_one(sessions: Sessions) -> TicketId:
    """A ticket for a building with a steward, opened by a message."""
    async with sessions.begin() as session:
        community = await places.add(session, PlaceKind.COMMUNITY, "石龙社区")
        building = await places.add(session, PlaceKind.BUILDING, "3", community)
        steward = (await members.enrol(session, (CHANNEL, ACCOUNT, "王芳"), "王芳", MONDAY_9)).member
        await members.grant(session, steward.id, building.id, Role.STEWARD)
        new = tickets.Ticket(
            community_id=building.id, number=1, scope_id=building.id, place_id=building.id, category=Category.ELEVATOR,
            urgency=Urgency.URGENT, opened_at=MONDAY_9, waiting_since=MONDAY_9, channel=CHANNEL, account=ACCOUNT, chat="g",
            in_group=True,
        )  # fmt: skip
        ticket = await tickets.enter(session, new)
        await words.keep(session, said(ticket.id, "first"))
    return ticket.id


def said(ticket: TicketId, message: str) -> dict[str, object]:
    """What a message said about a ticket."""
    about = dict(ticket_id=ticket, channel=CHANNEL, account=ACCOUNT, message_id=message, sender="李姐", member_id=None)
    return dict(about, at=MONDAY_9, act=Act.OPEN, text="电梯坏了")


async def test_what_a_quoted_message_is_about_is_looked_up(own_database: Sessions) -> None:
    ticket = await open_one(own_database)
    quoted = (CHANNEL, ACCOUNT, "first")
    async with own_database() as session:
        before, found = await effort_of(session, words.holding(session, quoted))
    assert found == ticket
    async with own_database.begin() as session:
        await session.execute(sa.insert(table_of(TicketMessage)), [said(ticket, f"more {at}") for at in range(MANY)])
    async with own_database() as session:
        after, found = await effort_of(session, words.holding(session, quoted))
        assert await words.holding(session, (CHANNEL, ACCOUNT, "nothing")) is None
    assert found == ticket
    assert after <= before + STEPS


async def test_who_answers_for_a_place_is_looked_up(own_database: Sessions) -> None:
    await open_one(own_database)
    async with own_database() as session:
        line = (await session.scalars(sa.select(places.Place.id).order_by(places.Place.id.desc()))).all()
        before, found = await effort_of(session, members.holders(session, line))
    building, _ = line
    assert [person.name for person in found[building, Role.STEWARD]] == ["王芳"]
    async with own_database.begin() as session:
        neighbours = [dict(name=f"邻居{at}", created_at=MONDAY_9) for at in range(MANY)]
        await session.execute(sa.insert(table_of(Member)), neighbours)
    async with own_database() as session:
        after, again = await effort_of(session, members.holders(session, line))
    assert again == found
    assert after <= before + STEPS


async def test_whoever_speaks_is_looked_up_on_his_own_account(own_database: Sessions) -> None:
    await open_one(own_database)
    people = [
        (CHANNEL, ACCOUNT, "王芳"),
        (CHANNEL, "another", "王芳"),
        *((CHANNEL, ACCOUNT, f"谁{at}") for at in range(30)),
    ]
    async with own_database() as session:
        before, found = await effort_of(session, members.heard(session, people))
    assert [known.member.name for known in found.values()] == ["王芳"]
    async with own_database.begin() as session:
        for at in range(100):
            await members.enrol(session, (CHANNEL, ACCOUNT, f"邻居{at}"), f"邻居{at}", MONDAY_9)
        await members.enrol(session, (CHANNEL, "another", "王芳"), "另一位", MONDAY_9)
    async with own_database() as session:
        after, found = await effort_of(session, members.heard(session, people))
    assert {who: known.member.name for who, known in found.items()} == dict(
        zip(people, ["王芳", "另一位"], strict=False)
    )
    assert after <= before + 10 * STEPS
