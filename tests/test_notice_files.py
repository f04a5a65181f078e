"""Notices with files: taken in the dialogue and from the command line, carried along, and told of where they are gone."""

from pathlib import Path
from typing import Final

import pytest

from bot.channels.wording import Wording
from bot.enclosing import kept_file
from bot.media import MediaStore
from bot.section import Misconfigured
from handlers.messages import Attachment, File
from storage import privacy
from storage.types import BroadcastStatus
from tests.noticing import HOUR, status, writes
from tests.test_documents import PDF
from tests.world import World

FILE: Final = File("c" * 64, "停水安排.pdf")
CAME: Final = Attachment("file", FILE.digest, 2000, name=FILE.name)
NOTICE: Final = "通知 3栋：明天停水，请提前接水"


async def test_a_file_goes_along_to_the_group(world: World) -> None:
    shown = await writes(world, NOTICE, attachments=(CAME,))
    assert "文件：停水安排.pdf" in shown
    await writes(world, "确认")
    (said,) = world.new("3栋群")
    assert said.files == (FILE,)


async def test_a_file_without_words_is_a_notice(world: World) -> None:
    await writes(world, "通知 3栋：", attachments=(CAME,))
    await writes(world, "确认")
    (said,) = world.new("3栋群")
    assert said.files == (FILE,)


async def test_the_dialogue_takes_files_with_and_without_words(world: World) -> None:
    await writes(world, "写通知")
    await writes(world, "", attachments=(CAME,))
    await writes(world, "3栋")
    assert "文件：停水安排.pdf" in await writes(world, "马上")


async def test_a_file_that_a_channel_does_not_hand_over_is_told(world: World) -> None:
    shown = await writes(world, NOTICE, attachments=(Attachment("file"),))
    assert "文件在这里收不下来" in shown
    await writes(world, "确认")
    (said,) = world.new("3栋群")
    assert not said.files


async def test_a_file_can_be_exchanged_before_it_goes(world: World) -> None:
    await writes(world, "通知 明天上午9点 3栋：明天停水", attachments=(CAME,))
    other = Attachment("file", "d" * 64, 9, name="改过的.pdf")
    assert "文件：改过的.pdf" in await writes(world, "改通知 1 内容 后天停水", attachments=(other,))


@pytest.mark.parametrize("gone", [FILE.digest, "a" * 64])
async def test_what_is_gone_costs_no_words_and_its_author_hears_of_it(world: World, gone: str) -> None:
    world.sender.wording = Wording(kept=lambda digest: digest != gone)
    await writes(world, NOTICE, pictures=("a" * 64,), attachments=(CAME,))
    await writes(world, "确认")
    (said,) = world.new("3栋群")
    assert "明天停水" in said.text
    assert (FILE in said.files, "a" * 64 in said.pictures) == (gone != FILE.digest, gone == FILE.digest)
    await world.wait(HOUR)
    assert "1 处只收到文字" in world.hears("陈书记")
    assert "1 处只收到文字" in await writes(world, "通知 1")
    assert await status(world) is BroadcastStatus.SENT


async def test_nothing_is_told_where_nothing_is_missing(world: World) -> None:
    await writes(world, NOTICE, attachments=(CAME,))
    await writes(world, "确认")
    await world.wait(HOUR)
    assert "只收到文字" not in world.hears("陈书记")


async def test_files_of_notices_are_not_swept(world: World) -> None:
    await writes(world, "通知 明天上午9点 3栋：明天停水", attachments=(CAME,))
    async with world.sessions() as session:
        assert await privacy.unreferenced(session, [FILE.digest, "e" * 64]) == {"e" * 64}


async def test_a_file_in_a_report_is_no_picture_of_the_ticket(world: World) -> None:
    await world.says("李姐", "3栋2单元电梯坏了", attachments=(CAME,))
    async with world.sessions() as session:
        assert await privacy.unreferenced(session, [FILE.digest]) == {FILE.digest}


async def test_the_command_keeps_what_goes_along(tmp_path: Path) -> None:
    paper = tmp_path / "停水安排.pdf"
    paper.write_bytes(PDF)
    store = MediaStore(tmp_path / "kept", 2**20)
    file = await kept_file(store, paper)
    assert file.name == "停水安排.pdf"
    assert store.path(file.digest) is not None
    for wrong in (tmp_path / "没有.pdf", tmp_path):
        with pytest.raises(Misconfigured, match="打不开"):
            await kept_file(store, wrong)
    paper.write_bytes(b"MZ" * 100)
    with pytest.raises(Misconfigured, match="一条都没有收"):
        await kept_file(store, paper)
