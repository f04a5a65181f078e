"""The page itself: a handful of files that are read by name and nothing else."""

from pathlib import Path
from typing import Final

from aiohttp import web

from bot.channels.webchat.guard import Refused

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


async def index(_: web.Request) -> web.StreamResponse:
    """The chat page."""
    return _file("index.html")


async def doorstep(_: web.Request) -> web.StreamResponse:
    """Where a one-time link leads: one button. Chat programs fetch links to preview them; fetching must use nothing up."""
    return _file("enter.html")


async def static(request: web.Request) -> web.StreamResponse:
    """A script or a style sheet."""
    return _file(request.match_info["name"])


def _file(name: str) -> web.FileResponse:
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in TYPES or not path.is_file():
        raise Refused(404, "没有这个页面。")
    # Asked for again each time (a 304 is cheap), so that nobody runs yesterday's script against today's service.
    headers = {"Content-Type": f"{TYPES[path.suffix]}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(path, headers=headers)
