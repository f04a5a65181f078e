"""Groups of the web chat: nobody can make one on the page, so that there is one for every building and compound.

Only where no other channel has groups of neighbours: elsewhere they have one already, and a second one that nobody reads
would get every notice as well.
"""

from typing import Final

from bot.door import LINE
from handlers.community.gazetteer import title
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases.groups import greeting
from storage import chats, circles
from storage.places import Place
from storage.types import MessageKind, PlaceKind

KINDS: Final = (PlaceKind.BUILDING, PlaceKind.COMPOUND)


async def open_web_groups(moment: Moment) -> None:
    """A tick of the bot's own: open the groups that are not there yet, a place that was just imported included."""
    for place in await circles.without_group(moment.session, LINE, KINDS):
        await open_group(moment, place)


async def open_group(moment: Moment, place: Place) -> None:
    """Open the group of `place`, and let the bot introduce itself as it does wherever it is bound."""
    address = (*LINE, f"place-{place.id}")
    await chats.bind(moment.session, address, place, moment.now)
    group, _ = (await chats.bound(moment.session, [address]))[address]
    group.greeted_at = moment.now
    name = await title(moment.session, place.id)
    text = greeting(name, moment.house.operator, moment.house.bot_name, hears_all=True)
    moment.say(address, Words(text), MessageKind.GREETING, key=f"greeting:{group.id}", is_group=True)
