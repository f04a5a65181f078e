"""What the composition root joins things with, so that it can stay on one screen."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

from bot.channels.base import Can, Channel, Groups, Recaller
from bot.channels.webchat import WebchatConfig
from bot.channels.wecom_hook import WecomHookConfig
from bot.channels.wording import Wording
from bot.clock import Tick
from bot.config import Config
from bot.confirming import Confirmer, Ground
from bot.gathering import open_web_groups
from bot.hooking import Hooking
from bot.media import MediaStore
from bot.pulse import Pulses
from bot.recalling import Retractor
from bot.section import Misconfigured
from bot.sender import Sender
from bot.showing import showing
from bot.sweep import Sweep
from handlers.features import TICKS
from handlers.moment import Reach
from storage.database import Sessions
from storage.migrations import UnknownShape, upgrade


def reach_of(can: Can, *, takes_back: bool = False) -> Reach:
    """What handlers may know of a channel that can do that."""
    waits = can.groups is Groups.CONFIRMED
    return Reach(
        hears=can.hears,
        hears_all=can.hears_all,
        mentions=can.mentions,
        people_of=can.people_of,
        buttons=can.buttons,
        one_to_one=can.one_to_one,
        only_answers=can.answers is not None,
        takes_back=takes_back,
        waits=waits,
        most_bytes=can.longest if waits else None,
    )


@dataclass(frozen=True, slots=True)
class Reaches(Mapping[str, Reach]):
    """What handlers may know of the channels, by name and as of now: some learn only later what they can do."""

    channels: Mapping[tuple[str, str], Channel]

    @override
    def __getitem__(self, name: str) -> Reach:
        for (known, _), channel in self.channels.items():
            if known == name:
                return reach_of(channel.can, takes_back=isinstance(channel, Recaller))
        raise KeyError(name)

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self.channels))

    @override
    def __len__(self) -> int:
        return len({name for name, _ in self.channels})


@asynccontextmanager
async def working(work: Coroutine[object, object, None], stop: asyncio.Event) -> AsyncIterator[None]:
    """`work` beside the block, finished before the block ends. If it fails, everything stops and its error comes out."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda _: stop.set())
    try:
        yield
    finally:
        stop.set()
        await task


def wording_of(config: Config, pages: web.Application, media: MediaStore, clock: Callable[[], datetime]) -> Wording:
    """How things are said on poorer channels; what they carry none of is linked to on `pages`."""
    links = showing(config, pages, media, clock)
    return Wording(links, config.community.bot_name, lambda digest: media.path(digest) is not None)


async def saying(
    config: Config,
    sessions: Sessions,
    channels: Mapping[tuple[str, str], Channel],
    clock: Callable[[], datetime],
    wording: Wording,
    mail: asyncio.Event,
    stop: asyncio.Event,
) -> None:
    """Say what is to be said, at once or when a member has confirmed it, until `stop` is set."""
    common: dict[str, Any] = dict(sessions=sessions, channels=channels, clock=clock, instance=config.instance)
    sender = Sender(pace=config.outbox.pace, mail=mail, wording=wording, **common)
    more: dict[str, Any] = dict(house=config.house(), give_up_after=config.outbox.give_up_after, wording=wording)
    confirmer = Confirmer(Ground(**more, **common))
    await asyncio.gather(sender.run(stop), confirmer.run(stop), Retractor(sessions, channels, clock).run(stop))


async def prepare(config: Config) -> None:
    """Make the folder for data, and bring the database to its shape.

    Raises:
        Misconfigured: The folder or the database cannot be used, or the database is newer than this program.
    """
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"数据文件夹 {config.data_dir} 用不了，请核对 data_dir 和它的权限。") from error
    try:
        await upgrade(config.database_url)
    except UnknownShape as newer:
        raise Misconfigured(str(newer)) from newer
    except (DBAPIError, OSError) as error:
        raise Misconfigured(
            "数据库打不开，请核对 database_url：地址对不对、数据库开着没有、用户和密码对不对。"
        ) from error


def ticks_of(config: Config, media: MediaStore, channels: Mapping[tuple[str, str], Channel]) -> tuple[Tick, ...]:
    """What happens by itself: the handlers' ticks and the bot's own, and groups that nobody else makes or binds."""
    alone = all(isinstance(s, WebchatConfig) or not _has_neighbours(s.about.can) for s in config.channels)
    hooks = [Hooking(section).bind_hook for section in config.channels if isinstance(section, WecomHookConfig)]
    own = (Sweep(media).sweep_pictures, Pulses(channels).feel, *hooks)
    return (*TICKS, *own, *((open_web_groups,) if alone else ()))


def _has_neighbours(can: Can) -> bool:
    """Whether a channel has groups of neighbours: it hears them, or it may write to them only with a hand's consent."""
    return can.groups is Groups.CONFIRMED or (can.hears and can.groups is Groups.FREELY)
