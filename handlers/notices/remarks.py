"""Lines of a notice that are for the bot and not for the neighbours: 来源 区医保局 https://…, 只在今天有效, 发布 石龙社区党委."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.messages import Refusal
from handlers.phrases import composing
from handlers.reading.times import Past
from handlers.reading.values import Unclear, words
from handlers.when.read import when
from handlers.when.understood import Once

LONGEST_NAME: Final = 60
LONGEST_LINK: Final = 500
_SOURCE: Final = re.compile(r"来源\s*[:：]?\s+?(?P<rest>\S.*)|来源[:：](?P<bare>\S.*)")
_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_ISSUER: Final = re.compile(r"(?:发布|落款|署名)(?:\s*[:：]\s*|\s+)(?P<name>\S.*)")
_TODAY: Final = re.compile(r"[(（]?(?:只在|仅)?(?:今天|今日|当天|当日)(?:之?内)?有效[)）]?[。.]?")
_UNTIL: Final = re.compile(
    r"(?:有效期?(?:到|至)\s*(?P<at>\S.*?)|(?P<before>\S.*?)(?:前|之前)有效|过了(?P<past>\S.*?)就?(?:不发|别发)了?)[。.]?"
)
ASKS: Final = re.compile(r"收到请?回复?\s*[「“\"']?\s*[1１一]|请?回复?\s*[1１]\s*(?:确认|表示)|要回执")
_ONLY_ASKS: Final = re.compile(r"要回执[。.]?")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is known of a notice beside its words."""

    source: str | None = None  #: whose words these are
    link: str | None = None
    issuer: str | None = None  #: who signs it, where not its author
    same_day: bool = False  #: each round is of use on its own day only
    expires_at: datetime | None = None
    asks_back: bool = False


NO_REMARKS: Final = Remarks()


def remarks_of(text: str, now: datetime, zone: ZoneInfo) -> tuple[str, Remarks]:
    """The text without the lines at its end that are for the bot, and what they say.

    Raises:
        Refusal: A time until which it is of use has gone by.
    """
    lines, found = text.split("\n"), NO_REMARKS
    while lines and (more := _remark(lines[-1].strip(), found, now, zone)) is not None:
        lines.pop()
        found = more
    text = "\n".join(lines).strip()
    return text, replace(found, asks_back=found.asks_back or ASKS.search(text) is not None)


def _remark(line: str, found: Remarks, now: datetime, zone: ZoneInfo) -> Remarks | None:
    """`found` with what the line says, or None where it is for the neighbours."""
    if not line:
        return found
    if source := _SOURCE.fullmatch(line):
        return _with_source(found, source["rest"] or source["bare"])
    if issuer := _ISSUER.fullmatch(line):
        return replace(found, issuer=words(issuer["name"], LONGEST_NAME))
    if _TODAY.fullmatch(line):
        return replace(found, same_day=True)
    if _ONLY_ASKS.fullmatch(line):
        return replace(found, asks_back=True)
    until = _UNTIL.fullmatch(line)
    return _with_expiry(found, until, now, zone) if until else None


def _with_source(found: Remarks, said: str) -> Remarks:
    link = _LINK.search(said)
    name = words(said.replace(link[0], " ") if link else said, LONGEST_NAME)
    address = link[0][:LONGEST_LINK] if link else found.link
    return replace(found, source=name or found.source, link=address)


def _with_expiry(found: Remarks, line: re.Match[str], now: datetime, zone: ZoneInfo) -> Remarks | None:
    """None where no time is said: then the line is for the neighbours. A day without an hour is meant whole."""
    said = line["at"] or line["before"] or line["past"]
    midnight = "0点" if line["before"] else "24点"
    for words_of_time in (f"{said}{midnight}", said):
        try:
            until, rest = when(words_of_time, now, zone)
        except Past:
            raise Refusal(composing.expires_in_the_past(), alone=True) from None
        except Unclear:
            continue
        break
    else:
        return None
    return replace(found, expires_at=until.at) if isinstance(until, Once) and not rest else None


def end_of_day(at: datetime, zone: ZoneInfo) -> datetime:
    """The midnight with which the local day of `at` ends."""
    return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)
