"""A browser without a screen: what the page sends, sent by hand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession

from tests.webchat_harness import GROUP


@dataclass
class Visitor:
    """Somebody at the page, in the demo as `who`."""

    http: ClientSession
    address: str
    who: str | None = None

    async def get(self, path: str, **query: str | int) -> ClientResponse:
        return await self.http.get(f"{self.address}{path}", params=self._as(query), allow_redirects=False)

    async def post(self, path: str, body: object, **headers: str) -> ClientResponse:
        own = {"Origin": self.address, "Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        text = body if isinstance(body, bytes | str) else json.dumps(body)
        data = BytesIO(text.encode("utf-8") if isinstance(text, str) else text)
        return await self.http.post(
            f"{self.address}{path}", params=self._as({}), data=data, headers=own, allow_redirects=False
        )

    async def says(self, text: str, chat: str = GROUP, *, key: str | None = None, **more: object) -> ClientResponse:
        return await self.post("/chat/messages", {"id": key or uuid4().hex, "chat": chat, "text": text, **more})

    async def brings(self, content: bytes) -> ClientResponse:
        return await self.post("/chat/pictures", content, Content_Type="image/jpeg")

    async def gives(self, name: str, content: bytes) -> ClientResponse:
        params, headers = self._as({"name": name}), {"Origin": self.address}
        return await self.http.post(f"{self.address}/chat/files", params=params, data=BytesIO(content), headers=headers)

    async def starts(self) -> dict[str, Any]:
        answer = await self.get("/chat/start")
        assert answer.status == 200
        return dict(await answer.json())

    async def sees(self, chat: str = GROUP) -> list[dict[str, Any]]:
        """The lines of a chat as the page shows them."""
        lines = [line for line in (await self.starts())["lines"] if line["chat"] == chat]
        return sorted(lines, key=lambda line: line["place"])

    @asynccontextmanager
    async def listening(self, after: int = 0, **headers: str) -> AsyncIterator["Stream"]:
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        query = self._as({"after": after})
        async with self.http.get(f"{self.address}/chat/events", params=query, headers=own) as answer:
            yield Stream(answer)

    def _as(self, query: dict[str, str | int]) -> dict[str, str | int]:
        return query if self.who is None else {**query, "as": self.who}


@dataclass
class Stream:
    """Server-sent events, read one by one."""

    answer: ClientResponse

    async def next(self) -> dict[str, str]:
        """The next event, by field; empty at the end of the stream."""
        fields: dict[str, str] = {}
        async for raw in self.answer.content:
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                return fields
        return {}

    async def texts(self) -> list[str]:
        """What the lines of the next event say."""
        return [line["text"] for line in json.loads((await self.next())["data"])["lines"]]


async def refusal(answer: ClientResponse) -> tuple[int, str]:
    """The status, and the sentence that the person reads."""
    return answer.status, (await answer.json())["say"]
