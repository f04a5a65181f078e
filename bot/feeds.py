"""People's calendars: a secret address a person, at which his telephone fetches his turns of duty as iCalendar.

An address that was never made, or leads nowhere any more, is answered like any page that does not exist. Turns are told
in UTC, so that each telephone shows the right hour, whatever clocks are put forward or back in between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from aiohttp import web
from icalendar import Calendar, Event

from bot.throttle import Throttle
from bot.transact import transact
from handlers.duty.feeds import Own, own_turns
from handlers.house import HouseRules
from handlers.moment import Moment
from storage import feeds
from storage.database import Sessions

ROUTE: Final = "/calendar/{secret:[A-Za-z0-9_-]{43}}.ics"
REFRESH: Final = timedelta(hours=1)
#: A calendar asks every quarter of an hour at most; all of a community's may come by way of one proxy.
MOST_OF_ONE: Final = 30
MOST_OF_ALL: Final = 3000
WITHIN: Final = timedelta(minutes=10)
_HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A calendar as it is now: the text, its digest, and since when it is so, in whole seconds."""

    text: bytes
    digest: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Feeds:
    """Answers the addresses."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    of_one: Throttle = field(default_factory=lambda: Throttle(MOST_OF_ONE, WITHIN))
    of_all: Throttle = field(default_factory=lambda: Throttle(MOST_OF_ALL, WITHIN))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The calendar of that address; 404 like any other page for one that leads nowhere, known once or never."""
        secret = request.match_info["secret"]
        self._hold_back(request, secret)
        found = await self._found(secret)
        if found is None:
            raise web.HTTPNotFound
        answer = web.Response(body=found.text, content_type="text/calendar", charset="utf-8", headers=_HEADERS)
        if _is_unchanged(request, found):
            answer = web.Response(status=304, headers=_HEADERS)
        answer.etag, answer.last_modified = found.digest, found.changed_at
        return answer

    def _hold_back(self, request: web.Request, secret: str) -> None:
        now = self.clock()
        if not (self.of_all.lets(request.remote or "", now) and self.of_one.lets(feeds.digest_of(secret), now)):
            raise web.HTTPTooManyRequests(headers={"Retry-After": f"{WITHIN.total_seconds():.0f}"})

    async def _found(self, secret: str) -> Found | None:
        now = self.clock().replace(microsecond=0)
        async with self.sessions() as session:
            feed = await feeds.behind(session, secret)
            if feed is None:
                return None
            moment = Moment(session=session, now=now, house=self.house, reach={})
            text = calendar(await own_turns(moment, feed.member_id), feed.made_at, self.house.zone.key)
        digest = sha256(text).hexdigest()
        if feed.content == digest:
            return Found(text, digest, feed.changed_at)
        await transact(self.sessions, lambda session: feeds.changed(session, feed, digest, now))
        return Found(text, digest, now)


def _is_unchanged(request: web.Request, found: Found) -> bool:
    """Whether the telephone has it already; where it gives a digest, its date does not count."""
    if request.if_none_match is not None:
        return any(etag.value in (found.digest, "*") for etag in request.if_none_match)
    return request.if_modified_since is not None and found.changed_at <= request.if_modified_since


def calendar(turns: Sequence[Own], made_at: datetime, zone: str) -> bytes:
    """The turns as iCalendar; the same turns are the same bytes."""
    made = Calendar()
    for name, value in (
        ("prodid", "-//guanjia//duty//ZH"),
        ("version", "2.0"),
        ("x-wr-calname", "我的值班"),
        ("x-wr-timezone", zone),
        ("refresh-interval", REFRESH),
    ):
        made.add(name, value)
    for turn in turns:
        event = Event()
        event.add("uid", f"turn-{turn.place}-{turn.starts.timestamp():.0f}@guanjia")
        event.add("dtstamp", made_at.replace(microsecond=0))
        event.add("dtstart", turn.starts)
        event.add("dtend", turn.ends)
        event.add("summary", f"值班：{turn.where}")
        event.add("location", turn.where)
        made.add_component(event)
    return bytes(made.to_ical())


def feeding(pages: web.Application, sessions: Sessions, clock: Callable[[], datetime], house: HouseRules) -> None:
    """Let calendars be fetched from `pages`, where somebody outside can open them."""
    if house.pages is not None:
        pages.router.add_get(ROUTE, Feeds(sessions, clock, house).show)
