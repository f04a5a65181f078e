"""The web application, its health check, and serving it for as long as a block lasts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from bot.health import Health
from bot.section import Misconfigured

FINISH_WITHIN: Final = 30.0  #: seconds that requests in progress are given at the end
LINGER: Final = 1.0  #: seconds that a connection whose body nobody read is listened to

HEALTH: Final = "/healthz"


def make_web(look: Callable[[], Awaitable[Health]]) -> web.Application:
    """An application that tells how things are; the channels add their pages and hooks."""

    async def tell(_: web.Request) -> web.Response:
        health = await look()
        return web.json_response(health.as_json(), status=200 if health.database else 503)

    app = web.Application()
    app.router.add_get(HEALTH, tell)
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve `app`; yields its address. At the end nobody new comes in, and requests in progress are finished.

    Raises:
        Misconfigured: Nobody can listen there.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_WITHIN, lingering_time=LINGER)
    await runner.setup()
    try:
        await _listen(web.TCPSite(runner, host, port))
        taken = runner.addresses[0][1]
        yield f"http://{f'[{host}]' if ':' in host else host}:{taken}/"
    finally:
        await runner.cleanup()


async def _listen(site: web.TCPSite) -> None:
    try:
        await site.start()
    except OSError as error:
        where = site.name.removeprefix("http://")
        raise Misconfigured(
            f"网页开不了：{where} 已经有别的程序在用，或者不许用。请关掉那个程序，或者换一个端口再启动。"
        ) from error
