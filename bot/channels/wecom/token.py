"""The access token: where it comes from, asked for once, used by everybody, asked for again when it is over."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr

from bot.channels.base import Now

#: Token invalid, expired, missing: one refresh is worth it.
STALE: Final = frozenset({40014, 42001, 41001})
#: What a platform answers to a request for a token: `access_token`, and `expires_in` in seconds.
Ask = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Credential:
    """Where an access token comes from, and which codes say that it is over."""

    path: str
    params: Mapping[str, str] = field(repr=False)
    stale: frozenset[int] = STALE
    posted: bool = False  #: `params` are the body of the request, and do not stand in its address

    @property
    def question(self) -> tuple[str, Mapping[str, str], dict[str, Any]]:
        """How the token is asked for: the method, what stands in the address, and the rest of the request."""
        return ("POST", {}, {"json": dict(self.params)}) if self.posted else ("GET", self.params, {})

    @classmethod
    def of_app(cls, corp: str, secret: SecretStr) -> "Credential":
        """That of an app of WeCom's, or of another part of it that has a secret of its own."""
        return cls("/cgi-bin/gettoken", {"corpid": corp, "corpsecret": secret.get_secret_value()})

    @classmethod
    def of_official(cls, app: str, secret: SecretStr) -> "Credential":
        """That of an official account: a token that another program's request does not end."""
        asked = {"grant_type": "client_credential", "appid": app, "secret": secret.get_secret_value()}
        return cls("/cgi-bin/stable_token", asked, STALE | {40001}, posted=True)


@dataclass(frozen=True, slots=True)
class _Held:
    value: str
    until: datetime


def standing_still() -> datetime:
    """A clock for a single question, in which no token grows old."""
    return datetime.min.replace(tzinfo=UTC)


class Token:
    """The token of one (corp, secret). However many want it at once, it is asked for once, and all share the outcome."""

    def __init__(self, ask: Ask, clock: Now) -> None:
        self._ask = ask
        self._clock = clock
        self._held: _Held | None = None
        self._asking: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """The token. Raises whatever asking for it raises."""
        if self._held is not None and self._clock() < self._held.until:
            return self._held.value
        if self._asking is None:
            self._asking = asyncio.create_task(self._renew())
        return await asyncio.shield(self._asking)  # one who gives up does not spoil it for the others

    def forget(self, value: str) -> None:
        """The platform refused `value`. A newer one, which another caller may have got meanwhile, is kept."""
        if self._held is not None and self._held.value == value:
            self._held = None

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _renew(self) -> str:
        try:
            answer = await self._ask()
            life = timedelta(seconds=float(answer["expires_in"]))
            self._held = _Held(str(answer["access_token"]), self._clock() + life * 0.9)
            return self._held.value
        finally:
            self._asking = None
