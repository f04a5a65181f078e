"""Files on their way in, and back out to those to whom they are given; how a picture does that is beside."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bot.channels.webchat.board import Board
from bot.channels.webchat.door import Person
from bot.channels.webchat.guard import Refused, as_json
from bot.channels.webchat.pictures import CHUNK
from bot.channels.webchat.posted import Enclosed
from bot.channels.webchat.rooms import Rooms
from bot.channels.webchat.visitors import Visitors
from bot.documents import as_download
from bot.media import MediaStore, too_large
from handlers.messages import Attachment, File

REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class Files:
    """Who may use which file: whoever brought it, and everybody in a chat that gives it."""

    visitors: Visitors
    rooms: Rooms
    board: Board
    media: MediaStore
    _brought: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)  #: person, digest → name

    async def upload(self, request: web.Request) -> web.Response:
        """Store a file that is posted as it is, before the message that gives it; `name` says what it is called."""
        person = await self.visitors.who(request)
        if (request.content_length or 0) > self.media.limit_bytes:
            raise Refused(413, too_large(self.media.limit_bytes, "这个文件"))
        try:
            chunks = request.content.iter_chunked(CHUNK)
            kept = await self.media.keep(chunks, "file", request.query.get("name", ""))
        except OSError as error:
            raise Refused(503, "现在存不了文件，请过一会儿再发。") from error
        if kept.digest is None:
            raise Refused(422, kept.refused or too_large(self.media.limit_bytes, "这个文件"))
        self._note(person, kept.digest, kept.name)
        return as_json({"digest": kept.digest, "size": kept.size, "name": kept.name})

    async def give(self, request: web.Request) -> web.StreamResponse:
        """A file, to those who may have it: to be kept, not to be shown."""
        person = await self.visitors.who(request)
        digest = request.match_info["digest"]
        name, path = await self._name(person, digest), self.media.path(digest)
        if name is None or path is None:
            raise Refused(404, "这个文件已经不在了，要看请问发通知的人。")
        headers = {**as_download(name), "Cache-Control": "private, no-store"}
        return web.FileResponse(path, headers=headers)

    def of(self, person: Person, posted: Iterable[Enclosed]) -> tuple[File, ...]:
        """The files of a message, under the names with which they were brought.

        Raises:
            Refused: One of them is gone, or was not brought by him (422).
        """
        return tuple(self._file(person, one) for one in posted)

    def attached(self, files: Iterable[File]) -> tuple[Attachment, ...]:
        """The same, as they are handed over."""
        found = ((file, self.media.path(file.digest)) for file in files)
        return tuple(Attachment("file", f.digest, path.stat().st_size, name=f.name) for f, path in found if path)

    def _file(self, person: Person, posted: Enclosed) -> File:
        name = self._brought.get((person.id, posted.digest))
        if name is None or self.media.path(posted.digest) is None:
            raise Refused(422, "文件没有传好，请重新选一次再发。")
        return File(posted.digest, name)

    async def _name(self, person: Person, digest: str) -> str | None:
        given = self.board.given([tab.address for tab in await self.rooms.of(person)], digest)
        return given.name if given is not None else self._brought.get((person.id, digest))

    def _note(self, person: Person, digest: str, name: str) -> None:
        self._brought[person.id, digest] = name
        if len(self._brought) > REMEMBERED:
            self._brought.popitem(last=False)
