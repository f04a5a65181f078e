"""A served page and the people before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, CookieJar

from bot.channels.webchat import Person, Webchat, WebchatConfig, alone_with
from bot.media import MediaStore
from tests.webchat_harness import BOT_NAME, LI, LIMIT, XIA, Ear, MovableClock, PaperDoor, serving
from tests.webchat_visitor import Visitor

LAMP = "2单元楼道灯不亮了"
PRIVATE = alone_with(LI.id)


class Street:
    """A served page with a door, an ear and a clock, and people who sit before it."""

    def __init__(self, folder: Path, http: ClientSession, *, is_demo: bool = True, **settings: float) -> None:
        self.door, self.ear, self.clock, self.http = PaperDoor(), Ear(), MovableClock(), http
        self.media = MediaStore(folder, LIMIT)
        config = WebchatConfig.model_validate(settings)
        self.webchat = Webchat(
            config, self.door, self.media, self.ear.receive, self.clock, bot_name=BOT_NAME, demo=is_demo
        )
        self.address = ""

    def visitor(self, person: Person | None = None) -> Visitor:
        return Visitor(self.http, self.address, person.id if person else None)

    @property
    def li(self) -> Visitor:
        return self.visitor(LI)

    @property
    def xia(self) -> Visitor:
        return self.visitor(XIA)


@asynccontextmanager
async def opened(folder: Path, *, is_demo: bool = True, **settings: float) -> AsyncIterator[Street]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        street = Street(folder, http, is_demo=is_demo, **settings)
        async with serving(street.webchat) as street.address:
            yield street
