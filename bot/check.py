"""`guanjia check`: what is ready and what is missing, in plain words. Looks only; changes nothing."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.advisor.findings import spent
from bot.advisor.opening import examined
from bot.channels.wecom_hook import WecomHookConfig
from bot.config import Config, ConfigError, load
from bot.finding import Examined, Finding, missing, ready
from bot.hooking import hooked
from bot.joining import Reaches
from bot.learning import in_use, waiting
from bot.lines import lines
from bot.reader import make_reader
from bot.readiness import community, holidays, leftovers
from bot.section import Misconfigured
from bot.warnings.findings import systems_ready
from handlers.moment import Moment
from storage.database import make_engine, open_database
from storage.migrations import Shape, shape_of

LEAST_FREE: Final = 500 * 2**20  #: bytes of disk; a day of pictures and a database that must not stop in the middle


async def findings(path: Path, now: datetime) -> list[Finding]:
    """Everything there is to say at `now` of the service with the configuration at `path`."""
    try:
        config = load(path)
    except ConfigError as error:
        return [missing(line) for line in str(error).splitlines()]
    kinds = "、".join(dict.fromkeys(channel.kind for channel in config.channels))
    found = [ready(f"配置没有问题，接的渠道：{kinds}。"), *_page(config), _disk(config.data_dir), _model(config)]
    channels = await asyncio.gather(*(c.examine() for c in config.channels if isinstance(c, Examined)))
    database = await _database(config)
    found += [*channels, *await lines(config), *await examined(config.model), database]
    return [*found, *await _inside(config, now)] if database.ready else found


def _page(config: Config) -> Iterator[Finding]:
    if any(channel.kind == "webchat" for channel in config.channels):
        only_here = "，只有这台机器打得开；要让别人打开，请填 public_url" if config.public_url is None else ""
        yield ready(f"网页群聊在 {config.address}{only_here}。")


def _disk(folder: Path) -> Finding:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return missing(f"数据文件夹 {folder} 写不进去，请核对 data_dir，并给运行红管家的用户写的权限。")
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        return missing(f"磁盘快满了，只剩 {free // 2**20} MB，请清一清，或者把 data_dir 换到别的盘。")
    return ready(f"数据文件夹 {folder} 写得进去。")


def _model(config: Config) -> Finding:
    try:
        make_reader()
    except Misconfigured as error:
        return missing(str(error))
    return in_use(config)


async def _database(config: Config) -> Finding:
    if not _has_file(sa.make_url(config.database_url)):
        return missing("还没有数据库。运行 guanjia db upgrade 建一个，guanjia serve 启动时也会自己建。")
    engine = make_engine(config.database_url)
    try:
        shape = await shape_of(engine)
    except (DBAPIError, OSError):
        return missing("数据库连不上，请核对 database_url：地址对不对、数据库开着没有、用户和密码对不对。")
    finally:
        await engine.dispose()
    return {
        Shape.CURRENT: ready("数据库连得上，是最新的。"),
        Shape.OLDER: missing("数据库还是旧版本的样子。运行 guanjia db upgrade，或者直接 guanjia serve。"),
        Shape.NEWER: missing("数据库是更新版本的红管家用过的。请换成那个版本（或更新的）再启动。"),
    }[shape]


def _has_file(url: sa.URL) -> bool:
    """Whether there is anything to connect to; SQLite would make an empty file."""
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


async def _inside(config: Config, now: datetime) -> list[Finding]:
    async with open_database(config.database_url) as sessions, sessions() as session:
        moment = Moment(session=session, now=now, house=config.house(), reach=Reaches({}))
        kinds = {channel.kind for channel in config.channels}
        cost = await spent(session, config.model, now, moment.house.zone)
        lessons = await waiting(session, config)
        hooks = await hooked(session, [c for c in config.channels if isinstance(c, WecomHookConfig)])
        return [
            *await community(moment, kinds),
            *await holidays(moment),
            *hooks,
            *await systems_ready(moment, config.warnings, config.address),
            *await leftovers(session),
            *lessons,
            *cost,
        ]
