"""The rota as a file: `guanjia export duty`, and a page that gives it once to whoever has the link."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Config
from bot.downloads import MOST_TRIES, WITHIN, button, gone, too_often, workbook
from bot.joining import prepare
from bot.section import Misconfigured
from bot.throttle import Throttle
from bot.transact import transact
from bot.workbook.export import workbook_of
from handlers.duty.exports import PlaceRota, administered, rota_ahead
from handlers.house import HouseRules
from handlers.moment import Moment
from storage import codes
from storage.codes import Purpose
from storage.database import Sessions, open_database

ROUTE: Final = "/roster/{token:[A-Za-z0-9]{20}}"
WEEK: Final = timedelta(weeks=1)
NAMED: Final = "attachment; filename=\"roster.xlsx\"; filename*=UTF-8''%E7%8F%AD%E8%A1%A8.xlsx"


@dataclass(frozen=True, slots=True)
class Handing:
    """Gives the file."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    tries: Throttle = field(default_factory=lambda: Throttle(MOST_TRIES, WITHIN))

    async def give(self, request: web.Request) -> web.StreamResponse:
        """The file, once; 404 for a link that was used, is too old, or never was."""
        if not self.tries.lets(request.remote or "", self.clock()):
            raise too_often()
        token = request.match_info["token"]
        found = await transact(self.sessions, lambda session: self._redeemed(session, token))
        if found is None:
            raise gone("导出班表")
        return workbook(await asyncio.to_thread(workbook_of, found, self.house.zone), NAMED)

    async def _redeemed(self, session: AsyncSession, token: str) -> list[PlaceRota] | None:
        """The rota of the places of which the owner of the link is an admin, be it fewer than when he asked."""
        code = await codes.redeem(session, token, Purpose.EXPORT, self.clock())
        if code is None or code.member_id is None:
            return None
        moment = Moment(session=session, now=self.clock(), house=self.house, reach={})
        below = await administered(moment, code.member_id)
        return (await rota_ahead(moment, self.house.roster.calendar, below) or None) if below else None


def handing_out(pages: web.Application, sessions: Sessions, clock: Callable[[], datetime], house: HouseRules) -> None:
    """Let the rota be fetched from `pages`, where somebody outside can open them."""
    if house.pages is not None:
        handing = Handing(sessions, clock, house)
        pages.router.add_get(ROUTE, button)
        pages.router.add_post(ROUTE, handing.give)


async def written(config: Config, out: Path, weeks: int | None, clock: Callable[[], datetime]) -> str:
    """Write the rota of every place to `out`; what was written.

    Raises:
        Misconfigured: There is a file already, none can be written there, or there is no rota.
    """
    await asyncio.to_thread(_check_free, out)
    await prepare(config)
    house = config.house()
    ahead = house.roster.calendar if weeks is None else weeks * WEEK
    async with open_database(config.database_url) as sessions, sessions() as session:
        found = await rota_ahead(Moment(session=session, now=clock(), house=house, reach={}), ahead)
    if not found:
        raise Misconfigured("今后几周一个班也没有，没写文件。请先排班，或者导入一张表。")
    try:
        await asyncio.to_thread(out.write_bytes, workbook_of(found, house.zone))
    except OSError as error:
        raise Misconfigured(f"{out} 写不了，请核对文件夹和权限。") from error
    return f"写好了：{out}，{len(found)} 处、今后 {ahead // WEEK} 周的班。"


def _check_free(out: Path) -> None:
    if out.exists():
        raise Misconfigured(f"{out} 已经有了，没有动它。请换一个文件名：--out 班表2.xlsx")
