"""How WeCom and official accounts call: they prove an address, and deliver what happened, signed and encrypted.

caller = Caller("http://127.0.0.1:8080/hook/wecom_app/main", CORP, clock)
assert await caller.prove() == (200, b"1616140317555161061")
assert await caller.deliver("<xml>…</xml>") == [200]          # again after anything but 200, four times in all
"""

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from io import BytesIO
from typing import Any, Final

from aiohttp import ClientSession

from tests.platforms.wecom_crypt import AES_KEY, TOKEN, encrypt, signature

ECHO: Final = "1616140317555161061"
TRIES: Final = 4  #: the first delivery and three more


def xml(fields: Mapping[str, Any]) -> str:
    """An element `xml` as the platform writes it: words in CDATA, numbers bare."""
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_element(key, deeper) for key, deeper in value.items())
    elif isinstance(value, int):
        inner = str(value)
    else:
        inner = "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return f"<{escape(name)}>{inner}</{escape(name)}>"


class Caller:
    """The side that calls.

    Args:
        url: Where the bot listens.
        receiveid: For whom it is: the corp id, or the app id of an official account.
        clock: What time the platform thinks it is.
    """

    def __init__(self, url: str, receiveid: str, clock: Callable[[], datetime]) -> None:
        self.url = url
        self._receiveid = receiveid
        self._clock = clock
        self._nonces = itertools.count(1372623149)

    async def prove(self, echo: str = ECHO, **changes: str) -> tuple[int, bytes]:
        """Ask whether the address is the bot's; `changes` are made to what stands in the query."""
        encrypted = encrypt(AES_KEY, echo, changes.pop("receiveid", self._receiveid))
        query = {**self._signed(encrypted, changes.pop("timestamp", None)), "echostr": encrypted, **changes}
        async with ClientSession() as session, session.get(self.url, params=query) as answer:
            return answer.status, await answer.read()

    async def deliver(self, message: str) -> list[int]:
        """Call until it is answered 200, as often as the platform does; the statuses."""
        body, query = self.sealed(message)
        statuses: list[int] = []
        while len(statuses) < TRIES and 200 not in statuses:
            statuses.append(await self.post(body, query))
        return statuses

    def sealed(
        self, message: str, *, receiveid: str | None = None, timestamp: str | None = None, encrypted: str | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """The body and the query of a call, which can then be made as often as wished."""
        to = self._receiveid if receiveid is None else receiveid
        block = encrypt(AES_KEY, message, to) if encrypted is None else encrypted
        outer = xml({"ToUserName": self._receiveid, "AgentID": "1000002", "Encrypt": block})
        return outer.encode(), self._signed(block, timestamp)

    async def post(self, body: bytes, query: Mapping[str, str]) -> int:
        """Call once with exactly this."""
        async with ClientSession() as session, session.post(self.url, params=query, data=BytesIO(body)) as answer:
            await answer.read()
            return answer.status

    def _signed(self, encrypted: str, timestamp: str | None) -> dict[str, str]:
        at, nonce = timestamp or str(int(self._clock().timestamp())), str(next(self._nonces))
        return {"msg_signature": signature(TOKEN, at, nonce, encrypted), "timestamp": at, "nonce": nonce}
