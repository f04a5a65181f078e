"""Opening the ways by which warnings come in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from bot.joining import working
from bot.warnings.config import WarningSystem
from bot.warnings.desk import Desk
from bot.warnings.endpoint import PATH, Endpoint
from bot.warnings.folder import Folder, watch


@asynccontextmanager
async def listening(
    systems: Sequence[WarningSystem], desk: Desk, app: web.Application, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Take warnings for as long as the block lasts, where the configuration names a system."""
    if any(system.secret is not None for system in systems):
        app.router.add_post(PATH, Endpoint(desk, systems).answer)
    folders = [Folder(system, system.folder, desk) for system in systems if system.folder is not None]
    if not folders:
        yield
        return
    async with working(watch(folders, stop), stop):
        yield
