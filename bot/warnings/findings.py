"""What `guanjia check` says of the systems that may start warnings."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.finding import Finding, missing, ready
from bot.hooking import place_named
from bot.warnings.config import WarningSystem
from bot.warnings.endpoint import PATH
from handlers.messages import Refusal
from handlers.moment import Moment
from handlers.notices.templates import template_called
from storage import places


async def systems_ready(moment: Moment, systems: Sequence[WarningSystem], address: str) -> list[Finding]:
    """Whether each of them could start a warning now."""
    return [await _found(moment, system, address) for system in systems]


async def _found(moment: Moment, system: WarningSystem, address: str) -> Finding:
    wrong = [*_ways(system), *_folder(system.folder), *await _unknown(moment, system)]
    if wrong:
        return missing(f"外来预警 {system.id}（{system.name}）：{'；'.join(wrong)}。")
    ways = [f"发到 {address}{PATH}"] if system.secret is not None else []
    ways += [f"文件放进 {system.folder}"] if system.folder is not None else []
    goes = "直接发出" if system.unconfirmed else "管理员确认了才发"
    return ready(f"外来预警 {system.id}（{system.name}）：{'，或者'.join(ways)}；{goes}。")


def _ways(system: WarningSystem) -> Iterator[str]:
    if system.secret is None and system.folder is None:
        yield "secret 和 folder 都没有填，它没有办法发，请至少填一个"


def _folder(folder: Path | None) -> Iterator[str]:
    if folder is not None and not folder.is_dir():
        yield f"没有文件夹 {folder}，请建一个"
    elif folder is not None and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield f"文件夹 {folder} 写不进去，请给运行红管家的用户读写的权限"


async def _unknown(moment: Moment, system: WarningSystem) -> Sequence[str]:
    wrong, top = [], None
    for name in system.places:
        try:
            top = await place_named(moment.session, name)
        except Refusal as refusal:
            wrong.append(f"places 里的“{name}”对不上地点：{refusal.reply.text.rstrip('。')}")
    if top is None:
        return wrong
    community = await places.community_of(moment.session, top)
    unknown = [name for name in system.templates if await template_called(moment, community.id, name) is None]
    return [*wrong, *(f"没有模板“{name}”，请管理员先建好，或者从 templates 里删掉" for name in unknown)]
