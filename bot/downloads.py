"""Files that a link gives once, behind a button.

Chat programs fetch links to preview them, so the link alone gives nothing: it shows a button, and pressing that does.
"""

from datetime import timedelta
from typing import Final

from aiohttp import web

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_TRIES: Final = 60
WITHIN: Final = timedelta(minutes=10)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_PAGE: Final = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>下载表格</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body style="font: 18px sans-serif; text-align: center; padding: 15vh 1em">
<p>只能下载一次。</p><form method="post"><button style="font-size: 1.2em; padding: .6em 2em">下载</button></form>
"""


async def button(_: web.Request) -> web.StreamResponse:
    """The button; the same for every link, so that it tells nothing of it."""
    return web.Response(text=_PAGE, content_type="text/html", headers=HEADERS)


def too_often() -> web.HTTPTooManyRequests:
    """To who tries one link after the other."""
    return web.HTTPTooManyRequests(headers={"Retry-After": f"{WITHIN.total_seconds():.0f}"})


def gone(again: str) -> web.HTTPNotFound:
    """For a link that was used, is too old, or never was. `again`: what one says to the bot for a new one."""
    return web.HTTPNotFound(text=f"这个链接用过了，或者过期了。请再给机器人发一次“{again}”。", headers=HEADERS)


def workbook(content: bytes, disposition: str) -> web.StreamResponse:
    """A spreadsheet to be kept under the name that `disposition`, the header of that name, tells."""
    return web.Response(body=content, content_type=XLSX, headers={**HEADERS, "Content-Disposition": disposition})
