"""Notices as pages: a poster to be printed, what its QR code leads to, and a page of one's own with a button.

The browser prints: a PDF of our own would need a Chinese font, and every computer has one. Whoever has scanned a poster
may read what hangs on the wall, and nobody can try the numbers of other notices: the address is signed.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from io import BytesIO
from math import ceil
from typing import Final

import segno
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.downloads import HEADERS, MOST_TRIES, WITHIN, gone, too_often
from bot.throttle import Throttle
from bot.transact import transact
from handlers.house import HouseRules
from handlers.moment import Moment, Reach
from handlers.phrases import posters as phrases
from handlers.readbacks.posters import Poster, answer_by_link, page_of, poster_of
from storage import codes
from storage.codes import Purpose
from storage.database import Sessions
from storage.types import BroadcastId, PlaceId

POSTER: Final = "/papers/poster/{number:[0-9]{1,9}}-{place:[0-9]{1,9}}/{token:[A-Za-z0-9]{20}}"
NOTICE: Final = "/notice/{number:[0-9]{1,9}}-{place:[0-9]{1,9}}-{signature:[0-9a-f]{32}}"
OWN: Final = "/read/{number:[0-9]{1,9}}/{token:[A-Za-z0-9]{20}}"
MOST_READ: Final = 3000  #: pages, by way of one proxy
READ_WITHIN: Final = timedelta(minutes=10)
SIZES: Final = (44, 36, 30, 24, 20, 17, 14, 12, 10, 9, 8)  #: of letters, in points
WIDTH: Final = 510  #: of the paper inside its margins, in points
HEIGHT: Final = 480  #: what the heading, the day and the code leave of it
LINE: Final = 1.5  #: times the size of its letters
_STYLE: Final = """@page{size:A4;margin:15mm}body{font-family:"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
margin:0 auto;max-width:180mm;padding:1em;color:#000;background:#fff}h1{text-align:center;color:#b00;font-size:48pt;
margin:0 0 .3em;letter-spacing:.3em;text-indent:.3em}p{white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5;margin:0}
p.day{text-align:right;font-size:18pt}
footer{display:flex;gap:1em;align-items:center;margin-top:1.5em;border-top:2px solid #b00;padding-top:1em;font-size:14pt;
break-inside:avoid}footer svg{width:38mm;height:38mm;flex:none}button{font-size:1.3em;padding:.6em 2em;margin:1em auto;
display:block}@media print{body{padding:0}}"""


@dataclass(frozen=True, slots=True)
class Posters:
    """Answers the addresses. `key` is the one by which our own links are known."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    reach: Mapping[str, Reach]
    key: bytes
    tries: Throttle = field(default_factory=lambda: Throttle(MOST_TRIES, WITHIN))
    reads: Throttle = field(default_factory=lambda: Throttle(MOST_READ, READ_WITHIN))

    async def ask(self, _: web.Request) -> web.StreamResponse:
        """A button, so that a preview in a chat does not use up the link."""
        return page_with("海报", '<form method="post"><button>看海报</button></form>')

    async def print_out(self, request: web.Request) -> web.StreamResponse:
        """The poster, once a link."""
        self._hold_back(request, self.tries)
        asked = dict(request.match_info)
        found = await transact(self.sessions, lambda session: self._redeemed(session, asked))
        if found is None:
            raise gone("海报")
        signed = f"{found.number}-{found.place}"
        address = f"{self.house.pages}/notice/{signed}-{self._signature(signed)}"
        return page_with(f"{found.where} 通知", poster(found, address, self.house.bot_name))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """What the QR code leads to."""
        self._hold_back(request, self.reads)
        asked = request.match_info
        if not hmac.compare_digest(asked["signature"], self._signature(f"{asked['number']}-{asked['place']}")):
            raise web.HTTPNotFound
        async with self.sessions() as session:
            found = await page_of(
                self._moment(session), BroadcastId(int(asked["number"])), PlaceId(int(asked["place"]))
            )
        if found is None:
            raise web.HTTPNotFound(text="这条通知已经取消了。", headers=HEADERS)
        how = phrases.how_to_answer(found.number, self.house.bot_name) if found.asks_back else ""
        return page_with(
            "通知", f'<p>{escape(found.text)}</p><p class="day">{escape(found.day)}</p><footer>{escape(how)}</footer>'
        )

    async def ask_own(self, _: web.Request) -> web.StreamResponse:
        """The button of who was reminded; that a chat looks at the link is no answer."""
        return page_with("收到", '<p>社区的通知，看到了请按一下。</p><form method="post"><button>收到</button></form>')

    async def answer_own(self, request: web.Request) -> web.StreamResponse:
        """He has pressed it."""
        self._hold_back(request, self.tries)
        asked = dict(request.match_info)
        if not await transact(self.sessions, lambda session: self._answered(session, asked)):
            raise web.HTTPNotFound(text="这个链接用过了，或者已经不用回了。谢谢您。", headers=HEADERS)
        return page_with("收到", "<p>记下了，谢谢。</p>")

    async def _redeemed(self, session: AsyncSession, asked: dict[str, str]) -> Poster | None:
        code = await codes.redeem(session, asked["token"], Purpose.PAPER, self.clock())
        if code is None or code.member_id is None:
            return None
        number, place = BroadcastId(int(asked["number"])), PlaceId(int(asked["place"]))
        return await poster_of(self._moment(session), number, place, code.member_id)

    async def _answered(self, session: AsyncSession, asked: dict[str, str]) -> bool:
        code = await codes.redeem(session, asked["token"], Purpose.READ, self.clock())
        if code is None or code.member_id is None:
            return False
        return await answer_by_link(self._moment(session), BroadcastId(int(asked["number"])), code.member_id)

    def _moment(self, session: AsyncSession) -> Moment:
        return Moment(session=session, now=self.clock(), house=self.house, reach=self.reach)

    def _hold_back(self, request: web.Request, throttle: Throttle) -> None:
        if not throttle.lets(request.remote or "", self.clock()):
            raise too_often()

    def _signature(self, what: str) -> str:
        return hmac.digest(self.key, f"notice:{what}".encode(), "sha256").hex()[:32]


