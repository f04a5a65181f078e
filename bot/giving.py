"""The pages on which the rota is given out: as calendars, and as a file."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.exporting import handing_out
from bot.feeds import feeding
from handlers.house import HouseRules
from storage.database import Sessions


def rota_pages(pages: web.Application, sessions: Sessions, clock: Callable[[], datetime], house: HouseRules) -> None:
    """Add them to `pages`, where somebody outside can open those."""
    feeding(pages, sessions, clock, house)
    handing_out(pages, sessions, clock, house)
