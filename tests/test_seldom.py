"""What is asked seldom with success is asked cheaply, and finds what the session would have found."""

import sqlalchemy as sa

from storage import outbox
from storage.changes import is_untouched
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.seldom import Seldom
from storage.types import MessageKind, PlaceKind
from tests.world import MONDAY_9

OF_KIND = Place.kind == sa.bindparam("of_kind")
PLACES = Seldom(sa.select(Place).where(OF_KIND).order_by(Place.name.desc()).limit(sa.bindparam("most")), lock=Place)
PAIRS = Seldom(sa.select(Place, Place.name).where(OF_KIND).order_by(Place.name))
TEXTS = Seldom(sa.select(OutboxMessage).where(OutboxMessage.chat == sa.bindparam("chat")))
STREETS = {"of_kind": PlaceKind.STREET, "most": 2}


async def grow(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add_all(Place(kind=PlaceKind.STREET, name=name) for name in ("甲", "乙", "丙"))


async def test_nothing_found_leaves_the_session_as_it_was(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        assert not await PLACES.finds(session, STREETS)
        assert list(await PLACES.all(session, STREETS)) == []
        assert list(await PAIRS.rows(session, STREETS)) == []
        assert is_untouched(session)


async def test_it_finds_what_the_session_finds(sessions: Sessions) -> None:
    await grow(sessions)
    async with sessions.begin() as session:
        assert await PLACES.finds(session, STREETS)
        assert is_untouched(session)
        assert [place.name for place in await PLACES.all(session, STREETS)] == ["甲", "乙"]
        assert [name for _, name in await PAIRS.rows(session, STREETS)] == sorted("甲乙丙")
        assert not is_untouched(session)
        assert not await PLACES.all(session, {"of_kind": PlaceKind.UNIT, "most": 2})


async def test_it_finds_what_is_not_written_down_yet(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(Place(kind=PlaceKind.STREET, name="甲"))
        assert [place.name for place in await PLACES.all(session, STREETS)] == ["甲"]
    async with sessions.begin() as session:
        row = dict(
            key="k",
            channel="fake",
            account="bot",
            chat="3栋群",
            is_group=True,
            kind=MessageKind.GREETING,
            body={},
            created_at=MONDAY_9,
            due_at=MONDAY_9,
            ticket_id=None,
            broadcast_id=None,
            member_id=None,
        )
        outbox.put(session, row)
        assert len(await TEXTS.all(session, {"chat": "3栋群"})) == 1