def poster(found: Poster, address: str, bot: str) -> str:
    """The body of the page: what is to be read, as large as fits, and the code that leads to it."""
    size = next((size for size in SIZES if _height(found.text, size) <= HEIGHT), SIZES[-1])
    how = phrases.how_to_answer(found.number, bot) if found.asks_back else ""
    code = BytesIO()
    segno.make(address, error="m", micro=False).save(
        code, kind="svg", xmldecl=False, svgns=False, omitsize=True, scale=4
    )
    return (
        f"<h1>{'预警' if found.warning else '通知'}</h1>"
        f'<p style="font-size:{size}pt">{escape(found.text)}</p><p class="day">{escape(found.day)}</p>'
        f"<footer>{code.getvalue().decode()}<div>扫一扫，在手机上看。<br>{escape(how)}</div></footer>"
    )


def _height(text: str, size: int) -> float:
    """How many points the text takes at most in letters of that size."""
    lines = sum(max(1, ceil(len(line) * size / (WIDTH - size))) for line in text.split("\n"))
    return lines * size * LINE


def page_with(title: str, body: str) -> web.Response:
    """A page of ours; `body` is HTML."""
    text = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style><body>{body}'
    )
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


def posting(pages: web.Application, posters: Posters) -> None:
    """Let posters and notices be opened from `pages`, where somebody outside can open them."""
    if posters.house.pages is not None:
        pages.router.add_get(POSTER, posters.ask)
        pages.router.add_post(POSTER, posters.print_out)
        pages.router.add_get(NOTICE, posters.show)
        pages.router.add_get(OWN, posters.ask_own)
        pages.router.add_post(OWN, posters.answer_own)
