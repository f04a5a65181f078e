"""Pictures on their way in, and back out to those who may see them."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bot.channels.webchat.board import Board
from bot.channels.webchat.door import Person
from bot.channels.webchat.guard import Refused, as_json
from bot.channels.webchat.rooms import Rooms
from bot.channels.webchat.visitors import Visitors
from bot.media import MEDIA_TYPE, MediaStore, too_large
from handlers.messages import Attachment

CHUNK: Final = 2**16
REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class Pictures:
    """Who may use which picture: whoever brought it, and everybody in a chat that shows it."""

    visitors: Visitors
    rooms: Rooms
    board: Board
    media: MediaStore
    _brought: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)

    async def upload(self, request: web.Request) -> web.Response:
        """Store a picture that is posted as it is, before the message that will show it."""
        person = await self.visitors.who(request)
        if (request.content_length or 0) > self.media.limit_bytes:
            raise Refused(413, too_large(self.media.limit_bytes))
        try:
            kept = await self.media.keep(request.content.iter_chunked(CHUNK), "image")
        except OSError as error:
            raise Refused(503, "现在存不了图片，请过一会儿再发，或先用文字说。") from error
        if kept.digest is None:
            raise Refused(422, kept.refused or too_large(self.media.limit_bytes))
        self._note(person, kept.digest)
        return as_json({"digest": kept.digest, "size": kept.size})

    async def show(self, request: web.Request) -> web.StreamResponse:
        """A picture, to those who may see it."""
        person = await self.visitors.who(request)
        digest = request.match_info["digest"]
        path = self.media.path(digest) if await self._may_see(person, digest) else None
        if path is None:
            raise Refused(404, "这张图片已经不在了。")
        # Named after its content, it never changes; `private`, because not everybody may see it.
        headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "private, max-age=86400, immutable"}
        return web.FileResponse(path, headers=headers)

    async def attached(self, person: Person, digests: Iterable[str]) -> tuple[Attachment, ...]:
        """The pictures of a message.

        Raises:
            Refused: One of them is gone, or is not his to show (422).
        """
        return tuple([await self._attachment(person, digest) for digest in digests])

    async def _attachment(self, person: Person, digest: str) -> Attachment:
        path = self.media.path(digest) if await self._may_see(person, digest) else None
        if path is None:
            raise Refused(422, "图片没有传好，请重新选一次再发。")
        return Attachment("image", digest, path.stat().st_size)

    async def _may_see(self, person: Person, digest: str) -> bool:
        if (person.id, digest) in self._brought:
            return True
        return self.board.shows([tab.address for tab in await self.rooms.of(person)], digest)

    def _note(self, person: Person, digest: str) -> None:
        self._brought[person.id, digest] = None
        if len(self._brought) > REMEMBERED:
            self._brought.popitem(last=False)
