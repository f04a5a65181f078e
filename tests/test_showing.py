"""Links to pictures, as somebody outside opens them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from bot.channels.base import Can
from bot.channels.wording import Links, Wording
from bot.config import Config, checked
from bot.media import MediaStore
from bot.showing import GOOD_FOR, showing
from bot.web import serving
from handlers.messages import Words
from tests.platforms.telegram_side import stored
from tests.webchat_harness import MovableClock

PUBLIC = "https://guanjia.example"


def config(folder: Path, **more: object) -> Config:
    return checked({"data_dir": str(folder), **more}, folder, {})


@asynccontextmanager
async def shown(folder: Path, clock: MovableClock) -> AsyncIterator[tuple[Links, str]]:
    """How pictures are linked to, and where the pages really are."""
    pages = web.Application()
    links = showing(config(folder, public_url=PUBLIC), pages, MediaStore(folder, 2**20), clock)
    async with serving(pages, "127.0.0.1", 0) as address:
        yield links, address.rstrip("/")


async def opened(link: str, address: str) -> tuple[int, bytes, str]:
    async with ClientSession() as http, http.get(link.replace(PUBLIC, address)) as answer:
        return answer.status, await answer.read(), answer.headers["Content-Type"]


async def test_a_link_shows_its_picture_also_after_a_restart(tmp_path: Path) -> None:
    (digest,) = await stored(tmp_path, "red")
    clock = MovableClock()
    async with shown(tmp_path, clock) as (links, _):
        link = links(digest)
    assert link is not None
    clock.wait(GOOD_FOR - timedelta(minutes=1))
    async with shown(tmp_path, clock) as (_, address):
        status, content, kind = await opened(link, address)
    assert (status, kind) == (200, "image/jpeg")
    assert content == (tmp_path / digest[:2] / digest).read_bytes()


async def test_a_link_ends(tmp_path: Path) -> None:
    (digest,) = await stored(tmp_path, "red")
    clock = MovableClock()
    async with shown(tmp_path, clock) as (links, address):
        link = links(digest) or ""
        clock.wait(GOOD_FOR + timedelta(minutes=1))
        status, content, _ = await opened(link, address)
    assert status == 404
    assert "过期" in content.decode()


@pytest.mark.parametrize("change", ["digest", "until", "signature", "nonsense"])
async def test_nobody_makes_a_link_himself(tmp_path: Path, change: str) -> None:
    red, green = await stored(tmp_path, "red", "green")
    async with shown(tmp_path, MovableClock()) as (links, address):
        link = links(red) or ""
        head, until, signature = link.rsplit("-", 2)
        forged = {
            "digest": link.replace(red, green),
            "until": f"{head}-{int(until) + 1}-{signature}",
            "signature": f"{head}-{until}-{'0' * 32}",
            "nonsense": f"{PUBLIC}/picture/..%2F..%2Flinks.key",
        }
        assert (await opened(forged[change], address))[0] == 404


async def test_what_is_gone_has_no_link(tmp_path: Path) -> None:
    async with shown(tmp_path, MovableClock()) as (links, _):
        assert links("0" * 64) is None


def test_without_a_public_address_there_is_none(tmp_path: Path) -> None:
    links = showing(config(tmp_path), web.Application(), MediaStore(tmp_path, 2**20), MovableClock())
    said = Wording(links).of(Words("修好了", pictures=("0" * 64,)), Can(), is_group=True)
    assert said.text == "修好了\n（还有 1 张照片，这里发不出来。）"
    assert not (tmp_path / "links.key").exists()


def test_the_key_is_nobody_else_s(tmp_path: Path) -> None:
    showing(config(tmp_path, public_url=PUBLIC), web.Application(), MediaStore(tmp_path, 2**20), MovableClock())
    assert (tmp_path / "links.key").stat().st_mode & 0o077 == 0
