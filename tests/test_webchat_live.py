"""Being told at once, catching up, and the board that remembers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.webchat import WebchatConfig, alone_with, person_alone
from bot.channels.webchat.board import Board, Line
from handlers.messages import Words
from tests.webchat_harness import GROUP, LI, OTHER, XIA, MovableClock
from tests.webchat_street import LAMP, Street, opened


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(tmp_path) as street:
        yield street


async def test_a_neighbour_sees_at_once_what_is_said(street: Street) -> None:
    async with street.xia.listening() as stream:
        await street.li.says(LAMP)
        assert await stream.texts() == [LAMP]
        await street.webchat.send(GROUP, Words("记下了"))
        assert await stream.texts() == ["记下了"]


async def test_whoever_was_away_catches_up_with_what_he_missed(street: Street) -> None:
    async with street.xia.listening() as stream:
        await street.li.says("一")
        seen = (await stream.next())["id"]
    await street.li.says("二")
    await street.li.says("三")
    async with street.xia.listening(0, Last_Event_ID=seen) as stream:
        assert await stream.texts() == ["二", "三"]
    asked = await (await street.xia.get("/chat/lines", after=seen)).json()
    assert [line["text"] for line in asked["lines"]] == ["二", "三"]
    assert (await (await street.xia.get("/chat/lines", after=asked["seq"])).json())["lines"] == []


async def test_a_recall_is_told_live(street: Street) -> None:
    await street.li.says(LAMP)
    async with street.xia.listening() as stream:
        assert await stream.texts() == [LAMP]
        await street.li.post("/chat/recalls", {"chat": GROUP, "message": street.ear.last.message_id})
        assert await stream.texts() == [""]


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 17, "9" * 5000, "１２", "1.5"])
async def test_a_number_that_is_none_shows_everything_again(street: Street, seen: str) -> None:
    await street.li.says(LAMP)
    async with street.xia.listening(0, Last_Event_ID=seen) as stream:
        assert await stream.texts() == [LAMP]


async def test_streams_end_at_once_when_the_service_stops(tmp_path: Path) -> None:
    async with opened(tmp_path) as street:
        streams = [street.li.listening(), street.xia.listening()]
        opened_streams = [await stream.__aenter__() for stream in streams]
        await street.webchat.send(GROUP, Words("再见"))
        for stream in opened_streams:
            assert await stream.texts() == ["再见"]
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2


async def test_whoever_leaves_a_group_hears_it_no_longer_than_a_heartbeat(tmp_path: Path) -> None:
    async with opened(tmp_path, heartbeat_seconds=0.02) as street, street.xia.listening() as stream:
        assert (await stream.next())["event"] == "beat"
        street.door.groups[GROUP][1].remove(XIA.id)
        while (event := (await stream.next()).get("event")) == "beat":
            pass
        assert event == "chats"
        assert await stream.next() == {}


async def test_a_session_that_is_over_ends_the_stream(tmp_path: Path) -> None:
    async with opened(tmp_path, is_demo=False, heartbeat_seconds=0.02) as street:
        await street.visitor().post("/enter/abc", "")
        async with street.visitor().listening() as stream:
            street.door.sessions.clear()
            while (await stream.next()).get("event") == "beat":
                pass
            assert await stream.next() == {}


def line(board: Board, clock: MovableClock, id: str) -> Line:
    return Line(id, GROUP, LI.id, LI.name, LI.role, id, clock(), board.tick())


def texts(board: Board, after: int = 0) -> list[str]:
    return [line.text for line in board.since([GROUP], after)]


def test_only_the_latest_lines_are_kept() -> None:
    clock = MovableClock()
    board = Board(3, timedelta(hours=24), clock)
    for number in range(10):
        board.put(line(board, clock, str(number)))
    assert texts(board) == ["7", "8", "9"]


def test_a_page_begins_with_the_last_lines_of_each_chat() -> None:
    clock = MovableClock()
    board = Board(200, timedelta(hours=24), clock)
    for number in range(10):
        board.put(line(board, clock, str(number)))
        board.put(replace(line(board, clock, f"other {number}"), chat=OTHER))
    assert [shown.text for shown in board.latest_of([GROUP, OTHER], 2)] == ["8", "other 8", "9", "other 9"]
    assert board.latest_of(["nowhere"], 2) == []


def test_after_a_day_a_line_is_forgotten() -> None:
    clock = MovableClock()
    board = Board(200, timedelta(hours=24), clock)
    board.put(line(board, clock, "old"))
    clock.wait(timedelta(hours=23))
    board.put(line(board, clock, "new"))
    clock.wait(timedelta(hours=2))
    assert texts(board) == ["new"]


def test_a_clock_that_jumps_back_loses_nothing() -> None:
    clock = MovableClock()
    board = Board(200, timedelta(hours=24), clock)
    board.put(line(board, clock, "first"))
    seen = board.since([GROUP], 0)[-1].seq
    clock.wait(timedelta(hours=-3))
    board.put(line(board, clock, "second"))
    assert texts(board, seen) == ["second"]
    assert texts(board) == ["first", "second"]


def test_numbers_go_on_rising_after_a_restart() -> None:
    clock = MovableClock()
    before = Board(200, timedelta(hours=24), clock)
    before.put(line(before, clock, "before"))
    seen = before.since([GROUP], 0)[-1].seq
    clock.wait(timedelta(seconds=1))
    after = Board(200, timedelta(hours=24), clock)
    after.put(line(after, clock, "after"))
    assert texts(after, seen) == ["after"]


def test_a_recalled_line_says_nothing_and_is_news() -> None:
    clock = MovableClock()
    board = Board(200, timedelta(hours=24), clock)
    said = replace(line(board, clock, "said"), pictures=("digest",))
    board.put(said)
    seen = board.since([GROUP], 0)[-1].seq
    board.take_back(said)
    assert texts(board, seen) == [""]
    assert not board.shows([GROUP], "digest")


def test_an_address_names_a_person_or_a_group() -> None:
    assert person_alone(alone_with("p1")) == "p1"
    assert person_alone(GROUP) is None


def test_the_settings_have_a_description_each() -> None:
    assert all(field.description for name, field in WebchatConfig.model_fields.items() if name != "kind")
    assert WebchatConfig().kind == "webchat"
