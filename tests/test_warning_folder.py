"""Warnings that arrive as files: taken once, moved on with a reason, and left alone while they are being written."""

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from bot.warnings.folder import HALF, LEFT, STILL, Folder
from bot.warnings.letter import LONGEST
from storage.broadcasts import Broadcast
from tests.test_warnings import Cable
from tests.warning_desk import STORM, desk_of, system
from tests.world import World

SOON = timedelta(seconds=1)


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Folder:
    (tmp_path / "in").mkdir()
    return another(world, tmp_path / "in")


def another(world: World, path: Path) -> Folder:
    """The folder as one more process sees it."""
    return Folder(system(unconfirmed=True, secret=None, folder=str(path)), path, desk_of(world))


def drop(folder: Folder, world: World, content: Any = STORM, name: str = "storm.json") -> Path:
    """A file that was written to just now."""
    path = folder.path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    os.utime(path, (world.now.timestamp(),) * 2)
    return path


async def look(folder: Folder, world: World, later: timedelta = STILL) -> int:
    world.now += later
    return await folder.look()


def files(folder: Folder) -> Mapping[str, list[str]]:
    """What lies in which of its folders; those that are empty are left out."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in folder.path.rglob("*") if path.is_file()):
        where = str(path.parent.relative_to(folder.path))
        found.setdefault(where, []).append(path.name)
    return found


async def count(world: World) -> int:
    async with world.sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(Broadcast)) or 0


async def test_a_file_becomes_a_warning_and_is_put_away(world: World, folder: Folder) -> None:
    drop(folder, world)
    assert await look(folder, world) == 1
    await world.send_all()
    world.hears("3栋群", "今天夜里有暴雨", "—— 市气象台发布")
    assert files(folder) == {"done": ["storm.json"]}


async def test_a_file_that_is_turned_away_has_its_reason_beside_it(world: World, folder: Folder) -> None:
    drop(folder, world, {**STORM, "places": ["月球"]})
    await look(folder, world)
    assert files(folder) == {"failed": ["storm.json", "storm.json.原因.txt"]}
    assert "月球" in (folder.path / "failed" / "storm.json.原因.txt").read_text(encoding="utf-8")
    assert await count(world) == 0


async def test_a_file_that_was_just_written_to_is_left_alone(world: World, folder: Folder) -> None:
    drop(folder, world)
    assert await look(folder, world, SOON) == 0
    assert await look(folder, world, SOON) == 1


async def test_half_a_file_waits_for_its_other_half_but_not_for_ever(world: World, folder: Folder) -> None:
    whole = json.dumps(STORM).encode()
    path = drop(folder, world, whole[:20])
    assert await look(folder, world) == 0
    assert files(folder) == {".": ["storm.json"]}
    path.write_bytes(whole)
    os.utime(path, (world.now.timestamp(),) * 2)
    assert await look(folder, world) == 1
    drop(folder, world, whole[:20], "half.json")
    assert await look(folder, world, HALF) == 1
    assert files(folder)["failed"] == ["half.json", "half.json.原因.txt"]


@pytest.mark.parametrize("name", [".storm.json", "storm.json.tmp", "storm.txt"])
async def test_what_does_not_end_in_json_or_is_hidden_is_not_ours(world: World, folder: Folder, name: str) -> None:
    drop(folder, world, name=name)
    assert await look(folder, world) == 0
    assert files(folder) == {".": [name]}


async def test_the_same_file_again_starts_nothing_and_is_put_beside_the_first(world: World, folder: Folder) -> None:
    for _ in range(2):
        drop(folder, world)
        await look(folder, world)
    assert files(folder) == {"done": ["storm-2.json", "storm.json"]}
    assert await count(world) == 1


async def test_of_several_processes_one_takes_it(world: World, folder: Folder) -> None:
    for number in range(5):
        drop(folder, world, name=f"storm{number}.json")
    world.now += STILL
    found = await asyncio.gather(folder.look(), another(world, folder.path).look(), another(world, folder.path).look())
    assert (sum(found), await count(world)) == (5, 5)
    assert list(files(folder)) == ["done"]


@pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
async def test_what_a_process_had_when_it_died_is_taken_by_the_next(
    world: World, folder: Folder, *, committed: bool
) -> None:
    path = drop(folder, world)
    await look(folder, world, SOON)
    taken = folder._take(path)
    if committed:
        await folder._send(path.name, taken.read_bytes())
    assert await look(folder, world, LEFT) == 0
    await look(folder, world, STILL)
    assert files(folder) == {"done": ["storm.json"]}
    assert await count(world) == 1


async def test_with_the_database_away_the_file_stays(world: World, folder: Folder) -> None:
    cable = Cable(world.sessions, cut=True)
    cut = Folder(folder.system, folder.path, desk_of(world, cast(Any, cable)))
    drop(folder, world)
    assert await look(cut, world) == 0
    assert files(folder) == {".": ["storm.json"]}
    cable.cut = False
    assert await look(cut, world) == 1


async def test_a_huge_file_is_not_read(world: World, folder: Folder) -> None:
    drop(folder, world, b" " * (LONGEST + 1))
    await look(folder, world)
    assert "64 KB" in (folder.path / "failed" / "storm.json.原因.txt").read_text(encoding="utf-8")


async def test_a_folder_that_is_gone_or_readonly_stops_nobody(world: World, tmp_path: Path) -> None:
    gone = another(world, tmp_path / "gone")
    assert (await gone.look(), gone.failing) == (0, True)
    (tmp_path / "gone").write_text("no folder")
    assert (await gone.look(), gone.failing) == (0, True)
    (tmp_path / "gone").unlink()
    (tmp_path / "gone").mkdir()
    drop(gone, world)
    assert await look(gone, world) == 1
    assert not gone.failing


async def test_where_no_reason_can_be_written_the_file_is_moved_all_the_same(world: World, folder: Folder) -> None:
    """As on a full disk, where a name may still change and nothing can be written."""
    drop(folder, world, {**STORM, "places": ["月球"]})
    (folder.path / "failed" / "storm.json.原因.txt").mkdir(parents=True)
    await look(folder, world)
    assert files(folder) == {"failed": ["storm.json"]}
