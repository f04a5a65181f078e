"""Files of the AI bot: what people send is encrypted under a key of its own for five minutes, what the bot sends comes in pieces."""

import base64
import hashlib
import itertools
import os
from dataclasses import dataclass, field

from aiohttp import web

from tests.platforms.wecom_bot_rules import (
    BAD_ARGUMENT,
    BAD_TYPE,
    JSON,
    LARGEST_CHUNK,
    LEAST_UPLOAD,
    MOST_CHUNKS,
    Refused,
)
from tests.platforms.wecom_crypto import encrypted


@dataclass
class Upload:
    """A file that is on its way."""

    kind: str
    size: int
    chunks: int
    md5: str | None
    name: str
    parts: dict[int, bytes] = field(default_factory=dict)


class Media:
    """The files of one server."""

    def __init__(self) -> None:
        self.base_url = ""
        self.files: dict[str, bytes] = {}  #: what people sent, as it can be fetched
        self.uploaded: dict[str, bytes] = {}  #: what the bot sent
        self.names: dict[str, str] = {}  #: what that is called
        self.expired: set[str] = set()
        self.fetched: list[str] = []
        self._uploads: dict[str, Upload] = {}
        self._names = itertools.count(1)

    def sent(self, content: bytes) -> JSON:
        """A file that somebody sends, as it stands in his message."""
        name, key = f"f{next(self._names)}", os.urandom(32)
        self.files[name] = encrypted(key, content)
        return {"url": f"{self.base_url}/media/{name}", "aeskey": base64.b64encode(key).decode()}

    async def download(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.fetched.append(name)
        if name in self.expired or name not in self.files:
            raise web.HTTPForbidden
        return web.Response(
            body=self.files[name], headers={"Content-Disposition": f'attachment; filename="{name}.jpg"'}
        )

    def begin(self, body: JSON) -> JSON:
        if body.get("type") not in ("file", "image", "voice", "video"):
            raise Refused(BAD_TYPE)
        size, chunks = body.get("total_size", 0), body.get("total_chunks", 0)
        if size < LEAST_UPLOAD or not 1 <= chunks <= MOST_CHUNKS or len(body["filename"].encode()) > 256:
            raise Refused(BAD_ARGUMENT)
        name = f"up{next(self._names)}"
        self._uploads[name] = Upload(body["type"], size, chunks, body.get("md5"), body["filename"])
        return {"upload_id": name}

    def add(self, body: JSON) -> JSON:
        upload = self._known(body)
        part, index = base64.b64decode(body["base64_data"], validate=True), body["chunk_index"]
        if len(part) > LARGEST_CHUNK or not 0 <= index < upload.chunks:
            raise Refused(BAD_ARGUMENT)
        upload.parts[index] = part
        return {}

    def finish(self, body: JSON) -> JSON:
        upload = self._known(body)
        content = b"".join(upload.parts[index] for index in sorted(upload.parts))
        same = upload.md5 in (None, hashlib.md5(content).hexdigest())  # noqa: S324 -- the protocol's choice
        if len(upload.parts) != upload.chunks or len(content) != upload.size or not same:
            raise Refused(BAD_ARGUMENT)
        name = f"media{next(self._names)}"
        self.uploaded[name], self.names[name] = content, upload.name
        return {"type": upload.kind, "media_id": name, "created_at": 1_790_000_000}

    def _known(self, body: JSON) -> Upload:
        found = self._uploads.get(str(body.get("upload_id")))
        if found is None:
            raise Refused(BAD_ARGUMENT)
        return found
