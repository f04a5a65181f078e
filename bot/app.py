"""The composition root: everything there is, joined on one screen; it is let go in reverse order."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime

from bot.advisor.opening import way_in
from bot.channels.base import Channel
from bot.clock import Clock, ticking
from bot.config import Config
from bot.connectors import Connectors
from bot.giving import link_pages
from bot.health import Nurse
from bot.joining import Reaches, prepare, saying, ticks_of, wording_of, working
from bot.learned import Shelf
from bot.media import MediaStore
from bot.reader import make_reader
from bot.receive import Receiver
from bot.showing import links_key
from bot.wall import utc_now
from bot.warnings.desk import Desk
from bot.warnings.opening import listening
from bot.web import make_web, serving
from storage.database import open_database


async def run(
    config: Config,
    stop: asyncio.Event,
    clock: Callable[[], datetime] = utc_now,
    *,
    demo: bool = False,
    opened: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until `stop` is set; then finish what is in progress and let go in reverse order.

    Args:
        demo: Whoever opens the web chat chooses who he is.
        opened: Told the address once the pages can be opened.

    Raises:
        Misconfigured: It cannot start; the message says why and what to do.
    """
    house, mail = config.house(), asyncio.Event()
    reader = make_reader(house.manner, Shelf(config.learned_dir))
    channels: dict[tuple[str, str], Channel] = {}
    reach = Reaches(channels)
    await prepare(config)
    async with AsyncExitStack() as stack:
        sessions = await stack.enter_async_context(open_database(config.database_url))
        media = MediaStore(config.pictures_dir, config.media.limit_bytes)
        receiver = Receiver(sessions=sessions, clock=clock, house=house, reach=reach, reader=reader, nudge=mail.set)
        stack.push_async_callback(receiver.close)
        receive = await stack.enter_async_context(way_in(config.model, receiver))
        pages = make_web(Nurse(sessions, channels, clock).look)
        connectors = Connectors(config, sessions, clock, media, demo=demo)
        for section in config.channels:
            channel = await stack.enter_async_context(connectors.of(section).open(pages, receive, media, clock))
            channels[channel.name, channel.account] = channel
        await receiver.retake()
        wording = wording_of(config, pages, media, clock)
        link_pages(pages, sessions, clock, house, reach, links_key(config))
        desk = Desk(sessions=sessions, clock=clock, house=house, reach=reach, nudge=mail.set)
        await stack.enter_async_context(listening(config.warnings, desk, pages, stop))
        ticks = ticks_of(config, media, channels)
        bell = Clock(sessions=sessions, clock=clock, house=house, reach=reach, nudge=mail.set, ticks=ticks)
        # The first ring comes before the first message: what is too late to be said is given up by then.
        await stack.enter_async_context(ticking(bell))
        address = await stack.enter_async_context(serving(pages, config.host, config.port))
        # Let go before the pages are: a bridge that has dialled in still answers what it is just being told to say.
        await stack.enter_async_context(working(saying(config, sessions, channels, clock, wording, mail, stop), stop))
        opened(address)
        await stop.wait()
