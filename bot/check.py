"""`guanjia check`: what is ready and what is missing, in plain words. Looks only; changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from bot.config import Config, ConfigError, load
from bot.joining import make_reader
from bot.section import Misconfigured
from handlers.phrases.places import names, short_name
from storage import chats, duty, members, places
from storage.database import make_engine, open_database
from storage.migrations import is_current
from storage.types import PlaceKind


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is ready, or is missing; then the sentence says what to do."""

    ready: bool
    sentence: str

    @override
    def __str__(self) -> str:
        return f"{'✓' if self.ready else '✗'} {self.sentence}"


async def findings(path: Path) -> list[Finding]:
    """Everything there is to say of the service with the configuration at `path`."""
    try:
        config = load(path)
    except ConfigError as error:
        return [Finding(ready=False, sentence=line) for line in str(error).splitlines()]
    kinds = "、".join(dict.fromkeys(channel.kind for channel in config.channels))
    found = [Finding(ready=True, sentence=f"配置没有问题，接的渠道：{kinds}。"), _model()]
    missing = await _missing_database(config)
    if missing is not None:
        return [*found, Finding(ready=False, sentence=missing)]
    found.append(Finding(ready=True, sentence="数据库连得上，是最新的。"))
    async with open_database(config.database_url) as sessions, sessions() as session:
        return [*found, *await _community(session, {channel.kind for channel in config.channels})]


def _model() -> Finding:
    try:
        make_reader()
    except Misconfigured as error:
        return Finding(ready=False, sentence=str(error))
    return Finding(ready=True, sentence="理解模型装好了。")


async def _missing_database(config: Config) -> str | None:
    if not _has_file(sa.make_url(config.database_url)):
        return "还没有数据库。运行 guanjia db upgrade 建一个，guanjia serve 启动时也会自己建。"
    engine = make_engine(config.database_url)
    try:
        current = await is_current(engine)
    except (DBAPIError, OSError):
        return "数据库连不上，请核对 database_url：地址对不对、数据库开着没有、用户和密码对不对。"
    finally:
        await engine.dispose()
    return None if current else "数据库还是旧版本的样子。运行 guanjia db upgrade，或者直接 guanjia serve。"


def _has_file(url: sa.URL) -> bool:
    """Whether there is anything to connect to; SQLite would make an empty file."""
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


async def _community(session: AsyncSession, kinds: set[str]) -> list[Finding]:
    buildings = await places.all_of(session, PlaceKind.BUILDING)
    if not buildings:
        return [Finding(ready=False, sentence="还没有社区资料。填好表格后运行 guanjia import 表格.xlsx。")]
    bound = {group.place_id for group in await chats.every(session)}
    alone = [short_name(building) for building in buildings if building.id not in bound]
    rostered = await duty.rostered(session)
    ways = await members.identities_of(session, [member.id for member in rostered])
    reached = {identity.member_id for identity in ways if identity.channel in kinds and identity.one_to_one}
    unreached = [member.name for member in rostered if member.id not in reached]
    return list(_judged(len(buildings), alone, len(rostered), unreached, admin=await members.any_admin(session)))


def _judged(
    buildings: int, without_group: Sequence[str], rostered: int, unreached: Sequence[str], *, admin: bool
) -> Iterator[Finding]:
    yield Finding(ready=True, sentence=f"社区资料有了，{buildings} 栋楼。")
    yield (
        Finding(ready=True, sentence="有管理员。")
        if admin
        else Finding(ready=False, sentence="还没有管理员。运行 guanjia invite 请第一位进来。")
    )
    if without_group:
        yield Finding(
            ready=False,
            sentence=f"还没有绑定群：{names(without_group)}。请管理员单独给机器人发“绑定码 3栋”，再把码发到群里。",
        )
    else:
        yield Finding(ready=True, sentence="每栋楼都有群。")
    if not rostered:
        yield Finding(ready=False, sentence="还没有值班表，有事会直接叫楼栋红管家。请管理员给机器人发“值班”排一排。")
    elif unreached:
        who = names(unreached)
        yield Finding(
            ready=False,
            sentence=f"排了班但单独联系不上：{who}。请本人先给机器人单独发一句话，或者点自己的网页链接进一次。",
        )
    else:
        yield Finding(ready=True, sentence=f"排了班的 {rostered} 个人都能单独联系上。")
