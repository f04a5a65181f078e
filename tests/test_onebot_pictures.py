"""Pictures that people send: by address, by path, as base64 or by name, kept before the message is handed over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from handlers.messages import Attachment
from tests.platforms.onebot import ActionError, Bridge
from tests.platforms.onebot_side import Ears, connected, until
from tests.platforms.onebot_town import Picture, Thing, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12
from tests.platforms.telegram_side import photo

GROUP: Final = "20011@chatroom"
WANG: Final = "wxid_wang"
NOT_FETCHED: Final = "这张图片没有取到。请再发一次；还是不行，就用文字说一说。"

Make = Callable[..., Bridge]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The folder in which the bridge puts pictures."""
    (tmp_path / "bridge").mkdir()
    return tmp_path / "bridge"


async def sent(
    make: Make, folder: Path, inbox: Path, *pieces: Any, prepare: Callable[[Any], None] | None = None, **changes: Any
) -> list[Attachment]:
    """What is heard of a message with these pieces."""
    ears, wechat = Ears(), WeChat()
    wechat.person(WANG, "王阿姨")
    wechat.group(GROUP)
    settings: dict[str, Any] = {"picture_folder": inbox, "timeout_seconds": 0.5} | changes
    async with connected(ears, folder, **settings) as post:
        bridge = make(wechat, post.address, folder=inbox)
        if prepare:
            prepare(bridge)
        async with bridge:
            bridge.says(GROUP, WANG, "楼顶漏水", *pieces)
            await bridge.settled()
    (heard,) = ears.heard
    assert heard.text == "楼顶漏水"
    return list(heard.attachments)


def kept(folder: Path, attachment: Attachment) -> bytes:
    assert attachment.digest is not None, attachment.refused
    return (folder / attachment.digest[:2] / attachment.digest).read_bytes()


@pytest.mark.parametrize("way", ["url", "base64", "path", "name"])
async def test_a_picture_of_v11_is_on_disk_when_its_message_is_heard(tmp_path: Path, inbox: Path, way: str) -> None:
    (got,) = await sent(Bridge11, tmp_path, inbox, Picture(photo(), way))
    assert kept(tmp_path, got).startswith(b"\xff\xd8")
    assert got.refused is None


@pytest.mark.parametrize("way", ["url", "data", "path"])
async def test_a_picture_of_v12_is_fetched_in_whatever_way_the_bridge_knows(
    tmp_path: Path, inbox: Path, way: str
) -> None:
    def knows_only(bridge: Bridge12) -> None:
        bridge.file_ways = (way,)

    (got,) = await sent(Bridge12, tmp_path, inbox, Picture(photo()), prepare=knows_only)
    assert kept(tmp_path, got).startswith(b"\xff\xd8")


async def test_a_picture_written_as_a_cq_code_is_kept_too(tmp_path: Path, inbox: Path) -> None:
    def writes_codes(bridge: Bridge11) -> None:
        bridge.cq = True

    (got,) = await sent(Bridge11, tmp_path, inbox, Picture(photo()), prepare=writes_codes)
    assert kept(tmp_path, got)


async def test_several_pictures_of_one_message_stay_together(tmp_path: Path, inbox: Path) -> None:
    got = await sent(Bridge11, tmp_path, inbox, Picture(photo("red")), Picture(photo("blue"), "base64"))
    assert len({one.digest for one in got} - {None}) == 2


@pytest.mark.parametrize("make", [Bridge11, Bridge12])
async def test_a_picture_that_is_gone_holds_nothing_up(tmp_path: Path, inbox: Path, make: Make) -> None:
    def forgets(bridge: Bridge) -> None:
        bridge.fails("get_file", *[ActionError(34001)] * 3)
        bridge.fails("get_image", ActionError(1404))

    gone = Thing("image", {"file": "gone.jpg", "url": "http://127.0.0.1:9/gone.jpg", "file_id": "gone"})
    assert await sent(make, tmp_path, inbox, gone, prepare=forgets) == [Attachment("image", refused=NOT_FETCHED)]


async def test_what_is_no_picture_is_refused(tmp_path: Path, inbox: Path) -> None:
    (got,) = await sent(Bridge11, tmp_path, inbox, Picture(b"MZ this is a program", "base64"))
    assert (got.digest, got.refused) == (None, "这不是图片，请发照片。")


async def test_a_picture_that_is_too_large_is_refused_with_the_limit(tmp_path: Path, inbox: Path) -> None:
    (got,) = await sent(Bridge11, tmp_path, inbox, Picture(bytes(10_000_001), "url"))
    assert got.digest is None
    assert "MB" in (got.refused or "")


@pytest.mark.parametrize(
    "written", ["base64://????", "base64://", "base64://" + "A" * 5, "ftp://127.0.0.1/x", "", "data:,x"]
)
async def test_a_picture_that_cannot_be_read_is_refused(tmp_path: Path, inbox: Path, written: str) -> None:
    (got,) = await sent(Bridge11, tmp_path, inbox, Thing("image", {"file": written}))
    assert got.digest is None
    assert got.refused


@pytest.mark.parametrize("folder_is_named", [True, False])
async def test_only_the_bridges_own_folder_is_read(tmp_path: Path, inbox: Path, folder_is_named: bool) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(photo())
    (inbox / "link.jpg").symlink_to(secret)
    paths = [
        str(secret),
        secret.as_uri(),
        "../secret.jpg",
        "link.jpg",
        f"file://{inbox}/../secret.jpg",
        "\0",
        "x" * 5000,
    ]
    named = {} if folder_is_named else {"picture_folder": None}
    things = [Thing("image", {"file": path}) for path in paths]
    got = await sent(Bridge11, tmp_path, inbox, *things, **named)
    assert got == [Attachment("image", refused=NOT_FETCHED)] * len(paths)


async def test_what_is_no_picture_is_named_and_not_fetched(tmp_path: Path, inbox: Path) -> None:
    things = [Thing("record", {"file": "a.amr"}), Thing("video", {"file": "b.mp4"}), Thing("location", {"lat": "26.5"})]
    assert [one.kind for one in await sent(Bridge11, tmp_path, inbox, *things)] == ["voice", "video", "location"]


async def test_while_the_disk_takes_nothing_the_message_waits(
    tmp_path: Path, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ears, wechat = Ears(), WeChat()
    wechat.person(WANG, "王阿姨")
    wechat.group(GROUP)
    async with connected(ears, tmp_path / "kept") as post, Bridge11(wechat, post.address, folder=inbox) as bridge:
        await bridge.settled()
        (tmp_path / "kept" / "arriving").rmdir()
        bridge.says(GROUP, WANG, "楼顶漏水", Picture(photo()))
        bridge.says(GROUP, WANG, "快来")
        await bridge.sends()
        await until(lambda: "onebot_event_waits" in caplog.messages)
        assert ears.heard == []
        (tmp_path / "kept" / "arriving").mkdir()
        await ears.hear(2)
    assert ears.texts == ["楼顶漏水", "快来"]
    assert ears.heard[0].attachments[0].digest
