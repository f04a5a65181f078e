"""Feeds transcripts through the whole service: what a reader of the group would have seen, the tickets, the figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bot.replay.figures import Figures
from bot.replay.leftovers import left_over
from bot.replay.paper import Seen
from bot.replay.playing import Play, staged
from bot.replay.transcript import Transcript, read
from handlers.house import HouseRules
from handlers.phrases import CATEGORY_NAMES, STATUS_NAMES, URGENCY_NAMES
from handlers.phrases.tickets import where
from handlers.understanding.decide import Reader
from storage import words
from storage.tickets import Ticket

__all__ = ["Figures", "Replayed", "Transcript", "read", "replay", "summed_up", "told"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one transcript: the page of the group, and a line for every ticket."""

    title: str
    page: Sequence[Seen]
    tickets: Sequence[str]


async def replay(transcript: Transcript, house: HouseRules, reader: Reader, figures: Figures) -> Replayed:
    """Play one transcript, and add to `figures` what it amounts to."""
    async with staged(transcript, house, reader) as play:
        await play.run(transcript)
        async with play.sessions() as session:
            listed = await _listed(session)
            await _count(session, transcript, play, figures)
    figures.tickets += len(listed)
    return Replayed(transcript.title, play.paper.page, listed)


async def _count(session: AsyncSession, transcript: Transcript, play: Play, figures: Figures) -> None:
    figures.messages += len(transcript.lines)
    figures.latencies.extend(play.latencies)
    figures.chatter_stored += len(await left_over(session, {line.id: line.text for line in transcript.lines}))
    await figures.count_said(session)


async def _listed(session: AsyncSession) -> list[str]:
    found = (await session.scalars(sa.select(Ticket).order_by(Ticket.number))).all()
    said = await words.said_about(session, [ticket.id for ticket in found])
    return [_line(ticket, sum(one.ticket_id == ticket.id for one in said)) for ticket in found]


def _line(ticket: Ticket, texts: int) -> str:
    return "  ".join(
        (
            f"{ticket.number} 号",
            where(ticket, rooms=True) or "地点没说",
            CATEGORY_NAMES[ticket.category],
            URGENCY_NAMES[ticket.urgency],
            STATUS_NAMES[ticket.status],
            f"{texts} 条话",
        )
    )


def told(played: Replayed, zone: ZoneInfo) -> Iterator[str]:
    """The page as its readers saw it, then the tickets."""
    yield f"══ {played.title} ══"
    for seen in played.page:
        mark = "🔴" if seen.by_bot else "  "
        text = seen.text.replace("\n", "\n" + " " * 17)
        yield f"{mark} {seen.at.astimezone(zone):%m-%d %H:%M} {seen.name}：{text}"
    yield f"── 工单 {len(played.tickets)} 张 ──"
    yield from played.tickets
    yield ""


def summed_up(figures: Figures) -> str:
    """The figures in words, for people."""
    sums = figures.as_json()
    return (
        f"合计：{sums['messages']} 条消息，{sums['tickets']} 张工单；机器人在群里主动说了 {sums['bot_group_messages']} 条"
        f"（每张工单 {sums['bot_group_messages_per_ticket']} 条，最多 {sums['bot_group_messages_max_per_ticket']} 条），"
        f"答问 {sums['bot_command_answers']} 条，紧急 {sums['bot_emergency_messages']} 条；"
        f"留下的闲聊 {sums['chatter_texts_stored']} 条；"
        f"一条消息办完 {sums['latency_ms_p50']} 毫秒（百分之九十九在 {sums['latency_ms_p99']} 毫秒内）。"
    )
