"""Lists and figures of notices as files: a page that gives each once to whoever has the link.

What is in the file is what the owner of the link may see when he presses it, whatever the address says beside.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Final

from aiohttp import web
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from sqlalchemy.ext.asyncio import AsyncSession

from bot.downloads import MOST_TRIES, WITHIN, button, gone, too_often, workbook
from bot.throttle import Throttle
from bot.transact import transact
from handlers.house import HouseRules
from handlers.moment import Moment, Reach
from handlers.readbacks.papers import Sheet, reach_of, visits_of
from storage import codes
from storage.codes import Purpose
from storage.database import Sessions
from storage.types import BroadcastId, PlaceId

VISITS: Final = "/papers/visits/{number:[0-9]{1,9}}/{token:[A-Za-z0-9]{20}}"
REACH: Final = "/papers/reach/{number:[0-9]{1,9}}-{month:20[0-9]{2}(?:0[1-9]|1[0-2])}/{token:[A-Za-z0-9]{20}}"
WIDTH: Final = 16  #: of a column, in characters


@dataclass(frozen=True, slots=True)
class Papers:
    """Gives the file."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    reach: Mapping[str, Reach]
    tries: Throttle = field(default_factory=lambda: Throttle(MOST_TRIES, WITHIN))

    async def give(self, request: web.Request) -> web.StreamResponse:
        """The file, once; 404 for a link that was used, is too old, or never was."""
        if not self.tries.lets(request.remote or "", self.clock()):
            raise too_often()
        sheets = await transact(self.sessions, lambda session: self._redeemed(session, dict(request.match_info)))
        if sheets is None:
            raise gone("走访单”或“宣传统计")
        return workbook(await asyncio.to_thread(workbook_of, sheets), 'attachment; filename="notices.xlsx"')

    async def _redeemed(self, session: AsyncSession, asked: dict[str, str]) -> Sequence[Sheet] | None:
        code = await codes.redeem(session, asked["token"], Purpose.PAPER, self.clock())
        if code is None or code.member_id is None:
            return None
        moment = Moment(session=session, now=self.clock(), house=self.house, reach=self.reach)
        number = int(asked["number"])
        if "month" not in asked:
            return await visits_of(moment, BroadcastId(number), code.member_id)
        month = date(int(asked["month"][:4]), int(asked["month"][4:]), 1)
        return await reach_of(moment, PlaceId(number), month, code.member_id)


def workbook_of(sheets: Sequence[Sheet]) -> bytes:
    """The file; text stays text, whatever it begins with."""
    book = Workbook()
    book.remove(book.active)
    for one in sheets:
        page = book.create_sheet(one.title)
        page.append(list(one.head))
        for row in one.rows:
            page.append([ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row])
            for at, cell in enumerate(row, 1):
                if isinstance(cell, str) and cell:
                    page.cell(page.max_row, at).data_type = "s"
        for at in range(1, len(one.head) + 1):
            page.column_dimensions[page.cell(1, at).column_letter].width = WIDTH
            page.cell(1, at).font, page.cell(1, at).fill = Font(bold=True), PatternFill("solid", fgColor="FFF2CC")
        page.freeze_panes = "A2"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def giving(
    pages: web.Application,
    sessions: Sessions,
    clock: Callable[[], datetime],
    house: HouseRules,
    reach: Mapping[str, Reach],
) -> None:
    """Let the files be fetched from `pages`, where somebody outside can open them."""
    if house.pages is not None:
        papers = Papers(sessions, clock, house, reach)
        for route in (VISITS, REACH):
            pages.router.add_get(route, button)
            pages.router.add_post(route, papers.give)
