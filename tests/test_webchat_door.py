"""Who may come in, and whose posts are taken."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.webchat import Person
from bot.channels.webchat.visitors import NOT_IN
from tests.webchat_harness import GROUP, LI
from tests.webchat_street import LAMP, Street, opened
from tests.webchat_visitor import refusal


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(tmp_path) as street:
        yield street


@pytest.fixture
async def lane(tmp_path: Path) -> AsyncIterator[Street]:
    """Not as a demo: one enters by a link."""
    async with opened(tmp_path, is_demo=False) as street:
        yield street


MESSAGE = {"id": "12345678", "chat": GROUP, "text": LAMP}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/chat/messages", "/chat/presses", "/chat/recalls", "/chat/pictures", "/chat/leave", "/enter/abc"]
)
async def test_a_post_from_another_page_is_stopped(lane: Street, path: str, headers: dict[str, str]) -> None:
    assert (await lane.visitor().post(path, MESSAGE, **headers)).status == 403
    assert not lane.ear.calls
    assert lane.door.links == {"abc": LI.id}


async def test_a_form_cannot_post_a_message(street: Street) -> None:
    assert (await street.li.post("/chat/messages", json.dumps(MESSAGE), Content_Type="text/plain")).status == 415


async def test_every_answer_forbids_foreign_scripts(street: Street) -> None:
    for path in (
        "/",
        "/enter/abc",
        "/chat/start",
        "/chat/static/app.js",
        "/chat/static/none.js",
        "/chat/pictures/none",
    ):
        answer = await street.li.get(path)
        assert "default-src 'none'; script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with street.li.listening() as stream:
        assert "frame-ancestors 'none'" in stream.answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["..%2F__init__.py", "..%2f..%2f..%2fmedia.py", "%2e%2e", "none.js", "app.py", "%00.js"]
)
async def test_only_the_pages_own_files_are_served(street: Street, name: str) -> None:
    answer = await street.http.get(f"{street.address}/chat/static/{name}")
    assert answer.status == 404


async def test_in_the_demo_one_chooses_who_to_be(street: Street) -> None:
    people = await (await street.visitor().get("/chat/people")).json()
    assert people[0] == {"id": LI.id, "name": LI.name, "role": "居民"}
    answer = await street.visitor().get("/chat/start")
    assert (answer.status, (await answer.json())["demo"]) == (401, True)
    assert (await street.visitor(Person("nobody", "")).get("/chat/start")).status == 401
    assert (await street.li.starts())["me"] == {"id": LI.id, "name": LI.name, "role": "居民"}


async def test_without_a_link_one_is_told_how_to_get_one(lane: Street) -> None:
    assert await refusal(await lane.visitor().get("/chat/start")) == (401, NOT_IN)
    assert (await lane.visitor(LI).get("/chat/start")).status == 401, "being somebody by name is for the demo"
    assert (await lane.visitor().get("/chat/people")).status == 404
    assert (await lane.visitor().says(LAMP)).status == 401
    assert (await lane.visitor().get("/chat/events")).status == 401


async def test_a_link_lets_its_owner_in_once(lane: Street) -> None:
    entered = await lane.visitor().post("/enter/abc", "")
    assert (entered.status, entered.headers["Location"]) == (303, "/")
    assert (await lane.visitor().starts())["me"]["id"] == LI.id
    lane.http.cookie_jar.clear()
    again = await lane.visitor().post("/enter/abc", "")
    assert (again.status, again.headers["Location"]) == (303, "/?link=used")
    assert (await lane.visitor().get("/chat/start")).status == 401


@pytest.mark.parametrize("token", ["x", "abc%00", "%00", "abc%0a", "%E9%93%BE%E6%8E%A5", "a" * 4000])
async def test_a_link_that_is_none_lets_nobody_in(lane: Street, token: str) -> None:
    entered = await lane.visitor().post(f"/enter/{token}", "")
    assert (entered.status, entered.headers["Location"]) == (303, "/?link=used")
    assert lane.door.links == {"abc": LI.id}


async def test_looking_at_a_link_does_not_use_it_up(lane: Street) -> None:
    assert (await lane.visitor().get("/enter/abc")).status == 200
    assert lane.door.links == {"abc": LI.id}


async def test_a_session_is_kept_as_a_digest_and_hidden_from_scripts(lane: Street) -> None:
    cookie = (await lane.visitor().post("/enter/abc", "")).cookies["guanjia"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    assert cookie["max-age"] == str(180 * 24 * 3600)
    (digest,) = lane.door.sessions
    assert digest == hashlib.sha256(cookie.value.encode()).hexdigest()
    assert lane.door.sessions[digest] == (LI.id, lane.clock.now + timedelta(days=180))


async def test_behind_https_the_session_stays_on_https(lane: Street) -> None:
    entered = await lane.visitor().post("/enter/abc", "", X_Forwarded_Proto="https")
    assert entered.cookies["guanjia"]["secure"] is True


async def test_whoever_leaves_is_forgotten(lane: Street) -> None:
    await lane.visitor().post("/enter/abc", "")
    assert (await lane.visitor().post("/chat/leave", "{}")).status == 200
    assert lane.door.sessions == {}
    assert (await lane.visitor().get("/chat/start")).status == 401


async def test_a_removed_member_presses_and_says_nothing_more(street: Street) -> None:
    await street.li.says(LAMP)
    del street.door.everybody[LI.id]
    assert (await street.li.says("还在吗")).status == 401
    press = {"id": "12345678", "chat": GROUP, "message": "x", "payload": "1|接单 12"}
    assert (await street.li.post("/chat/presses", press)).status == 401
    assert len(street.ear.heard) == 1
