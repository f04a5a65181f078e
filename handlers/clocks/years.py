"""(tick) Next year's holidays, if nobody knows them yet: the community is told once, late in November."""

from datetime import date
from typing import Final

from handlers.clocks.openings import own_kinds
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import worktime as phrases
from handlers.rules.holidays import is_known
from storage import members, places
from storage.places import Place
from storage.types import MessageKind, PlaceKind, Role

FROM: Final = (11, 20)  #: month and day: the notice has been out for some days by then
HOUR: Final = 9


async def tell_unknown_year(moment: Moment) -> None:
    """In the first minute after nine; skipping a day only delays it."""
    here = moment.now.astimezone(moment.house.zone)
    if (here.hour, here.minute) != (HOUR, 0):
        return
    for community in await places.all_of(moment.session, PlaceKind.COMMUNITY):
        for year in await unknown_years(moment, community, here.date()):
            await _tell(moment, community, year)


async def unknown_years(moment: Moment, community: Place, today: date) -> list[int]:
    """This year, and from late November on the next, where nobody has said what they are like."""
    years = [today.year, *([today.year + 1] if (today.month, today.day) >= FROM else [])]
    near = [place.id for place in await places.above(moment.session, community)]
    own = await own_kinds(moment, near, date(today.year, 1, 1))
    return [year for year in years if not is_known(year, own)]


async def _tell(moment: Moment, community: Place, year: int) -> None:
    words = Words(phrases.unknown_year(year))
    for admin in await members.with_role(moment.session, Role.ADMIN, [community.id]):
        await moment.tell_once(admin.id, words, MessageKind.PERSONAL, key=f"year:{year}")
