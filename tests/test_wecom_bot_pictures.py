"""Pictures and quotes of the AI bot: fetched and decrypted at once, and known again by their words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from bot.channels.wecom_bot import WecomBot
from bot.media import MediaStore
from handlers.messages import Words
from tests.platforms.telegram_side import photo
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_side import Ears, connected

GROUP: Final = "wrDUTYGROUP1"
WANG: Final = "wangwei"


@pytest.fixture
async def server() -> AsyncIterator[WecomBotServer]:
    async with WecomBotServer() as server:
        yield server


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def channel(server: WecomBotServer, ears: Ears, tmp_path: Path) -> AsyncIterator[WecomBot]:
    async with connected(server, ears, tmp_path) as channel:
        yield channel


def mixed(text: str, *images: Any) -> dict[str, Any]:
    items = [{"msgtype": "text", "text": {"content": text}}, *({"msgtype": "image", "image": i} for i in images)]
    return {"msgtype": "mixed", "mixed": {"msg_item": items}}


async def test_a_picture_is_stored_before_the_message_is_handed_over(
    server: WecomBotServer, ears: Ears, channel: WecomBot, tmp_path: Path
) -> None:
    images = [server.media.sent(photo(colour)) for colour in ("red", "blue")]
    await server.says(GROUP, WANG, "@楼栋助手", **mixed("@楼栋助手 3单元水管爆了", *images))
    (heard,) = await ears.hear(1)
    assert heard.text == "3单元水管爆了"
    store = MediaStore(tmp_path, 1_000_000)
    assert [store.path(one.digest or "") is not None for one in heard.attachments] == [True, True]
    assert len(server.media.fetched) == 2


@pytest.mark.parametrize("trouble", ["expired", "wrong key", "no key", "no address", "no picture", "cut short"])
async def test_a_picture_that_cannot_be_had_costs_no_words(
    server: WecomBotServer, ears: Ears, channel: WecomBot, trouble: str
) -> None:
    image = server.media.sent(photo() if trouble != "no picture" else b"MZ" + bytes(1000))
    name = image["url"].rpartition("/")[2]
    match trouble:
        case "expired":
            server.media.expired.add(name)
        case "wrong key":
            image["aeskey"] = server.media.sent(b"")["aeskey"]
        case "no key":
            image["aeskey"] = "!"
        case "no address":
            del image["url"]
        case "cut short":
            server.media.files[name] = server.media.files[name][:-5]
    await server.writes(WANG, **mixed("灯坏了", image))
    (heard,) = await ears.hear(1)
    (attachment,) = heard.attachments
    assert (heard.text, attachment.digest) == ("灯坏了", None)
    assert attachment.refused is not None
    assert attachment.refused.endswith("。")


async def test_a_picture_that_is_far_too_large_is_not_read_to_its_end(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    image = server.media.sent(b"")
    server.media.files[image["url"].rpartition("/")[2]] = bytes(21 * 2**20)
    await server.writes(WANG, msgtype="image", image=image)
    (heard,) = await ears.hear(1)
    assert "太大" in (heard.attachments[0].refused or "")


def quoting(text: str) -> dict[str, Any]:
    return {"quote": {"msgtype": "text", "text": {"content": text}}}


async def test_what_was_heard_or_said_is_known_again_when_it_is_quoted(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    frame = await server.says(GROUP, "lihua", "@楼栋助手 3单元水管爆了")
    said = (await channel.send(f"group:{GROUP}", Words("记下了，12 号。"))).id
    await server.says(GROUP, WANG, "@楼栋助手 我家也是", **quoting("@楼栋助手 3单元水管爆了"))
    await server.says(GROUP, WANG, "@楼栋助手 办好了", **quoting("记下了，12 号。"))
    _, of_lihua, of_bot = await ears.hear(3)
    assert frame is not None
    assert of_lihua.reply_to == frame["body"]["msgid"]
    assert of_lihua.quoted is not None
    assert (of_lihua.quoted.sender, of_lihua.quoted.from_bot) == ("lihua", False)
    assert (of_bot.reply_to, of_bot.quoted and of_bot.quoted.from_bot) == (said, True)


async def test_of_what_was_not_heard_the_quote_tells_the_words_and_nobody(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    for _ in range(2):
        await server.says(GROUP, WANG, "@楼栋助手 这是工单", **quoting("昨晚就开始漏了"))
    first, second = await ears.hear(2)
    assert first.quoted is not None
    assert (first.quoted.text, first.quoted.from_bot) == ("昨晚就开始漏了", False)
    assert first.quoted.sender not in ("", WANG)
    assert first.reply_to == second.reply_to, "the same words are the same message"
