"""Pictures on their way out: as base64, as a path, or as an address from which the bridge fetches them."""

import asyncio
import base64
import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from aiohttp import web

from bot.channels.base import Media

Way = Literal["base64", "path", "url"]

_SIGN: Final = 32  #: hex digits


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Names pictures as a bridge takes them.

    Args:
        way: How.
        address: Where the bridge reaches us, with the path of this channel; for `url`.
        secret: Signs addresses, so that nobody fetches a picture who was not given it.
    """

    media: Media
    way: Way
    address: str
    secret: bytes

    async def named(self, digest: str) -> str | None:
        """What stands for the picture in a segment; None where it is no longer kept."""
        path = self.media.path(digest)
        if path is None:
            return None
        if self.way == "path":
            return path.absolute().as_uri()
        if self.way == "url":
            return f"{self.address}/picture/{self._signed(digest)}/{digest}.jpg"
        content = await asyncio.to_thread(path.read_bytes)
        return f"base64://{base64.b64encode(content).decode()}"

    async def show(self, request: web.Request) -> web.FileResponse:
        """Hand a picture to the bridge."""
        digest, sign = request.match_info["digest"], request.match_info["sign"]
        path = self.media.path(digest)
        if not hmac.compare_digest(sign.encode(), self._signed(digest).encode()) or path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": "image/jpeg", "Cache-Control": "no-store"})

    def _signed(self, digest: str) -> str:
        return hmac.new(self.secret, digest.encode(), sha256).hexdigest()[:_SIGN]
