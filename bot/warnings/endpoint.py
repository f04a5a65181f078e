"""`POST /warnings`: a signed request starts a warning."""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from aiohttp import web

from bot.warnings.config import WarningSystem
from bot.warnings.desk import Desk
from bot.warnings.letter import LONGEST, Unreadable, letter_in
from bot.warnings.signing import KEY, SIGNATURE, SYSTEM, TIMESTAMP, is_genuine, is_timely, signature
from handlers.notices.alarms import Ground, Taken, TurnedAway

log = logging.getLogger(__name__)

PATH: Final = "/warnings"
PATIENCE: Final = 10.0  #: seconds for a request to arrive whole
AGAIN_AFTER: Final = 30  #: seconds after which a database that was away may be back
HOUR: Final = 3600
AWAY: Final = (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError)

_KEY: Final = re.compile("[!-~]{1,100}")
_STATUS: Final[Mapping[Ground, int]] = MappingProxyType(
    {Ground.UNFIT: 422, Ground.FORBIDDEN: 403, Ground.USED: 409, Ground.OFTEN: 429, Ground.UNREADY: 409}
)

NOT_GENUINE: Final = "签名不对，或者没有这个系统。请核对 X-Guanjia-System、密钥，以及签名的算法（docs/warnings.md）。"
NOT_TIMELY: Final = "X-Guanjia-Timestamp 跟现在差了 5 分钟以上，或者不是秒数。请校准时钟，重新签名再发。"
NO_KEY: Final = "缺 Idempotency-Key，或者写法不对：1 到 100 个英文字母、数字或符号。一条预警一个，重发时用同一个。"
TOO_LARGE: Final = "太大了，最多 64 KB。请少写几个地方，分几条发。"
TOO_SLOW: Final = "10 秒还没有传完，请重发一次。"
OUT_OF_ORDER: Final = "数据库现在用不了，这一条没有收。请过半分钟用同一个 Idempotency-Key 再发，不会发两遍。"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Answers what other systems send; only those that have a secret can be heard here."""

    desk: Desk
    systems: Sequence[WarningSystem]

    async def answer(self, request: web.Request) -> web.Response:
        """Take one warning."""
        try:
            body = await _body(request)
            system = self._sender(request, body)
            return await self._taken(system, request.headers.get(KEY, ""), body)
        except TurnedAway as turned:
            later = {"Retry-After": str(HOUR)} if turned.ground is Ground.OFTEN else None
            return _refused(_STATUS[turned.ground], str(turned), headers=later)
        except Unreadable as unreadable:
            return _refused(422 if unreadable.is_json else 400, *unreadable.complaints)
        except AWAY:
            log.exception("warning_not_taken")
            return _refused(503, OUT_OF_ORDER, headers={"Retry-After": str(AGAIN_AFTER)})

    def _sender(self, request: web.Request, body: bytes) -> WarningSystem:
        """The system that has signed the request."""
        id, timestamp, key = (request.headers.get(name, "") for name in (SYSTEM, TIMESTAMP, KEY))
        found = next((one for one in self.systems if one.id == id and one.secret is not None), None)
        secret = found.secret.get_secret_value() if found is not None and found.secret is not None else ""
        wanted = signature(secret, id, timestamp, key, body)
        if not is_genuine(request.headers.get(SIGNATURE, ""), wanted) or found is None:
            raise _answer(401, NOT_GENUINE)
        if not is_timely(timestamp, self.desk.clock()):
            raise _answer(401, NOT_TIMELY)
        if not _KEY.fullmatch(key):
            raise _answer(400, NO_KEY)
        return found

    async def _taken(self, system: WarningSystem, key: str, body: bytes) -> web.Response:
        letter = letter_in(body)
        taken = await self.desk.take(system.system, letter.alarm(key, body), dry_run=letter.dry_run)
        log.info("warning_taken", extra={"account": system.id, "broadcast": taken.number})
        return web.json_response(told(taken, dry_run=letter.dry_run), status=200 if taken.again else 202)


def told(taken: Taken, *, dry_run: bool) -> dict[str, Any]:
    """What a system hears of its warning."""
    known: dict[str, Any] = {"groups": list(taken.groups), "texts": list(taken.texts)}
    if dry_run:
        return {"state": "dry_run", **known}
    return {"state": "waiting" if taken.waits else "sending", "number": taken.number, "again": taken.again, **known}


async def _body(request: web.Request) -> bytes:
    found = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.content.iter_chunked(16_384):
                found += chunk
                if len(found) > LONGEST:
                    raise _answer(413, TOO_LARGE)
    except TimeoutError:
        raise _answer(408, TOO_SLOW) from None
    return bytes(found)


def _refused(status: int, *complaints: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"errors": list(complaints)}, status=status, headers=headers)


def _answer(status: int, complaint: str) -> web.HTTPException:
    """The same, to be raised."""
    kinds = {401: web.HTTPUnauthorized, 400: web.HTTPBadRequest, 408: web.HTTPRequestTimeout}
    text, kind = _refused(status, complaint).text, "application/json"
    if status == 413:
        return web.HTTPRequestEntityTooLarge(max_size=LONGEST, actual_size=LONGEST + 1, text=text, content_type=kind)
    return kinds[status](text=text, content_type=kind)
