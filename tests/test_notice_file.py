"""Notices from a file: each a draft of an admin, every wrong cell named, nothing half taken, twice the same as once."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.noticing import take_notices
from bot.workbook.cells import WorkbookError
from handlers.moment import Moment
from storage.types import BroadcastStatus
from tests.noticing import another_admin, notices, writes
from tests.world import World

TITLES = ("内容", "发给", "时间", "预警", "来源", "链接", "落款", "有效到")


def _sheet(folder: Path, *rows: Sequence[object], title: str = "通知", titles: Sequence[str] = TITLES) -> Path:
    book = Workbook()
    book.active.title = title
    for row in (titles, *rows):
        book.active.append(list(row))
    book.save(folder / "通知.xlsx")
    return folder / "通知.xlsx"


def _toml(folder: Path, text: str) -> Path:
    (folder / "通知.toml").write_text(text, encoding="utf-8")
    return folder / "通知.toml"


async def _take(world: World, path: Path, author: str | None = None) -> str:
    async with world.sessions.begin() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach=world.reach)
        return await take_notices(moment, path, author)


async def _wrong(world: World, path: Path, author: str | None = None) -> list[str]:
    with pytest.raises(WorkbookError) as raised:
        await _take(world, path, author)
    assert not await notices(world)
    return raised.value.problems


async def test_a_sheet_becomes_drafts_that_are_confirmed_in_chat(world: World, tmp_path: Path) -> None:
    path = _sheet(
        tmp_path,
        ("{楼栋}明天停水\n请接水", "3栋、4栋", "明天上午9点", "", "供水公司", "https://x.example.org", "", "明天18点"),
        ("开会", "全体红管家", None, "否"),
    )
    assert "收下 2 条：1、2 号" in await _take(world, path)
    first, second = await notices(world)
    assert (first.text, first.source, first.link) == ("{楼栋}明天停水\n请接水", "供水公司", "https://x.example.org")
    assert first.expires_at is not None
    assert second.roles
    assert {first.status, second.status} == {BroadcastStatus.DRAFT}
    await world.send_all()
    world.hears("陈书记", "从文件收下了您的 2 条通知：1、2 号")
    assert "2 号这就发，共 2 个人" in await writes(world, "确认 2")


async def test_toml_reads_the_same_and_twice_is_once(world: World, tmp_path: Path) -> None:
    path = _toml(tmp_path, '[[notice]]\ntext = "停水"\nto = "全体除了4栋"\nwarning = true\n')
    assert "收下 1 条：1 号" in await _take(world, path)
    assert "没有新的通知。另有 1 条以前收过" in await _take(world, path)
    (kept,) = await notices(world)
    assert kept.warning
    assert kept.exclusions


async def test_every_wrong_cell_is_named_and_nothing_is_taken(world: World, tmp_path: Path) -> None:
    path = _sheet(
        tmp_path,
        ("好的", "3栋"),
        ("", "3栋"),
        ("停水", "9栋", "过几天", "也许"),
        ("停" * 2001, "那个谁", "昨天9点", "", "", "", "", "随便"),
    )
    problems = "\n".join(await _wrong(world, path))
    for cell in ("通知!A3", "通知!B4", "通知!C4", "通知!D4", "通知!A5", "通知!B5", "通知!C5", "通知!H5"):
        assert f"{cell}：" in problems
    assert "A2" not in problems
    (told,) = await _wrong(world, _toml(tmp_path, '[[notice]]\ntext = "x"\nto = "老城街道"\ntitle = "y"\n'))
    assert told.startswith("第 1 条：不认识“title”")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("notice = 3", "没有 [[notice]]"),
        ("[[", "不是写对的 TOML"),
        ("", "没有 [[notice]]"),
        ("notice = []", "一条通知也没有"),
    ],
)
async def test_a_file_that_is_none_is_said(world: World, tmp_path: Path, text: str, answer: str) -> None:
    assert answer in (await _wrong(world, _toml(tmp_path, text)))[0]


async def test_other_files_are_said_too(world: World, tmp_path: Path) -> None:
    assert "没有找到文件" in (await _wrong(world, tmp_path / "没有.toml"))[0]
    assert "没有找到文件" in (await _wrong(world, tmp_path / "没有.xlsx"))[0]
    assert "没有叫“通知”的表" in (await _wrong(world, _sheet(tmp_path, title="别的")))[0]
    assert "没有“发给”这一列" in "".join(await _wrong(world, _sheet(tmp_path, ("x",), titles=("内容",))))
    many = [("停水", "3栋")] * 201
    assert "最多 200 条" in (await _wrong(world, _sheet(tmp_path, *many)))[0]
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    assert "不是 Excel" in (await _wrong(world, tmp_path / "坏.xlsx"))[0]


async def test_it_is_asked_whose_they_are(world: World, tmp_path: Path) -> None:
    await another_admin(world)
    path = _toml(tmp_path, '[[notice]]\ntext = "停水"\nto = "3栋"\n')
    assert "--author" in (await _wrong(world, path))[0]
    assert "没有叫“王芳”的管理员" in (await _wrong(world, path, "王芳"))[0]
    assert "收下 1 条" in await _take(world, path, "刘主任")
