"""`guanjia links`: by which links or QR codes residents come to the bot alone, so that it knows their building."""

from collections.abc import Sequence
from typing import ClassVar, Protocol, runtime_checkable

from bot.channels.base import About
from bot.config import Config
from bot.joining import prepare
from bot.section import Misconfigured
from handlers.community.entering import code_of
from handlers.community.gazetteer import title
from storage import places
from storage.database import open_database
from storage.types import PlaceKind


@runtime_checkable
class Inviting(Protocol):
    """The configuration of a channel to which people come by links that carry a code."""

    about: ClassVar[About]

    async def ways_in(self, codes: Sequence[str]) -> Sequence[str]:
        """For each of `codes`, of at most 32 letters, digits and dashes, the address that carries it.

        Raises:
            Misconfigured: The platform makes none; the message says what to do.
        """


async def links_of(config: Config) -> list[str]:
    """A line for every building and every channel that has such links: the building, a tab, the address.

    Raises:
        Misconfigured: There is no such channel, or there are no buildings yet.
    """
    inviting = [channel for channel in config.channels if isinstance(channel, Inviting)]
    if not inviting:
        raise Misconfigured("要先接微信客服或者公众号，才有楼栋的码。做法见 docs/channels.md。")
    codes = await _codes(config)
    lines = []
    for channel in inviting:
        ways = await channel.ways_in(list(codes.values()))
        lines += [f"{channel.about.title}：", *(f"{where}\t{way}" for where, way in zip(codes, ways, strict=True))]
    return lines


async def _codes(config: Config) -> dict[str, str]:
    """The code of every building, by its title."""
    await prepare(config)
    async with open_database(config.database_url) as sessions, sessions() as session:
        buildings = await places.all_of(session, PlaceKind.BUILDING)
        found = {await title(session, building.id): code_of(building) for building in buildings}
    if not found:
        raise Misconfigured("还没有录入楼栋。填好表格后运行 guanjia import 表格.xlsx，再来一次。")
    return found
