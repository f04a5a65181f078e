"""The pages on which something is given to whoever has the link: calendars, tables, posters, notices."""

from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web

from bot.exporting import handing_out
from bot.feeds import feeding
from bot.papers import giving
from bot.posters import Posters, posting
from handlers.house import HouseRules
from handlers.moment import Reach
from storage.database import Sessions


def link_pages(
    pages: web.Application,
    sessions: Sessions,
    clock: Callable[[], datetime],
    house: HouseRules,
    reach: Mapping[str, Reach],
    key: bytes,
) -> None:
    """Add them to `pages`, where somebody outside can open those. `key`: by which our own links are known."""
    feeding(pages, sessions, clock, house)
    handing_out(pages, sessions, clock, house)
    giving(pages, sessions, clock, house, reach)
    posting(pages, Posters(sessions, clock, house, reach, key))
