"""Calling the server API of WeCom or of an official account: every answer is HTTP 200 with an `errcode`."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import aiohttp

from bot.channels.base import Now
from bot.channels.wecom.token import Credential, Token

#: Failures after which the platform cannot have seen the request. Any other may have come after it was obeyed.
NEVER_LEFT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
LONGEST_ANSWER: Final = 4 * 2**20  #: bytes of JSON; a list of a thousand groups has some hundred thousand

JSON = dict[str, Any]
T = TypeVar("T")


class ApiError(Exception):
    """The platform said no.

    Args:
        code: Its `errcode`; the only thing to decide by, because the words change.
        hint: Its `errmsg`: for the administrator's eyes, never for the log.
    """

    def __init__(self, code: int, hint: str = "") -> None:
        super().__init__(f"errcode {code}")
        self.code = code
        self.hint = hint


class Unanswered(Exception):  # noqa: N818 -- the platform's silence
    """No answer, or none that can be read. `unsure`: the request had left, so it may have been obeyed."""

    def __init__(self, reason: str, *, unsure: bool) -> None:
        super().__init__(reason)
        self.unsure = unsure


class TooLarge(Exception):  # noqa: N818 -- not an error: a file of that size
    """A file has more bytes than were asked for."""


class Api:
    """The server API, as one (corp, secret) may use it. Made by `calling`."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, credential: Credential, clock: Now) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._credential = credential
        self.token = Token(self._new_token, clock)

    async def get(self, path: str, **params: str) -> JSON:
        """Ask for something.

        Raises:
            ApiError: The platform said no.
            Unanswered: It said nothing that can be read.
        """
        return await self._with_token(lambda token: self._once("GET", path, params | token))

    async def post(self, path: str, body: Mapping[str, Any]) -> JSON:
        """Tell something; raises as `get` does."""
        return await self._with_token(lambda token: self._once("POST", path, token, json=body))

    async def upload(self, path: str, content: bytes, filename: str, **params: str) -> JSON:
        """Hand over a file; raises as `get` does."""
        return await self._with_token(
            lambda token: self._once("POST", path, params | token, data=_form(content, filename))
        )

    async def download(self, path: str, most: int, **params: str) -> bytes:
        """A file of at most `most` bytes.

        Raises:
            TooLarge: It has more.
            ApiError, Unanswered: As in `get`.
        """
        return await self._with_token(lambda token: self._file(path, most, params | token))

    async def _with_token(self, call: Callable[[dict[str, str]], Awaitable[T]]) -> T:
        """What `call` gives; called once more with a new token where the platform says that the old one is over."""
        used = await self.token.get()
        try:
            return await call({"access_token": used})
        except ApiError as error:
            if error.code not in self._credential.stale:
                raise
        self.token.forget(used)
        return await call({"access_token": await self.token.get()})

    async def _new_token(self) -> JSON:
        try:
            method, params, content = self._credential.question
            answer = await self._once(method, self._credential.path, params, **content)
        except Unanswered as silence:  # whatever was to be done with the token has not left
            raise Unanswered(str(silence), unsure=False) from None
        if not isinstance(answer.get("access_token"), str) or not isinstance(answer.get("expires_in"), int):
            raise Unanswered("no token in the answer", unsure=False)
        return answer

    async def _once(self, method: str, path: str, params: Mapping[str, str], **content: Any) -> JSON:
        async with asked(self._session, method, self._base + path, params, **content) as response:
            return await json_of(response)

    async def _file(self, path: str, most: int, params: Mapping[str, str]) -> bytes:
        """A picture or a sound comes as it is; where there is none, JSON says why."""
        async with asked(self._session, "GET", self._base + path, params) as response:
            if response.content_type in {"application/json", "text/plain"}:
                await json_of(response)
            return await body_of(response, most)


@asynccontextmanager
async def asked(
    session: aiohttp.ClientSession, method: str, address: str, params: Mapping[str, str], **content: Any
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The answer to one call, for as long as the block reads it.

    Raises:
        Unanswered: There is none.
    """
    try:
        # No redirects: they would carry the token elsewhere.
        async with session.request(method, address, params=params, allow_redirects=False, **content) as response:
            if response.status != 200:
                raise Unanswered(f"HTTP {response.status}", unsure=response.status >= 500)
            yield response
    except NEVER_LEFT as error:  # only the type's name: the words hold the address, and with it the token
        raise Unanswered(type(error).__name__, unsure=False) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unanswered(type(error).__name__, unsure=True) from None


@asynccontextmanager
async def calling(base_url: str, credential: Credential, clock: Now, patience: float) -> AsyncIterator[Api]:
    """An `Api` for as long as the block lasts; `patience` is in seconds and holds for a whole call."""
    limits = aiohttp.ClientTimeout(total=patience, sock_connect=patience / 2)
    async with aiohttp.ClientSession(timeout=limits, json_serialize=_written) as session:
        api = Api(session, base_url, credential, clock)
        try:
            yield api
        finally:
            await api.token.close()


async def json_of(response: aiohttp.ClientResponse) -> JSON:
    """What an answer says, if it says that all is well.

    Raises:
        ApiError: The platform said no.
        Unanswered: It cannot be read.
    """
    try:
        return _checked(await body_of(response, LONGEST_ANSWER))
    except TooLarge:
        raise Unanswered("the answer is too long", unsure=True) from None


async def body_of(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, of which no more is read than it may have.

    Raises:
        TooLarge: It has more.
    """
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


def _checked(body: bytes) -> JSON:
    """The answer in `body`, if it is one and says that all is well. What cannot be read may still have been obeyed."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Unanswered("the answer is no JSON", unsure=True) from None
    if not isinstance(answer, dict):
        raise Unanswered("the answer is no object", unsure=True)
    code = answer.get("errcode", 0)
    if code != 0:
        raise ApiError(code if isinstance(code, int) else 0, str(answer.get("errmsg", "")))
    return answer


def _form(content: bytes, filename: str) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # a name in Chinese arrives as it is
    form.add_field("media", content, filename=filename)
    return form


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
