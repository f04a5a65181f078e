"""Pictures and files that go with a message: each is uploaded first, and then a message of its own."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.channels.base import Media
from bot.channels.wecom.api import Api
from handlers.messages import Words

PICTURE_NAME: Final = "picture.jpg"  #: what a picture is called; the digest is nobody's business


@dataclass(frozen=True, slots=True)
class Thing:
    """What is uploaded: an `image` or a `file`, where it is, and its name."""

    kind: str
    path: Path
    name: str

    async def media_id(self, api: Api) -> str:
        """Upload it; the platform's id of it, good for three days."""
        content = await asyncio.to_thread(self.path.read_bytes)
        return str((await api.upload("/cgi-bin/media/upload", content, self.name, type=self.kind)).get("media_id", ""))

    async def uploaded(self, api: Api) -> dict[str, Any]:
        """Upload it; the message that shows it."""
        return {"msgtype": self.kind, self.kind: {"media_id": await self.media_id(api)}}


def hung_on(words: Words, media: Media) -> Iterator[Thing]:
    """The pictures and files of a message that are still kept, pictures first."""
    for digest in words.pictures:
        if (path := media.path(digest)) is not None:
            yield Thing("image", path, PICTURE_NAME)
    for file in words.files:
        if (path := media.path(file.digest)) is not None:
            yield Thing("file", path, file.name)
