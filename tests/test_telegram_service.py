"""The whole service through Telegram: the real library, a server that speaks the Bot API, a real database."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from handlers.understanding.decide import Reader
from storage.database import Sessions
from tests.platforms.telegram import Obeyed
from tests.platforms.telegram_methods import slow_down
from tests.platforms.telegram_side import photo
from tests.telegram_town import GROUPS, PEOPLE, Town, town

LIFT: Final = "2单元3楼的灯坏了，麻烦来修一下"
SMOKE: Final = "1单元楼道里冒烟了，有明火，快来人！"
DAY: Final = timedelta(days=1)


@pytest.fixture
async def here(sessions: Sessions, reader: Reader, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(sessions, reader, tmp_path) as here:
        yield here


async def test_a_ticket_lives_from_report_to_rating(here: Town) -> None:
    first = await here.says("李姐", LIFT, group="3栋群")
    here.hears("3栋群", "1 号", "照明", "王芳")
    await here.says("冉幺妹", "我家也是", group="3栋群", reply_to=first)
    here.silent("3栋群")
    here.hears("王芳", "灯坏了")
    await here.presses("王芳", "接单")
    here.hears("王芳", "归您了")
    here.hears("3栋群", "王芳接单了")
    await here.says("王芳", "办结 1 换了灯管")
    here.hears("3栋群", "办好了")
    for who in ("李姐", "冉幺妹"):
        here.hears(who, "满意")
    await here.presses("李姐", "满意")
    here.hears("李姐", "谢谢")
    await here.presses("冉幺妹", "没好")
    here.hears("冉幺妹", "重新派")


async def test_of_two_who_press_at_once_one_gets_it(here: Town) -> None:
    await here.says("李姐", SMOKE, group="3栋群")
    here.forget()
    for who in ("王芳", "周网格"):
        here.push(who, "接单")
    await here.settle()
    texts = [said.text for who in ("王芳", "周网格") for said in here.new(who)]
    assert sum("归您了" in text for text in texts) == 1
    assert any("已经接了" in text for text in texts)
    assert len(here.server.methods.answered) == 2, "both buttons stop spinning"


async def test_what_is_delivered_twice_is_done_once(sessions: Sessions, reader: Reader, tmp_path: Path) -> None:
    async with town(sessions, reader, tmp_path, hook=True) as here:
        here.server.says(GROUPS["3栋群"], PEOPLE["李姐"], LIFT)
        (update,) = here.server.updates.waiting
        assert [await here.server.updates.call(update) for _ in range(2)] == [200, 200]
        await here.settle()
        assert len(await here.tickets()) == 1
        here.hears("3栋群", "1 号")


async def test_a_forged_call_opens_nothing(sessions: Sessions, reader: Reader, tmp_path: Path) -> None:
    async with town(sessions, reader, tmp_path, hook=True) as here:
        here.server.says(GROUPS["3栋群"], PEOPLE["李姐"], LIFT)
        (update,) = here.server.updates.waiting
        assert await here.server.updates.call(update, secret="guessed") == 403
        for body in (b"", b"[" * 10_000, b"\xff", b'{"update_id": 1}', b'"\\ud800"'):
            assert await here.server.updates.call(None, body=body) == 200
        assert not await here.tickets()


async def test_a_photo_stays_with_its_ticket(here: Town) -> None:
    await here.says("李姐", LIFT, group="3栋群", picture=photo())
    here.forget()
    await here.says("王芳", "工单 1")
    assert (here.hears("王芳", "1 张照片").picture or b"").startswith(b"\xff\xd8")


async def test_a_photo_of_200_megabytes_is_not_fetched_and_its_sender_learns_why(here: Town) -> None:
    file = {"file_id": "f", "file_unique_id": "u", "file_size": 200_000_000, "mime_type": "image/png"}
    await here.says("李姐", group="3栋群", document=file, caption=LIFT)
    here.hears("李姐", "20 MB")
    assert len(await here.tickets()) == 1
    assert not here.server.times("getFile")


async def test_a_file_that_is_no_picture_costs_no_ticket(here: Town) -> None:
    await here.says("李姐", LIFT, group="3栋群", picture=b"MZ" + bytes(1000))
    here.hears("李姐", "不是图片")
    assert len(await here.tickets()) == 1


async def test_voice_without_words_is_asked_for_words_where_it_is_meant_for_the_bot(here: Town) -> None:
    voice = {"file_id": "v", "file_unique_id": "u", "duration": 3}
    await here.says("李姐", group="3栋群", voice=voice)
    here.silent("3栋群")
    await here.says("李姐", voice=voice)
    here.hears("李姐", "打几个字")


@pytest.mark.parametrize("by_failure", [True, False])
async def test_a_group_that_is_lost_is_told_to_who_answers_for_it(here: Town, by_failure: bool) -> None:
    if by_failure:
        here.server.town.chats[int(GROUPS["3栋群"])].member = False
        await here.says("李姐", LIFT, group="3栋群")
    else:
        here.server.changes_membership(GROUPS["3栋群"], PEOPLE["李姐"], member=False)
    await here.settle()
    here.forget()
    await here.wait(timedelta(minutes=1))
    here.hears("陈书记", "3栋")
    await here.wait(timedelta(minutes=1))
    here.silent("陈书记", "3栋群")


async def test_a_platform_that_says_slow_down_gets_it_later_and_once(here: Town) -> None:
    here.server.fails("sendMessage", slow_down(20))
    await here.says("李姐", "帮助")
    here.silent("李姐")
    await here.wait(timedelta(seconds=21))
    here.hears("李姐")


async def test_a_group_is_told_at_most_once_what_may_have_been_said(
    sessions: Sessions, reader: Reader, tmp_path: Path
) -> None:
    async with town(sessions, reader, tmp_path, timeout_seconds=0.1) as here:
        here.server.fails("sendMessage", Obeyed(cut=True), Obeyed(cut=True))
        await here.says("李姐", LIFT, group="3栋群")
        await here.wait(timedelta(minutes=1))
        assert len(here.new("3栋群")) == 1
        assert len(here.new("王芳")) == 2, "a call that may have been lost is said again"
        assert len(here.new("陈书记")) == 1, "who looks after the group is shown it"
        assert sorted(await here.states()) == ["sent", "sent", "unsure"]


async def test_a_group_that_moves_is_followed(here: Town) -> None:
    await here.says("李姐", LIFT, group="3栋群")
    here.forget()
    here.server.migrates(GROUPS["3栋群"], "-100777", PEOPLE["李姐"])
    await here.settle()
    await here.says("王芳", "接单 1")
    assert ["王芳接单了" in said.text for said in here.server.heard("-100777")] == [True]
    here.server.says("-100777", PEOPLE["冉幺妹"], "1单元门禁坏了，刷不开门进不去")
    await here.settle()
    assert len(await here.tickets()) == 2


async def test_a_group_that_moves_unheard_is_found_by_what_is_said_to_it(here: Town) -> None:
    here.server.town.group(-100888, "3栋群", "supergroup")
    here.server.town.chats[int(GROUPS["3栋群"])].moved_to = -100888
    await here.says("李姐", LIFT, group="3栋群")
    assert ["1 号" in said.text for said in here.server.heard("-100888")] == [True]


async def test_a_notice_reaches_every_group_once(here: Town) -> None:
    await here.says("陈书记", "通知 全体：明天停水，请提前接水")
    await here.presses("陈书记", "确认发送")
    await here.wait(timedelta(minutes=1))
    await here.wait(timedelta(minutes=1))
    for group in GROUPS:
        here.hears(group, "明天停水")
    assert "3 个群收到" in here.new("陈书记")[-1].text


async def test_strange_text_is_silence_or_an_answer(here: Town) -> None:
    for text in (
        "😀" * 2000,
        "\u202eأبجد",
        "\u200b",
        "<b>&amp;",
        "灯" * 4096,
        "/接单@guanjia_bot",
        "@guanjia_bot",
        "/start",
    ):
        await here.says("李姐", text, group="4栋群")
        await here.says("小邓", text)
    assert not [said for said in here.new("小邓") if "没处理好" in said.text]
    await here.says("小邓", "1单元门禁坏了，刷不开门进不去", group="4栋群")
    assert [ticket for ticket in await here.tickets() if ticket.category == "access"]
