"""`guanjia notice FILE`: several notices from a file, each a draft that an admin confirms in chat; all of them or none."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Config
from bot.enclosing import kept_file
from bot.joining import prepare, reach_of
from bot.media import MediaStore
from bot.notice_file import Entry, read_entries
from bot.section import Misconfigured
from bot.transact import transact
from bot.workbook.cells import Problems, WorkbookError
from handlers.community.gazetteer import Gazetteer, places_of
from handlers.messages import File, Refusal, Words
from handlers.moment import Moment, Reach
from handlers.notices.audience import Whom
from handlers.notices.dates import OwnDays, own_days
from handlers.notices.drafts import compose
from handlers.notices.reading import MOST_TEXT, Notice, whom_at
from handlers.notices.remarks import NO_REMARKS, Remarks, remarks_of
from handlers.phrases import composing
from handlers.phrases import filing as phrases
from handlers.reading.times import Past
from handlers.reading.values import Unclear, words
from handlers.when.read import when
from handlers.when.understood import Doubt, When
from storage import audiences, broadcasts, places
from storage.broadcasts import Broadcast
from storage.database import open_database
from storage.places import Place
from storage.types import MemberId, MessageKind, Role

_YES: Final = frozenset({"是", "预警", "true", "1", "√", "✓"})
_NO: Final = frozenset({"", "否", "不是", "false", "0"})


async def taken(
    config: Config, path: Path, enclosed: Sequence[Path], author: str | None, clock: Callable[[], datetime]
) -> str:
    """What was taken from the file at `path`; each notice carries the files at `enclosed`.

    Raises:
        Misconfigured: It holds mistakes, each of which is named, or nobody can be its author; nothing was taken.
    """
    await prepare(config)
    house, media = config.house(), MediaStore(config.pictures_dir, config.media.limit_bytes)
    files = [await kept_file(media, one) for one in enclosed]
    reach: dict[str, Reach] = {section.kind: reach_of(section.about.can) for section in config.channels}

    async def take(session: AsyncSession) -> str:
        moment = Moment(session=session, now=clock(), house=house, reach=reach)
        return await take_notices(moment, path, author, files)

    async with open_database(config.database_url) as sessions:
        try:
            return await transact(sessions, take)
        except WorkbookError as error:
            raise Misconfigured(str(error)) from error


async def take_notices(moment: Moment, path: Path, author: str | None, files: Sequence[File] = ()) -> str:
    """Keep the notices of a file as drafts of an admin, and tell him; what was said.

    Raises:
        WorkbookError: Something is wrong; every place of it is named.
    """
    problems = Problems()
    entries = await asyncio.to_thread(read_entries, path, problems)
    try:
        community = await places.only_community(moment.session)
    except LookupError:
        raise WorkbookError([phrases.no_community()]) from None
    by = await _author(moment, community, author)
    own = await own_days(moment, community.id)
    known = await places_of(moment.session, community, units=True)
    read = [_notice(moment, entry, known, community, own, problems) for entry in entries]
    problems.check()
    kept = [
        await _kept(moment, entry, replace(new, files=tuple(files)), community, by, problems)
        for entry, new in zip(entries, read, strict=True)
        if new
    ]
    problems.check()
    return await _told(moment, by, [one for one in kept if one is not None], len(entries))


async def _author(moment: Moment, community: Place, name: str | None) -> MemberId:
    admins = await audiences.holders_of(moment.session, Role.ADMIN, community.id, above_only=True)
    named = [admin for admin in admins if name is None or admin.name == name]
    if len(named) != 1:
        raise WorkbookError([phrases.which_author(name, [admin.name for admin in admins])])
    return named[0].id


def _notice(
    moment: Moment, entry: Entry, known: Gazetteer, community: Place, own: OwnDays, problems: Problems
) -> Notice | None:
    """What is written there; None where something is wrong with it."""
    wrong, text = len(problems.found), entry.text("内容")
    if len(text) > MOST_TEXT:
        problems.add(entry.at["内容"], composing.too_long(len(text), MOST_TEXT))
    rest, said = _remarks(moment, entry, text, problems)
    whom = _whom(entry, known, community, problems)
    at = _when(moment, entry, own, problems)
    if entry.text("预警").lower() not in _YES | _NO:
        problems.add(entry.at["预警"], phrases.yes_or_no())
    if whom is None or len(problems.found) > wrong:
        return None
    beside = replace(
        said,
        source=words(entry.text("来源"), 60) or said.source,
        link=entry.text("链接")[:500] or said.link,
        issuer=words(entry.text("落款"), 60) or said.issuer,
    )
    return Notice(whom=whom, text=rest, when=at, warning=entry.text("预警").lower() in _YES, remarks=beside)


def _remarks(moment: Moment, entry: Entry, text: str, problems: Problems) -> tuple[str, Remarks]:
    """The words, and what is said beside them; a time until which they are of use stands in a cell of its own."""
    until = entry.text("有效到")
    try:
        rest, said = remarks_of(f"{text}\n有效到 {until}" if until else text, moment.now, moment.house.zone)
    except Refusal as refusal:
        problems.add(entry.at["有效到"], refusal.reply.text)
        return text, NO_REMARKS
    if until and said.expires_at is None:
        problems.add(entry.at["有效到"], phrases.unclear_time())
    return rest, said


def _whom(entry: Entry, known: Gazetteer, community: Place, problems: Problems) -> Whom | None:
    if not entry.text("发给"):
        return None
    try:
        whom, rest = whom_at(known, community, entry.text("发给"))
    except Unclear:
        rest, whom = "?", Whom()
    except Refusal as refusal:
        problems.add(entry.at["发给"], refusal.reply.text)
        return None
    if rest.strip():
        problems.add(entry.at["发给"], phrases.unclear_audience())
        return None
    return whom


def _when(moment: Moment, entry: Entry, own: OwnDays, problems: Problems) -> When | None:
    said = entry.text("时间")
    if not said or said in ("马上", "现在", "立即"):
        return None
    try:
        at, rest = when(said, moment.now, moment.house.zone, own)
    except Past:
        problems.add(entry.at["时间"], composing.time_is_past())
        return None
    except (Doubt, Unclear):
        at, rest = None, "?"
    if rest.strip() or at is None:
        problems.add(entry.at["时间"], phrases.unclear_time())
    return at


async def _kept(
    moment: Moment, entry: Entry, new: Notice, community: Place, by: MemberId, problems: Problems
) -> Broadcast | None:
    """The draft; None where the same notice is there already, or nobody would get it."""
    if await broadcasts.is_there(moment.session, community.id, new.text, list(new.whom.places)):
        return None
    try:
        return await compose(moment, new, community.id, by)
    except Refusal as refusal:
        problems.add(entry.at["发给"], refusal.reply.text)
        return None


async def _told(moment: Moment, by: MemberId, kept: Sequence[Broadcast], written: int) -> str:
    """Tell the author, so that he confirms them; what the command prints."""
    if kept:
        numbers = [one.id for one in kept]
        words_to_him = Words(phrases.to_confirm(numbers))
        await moment.tell(by, words_to_him, MessageKind.PERSONAL, key=f"file:{numbers[0]}:{numbers[-1]}")
    return phrases.taken([one.id for one in kept], written - len(kept))
