"""Pictures for channels that carry none: a link that nobody can guess, good for some weeks.

Whoever was told the link sees the picture, and nobody else: the link is signed with a key that never leaves this machine.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.channels.wording import Links
from bot.config import Config
from bot.documents import as_download
from bot.media import MEDIA_TYPE, MediaStore
from handlers.messages import File

ROUTE: Final = "/picture/{link}"
FILE_ROUTE: Final = "/file/{link}.{suffix}"
GOOD_FOR: Final = timedelta(days=30)
KEY_LENGTH: Final = 32
_LINK: Final = re.compile(r"([0-9a-f]{64})-([0-9]{1,12})-([0-9a-f]{32})", re.ASCII)
_GONE: Final = "这张照片的链接已经过期，或者照片已经不在了。要看的话，请在群里问一声。"
_FILE_GONE: Final = "这个文件的链接已经过期，或者文件已经不在了。要看的话，请问发通知的人。"
_HEADERS: Final = {
    "Content-Type": MEDIA_TYPE,
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Showcase:
    """Makes links and answers them.

    Args:
        address: Under which the pages can be opened from outside, without a slash at the end.
        key: By which our own links are known.
        media: Where the pictures are.
        clock: Aware UTC.
    """

    address: str
    key: bytes
    media: MediaStore
    clock: Callable[[], datetime]

    def link(self, shown: str | File) -> str | None:
        """Where that picture or file can be opened from now on; None where it is gone."""
        digest = shown.digest if isinstance(shown, File) else shown
        if self.media.path(digest) is None:
            return None
        until = str(int((self.clock() + GOOD_FOR).timestamp()))
        if not isinstance(shown, File):
            return f"{self.address}/picture/{digest}-{until}-{self._signature(digest, until)}"
        suffix = shown.name.rpartition(".")[2]
        return f"{self.address}/file/{digest}-{until}-{self._signature(digest, until, suffix)}.{suffix}"

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The picture of a link; 404 for one that is forged, too old, or leads to nothing any more."""
        path = self._found(request.match_info["link"])
        if path is None:
            raise web.HTTPNotFound(text=_GONE)
        return web.FileResponse(path, headers=_HEADERS)

    async def give(self, request: web.Request) -> web.StreamResponse:
        """The file of a link, to be kept; 404 as above. What it is called says the message, not the link."""
        suffix = request.match_info["suffix"]
        path = self._found(request.match_info["link"], suffix)
        if path is None:
            raise web.HTTPNotFound(text=_FILE_GONE)
        return web.FileResponse(path, headers={**_HEADERS, **as_download(f"附件.{suffix}")})

    def _found(self, link: str, suffix: str = "") -> Path | None:
        found = _LINK.fullmatch(link)
        if found is None or not hmac.compare_digest(found[3], self._signature(found[1], found[2], suffix)):
            return None
        return self.media.path(found[1]) if datetime.fromtimestamp(int(found[2]), UTC) >= self.clock() else None

    def _signature(self, digest: str, until: str, suffix: str = "") -> str:
        signed = f"{digest}-{until}{f'.{suffix}' if suffix else ''}"
        return hmac.digest(self.key, signed.encode(), "sha256").hex()[:32]


def showing(config: Config, pages: web.Application, media: MediaStore, clock: Callable[[], datetime]) -> Links:
    """How pictures and files are linked to: by a page that is added to `pages`, or not at all where nobody outside can open it."""
    if config.public_url is None:
        return lambda _: None
    showcase = Showcase(config.address, links_key(config), media, clock)
    pages.router.add_get(ROUTE, showcase.show)
    pages.router.add_get(FILE_ROUTE, showcase.give)
    return showcase.link


def links_key(config: Config) -> bytes:
    """The key by which our own links are known, made when it is needed first: they are still good after a restart."""
    return _key(config.data_dir / "links.key")


def _key(file: Path) -> bytes:
    if not file.exists():
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(KEY_LENGTH))
        fresh.rename(file)
    return file.read_bytes()
