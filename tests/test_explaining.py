"""为什么: the evidence for what the bot made of a message, to the staff alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from handlers.messages import Quoted
from handlers.understanding.classify import ACTS
from handlers.understanding.decide import OF_A_LETTER, QUIET, Reader
from handlers.understanding.normalise import plain
from handlers.understanding.types import Heard, Memory, Question, Scene
from handlers.understanding.why import likeliest, percent, rival, telling
from storage.reasons import Reason
from storage.types import Role
from tests.drawn import QUICK
from tests.world import World

LIFT = "2单元电梯又坏了，停在5楼不动"
TALK = "今晚有没有人一起去河边散步"


async def test_a_ticket_shows_how_sure_it_was_and_what_weighed_most(world: World) -> None:
    await world.says("李姐", LIFT)
    world.forget()
    await world.says("王芳", "为什么 1", alone=True)
    text = world.hears(
        "王芳", "1 号", "像报事", f"{percent(QUIET)}% 起登记", "类别电梯", "紧急", "30% 起算紧急", "分量最重的是"
    )
    assert len(text.splitlines()) == 1
    world.silent("3栋群")


async def test_of_a_letter_less_is_needed_and_that_is_what_is_said(world: World) -> None:
    await world.says(
        "李姐", "我家在这里住了十来年，原来一直安安静静的，" * 5 + "这个月楼上天天装修到半夜，吵得没法睡，请派人管管。"
    )
    world.forget()
    await world.says("王芳", "为什么 1", alone=True)
    world.hears("王芳", "1 号", "像报事", f"{percent(QUIET * OF_A_LETTER)}% 起登记")


async def test_what_is_kept_of_it_are_codes(world: World) -> None:
    await world.says("李姐", LIFT)
    async with world.sessions() as session:
        (reason,) = await session.scalars(sa.select(Reason))
    told = str(reason.codes)
    assert told.isascii()
    assert reason.codes["topics"][0][0] == "elevator"


async def test_the_group_does_not_hear_it(world: World) -> None:
    first = await world.says("李姐", LIFT)
    world.forget()
    await world.says("王芳", "为什么", reply_to=first)
    world.hears("王芳", "1 号", "电梯")
    world.silent("3栋群")


async def test_the_bots_own_message_stands_for_its_ticket(world: World) -> None:
    await world.says("李姐", LIFT)
    mine = world.last_id("3栋群")
    world.forget()
    await world.says("王芳", "为什么？", reply_to=mine, to_bot=True)
    world.hears("王芳", "1 号", "像报事")


async def test_a_rule_that_saw_danger_is_named(world: World) -> None:
    await world.says("李姐", "1单元楼道里冒烟了，有明火，快来人！")
    world.forget()
    await world.says("王芳", "为什么 1", alone=True)
    world.hears("王芳", "危险词（消防隐患）", "2% 起登记")


async def test_a_message_that_joined_shows_what_tied_it(world: World) -> None:
    first = await world.says("李姐", LIFT)
    second = await world.says("冉幺妹", "我家也是，等了半天", reply_to=first)
    world.forget()
    await world.says("王芳", "为什么", reply_to=second)
    world.hears("王芳", "这句算到 1 号", "引用了那件事", "正说着")


async def test_a_command_weighs_nothing(world: World) -> None:
    await world.says("李姐", "报修 楼下长椅断了一条腿")
    world.forget()
    await world.says("王芳", "为什么 1", alone=True)
    world.hears("王芳", "是用“报修”登记的")


async def test_what_became_nothing_is_explained_from_memory(world: World) -> None:
    talk = await world.says("李姐", TALK)
    await world.says("王芳", "为什么", reply_to=talk)
    world.hears("王芳", "没登记", "像报事", "更像", "这是工单")
    world.silent("3栋群")


async def test_after_two_hours_it_is_no_longer_remembered(world: World) -> None:
    talk = await world.says("李姐", TALK)
    await world.wait(timedelta(hours=2, minutes=1))
    await world.says("冉幺妹", "早")
    await world.says("王芳", "为什么", reply_to=talk)
    world.hears("王芳", "不记得了")


async def test_words_that_are_gone_are_not_quoted(world: World) -> None:
    await world.says("李姐", LIFT, alone=True)
    await world.says("李姐", "删除我的数据", alone=True)
    await world.says("李姐", "确认删除", alone=True)
    world.forget()
    await world.says("王芳", "为什么 1", alone=True)
    assert "分量" not in world.hears("王芳", "像报事")


async def test_a_resident_is_refused_kindly_and_only_where_it_is_meant(world: World) -> None:
    first = await world.says("李姐", LIFT)
    world.forget()
    await world.says("冉幺妹", "为什么 1")
    world.hears("3栋群", "要红管家才能用")
    await world.says("冉幺妹", "为什么")
    await world.says("冉幺妹", "为什么", reply_to=first)
    world.silent("3栋群", "冉幺妹")


async def test_it_stays_a_word_of_everyday_talk(world: World) -> None:
    await world.says("王芳", "为什么")
    await world.says("王芳", "为什么 今天这么热")
    world.silent("3栋群", "王芳")
    await world.says("王芳", "为什么", alone=True)
    world.hears("王芳", "想问哪一件")


async def test_only_who_works_there_may_ask(world: World) -> None:
    await world.says("小邓", "1单元门禁刷不开了，进不去")
    world.forget()
    await world.says("王芳", "为什么 1", alone=True)
    world.hears("王芳", "没有 1 号")


async def test_the_bots_own_small_talk_is_not_explained(world: World) -> None:
    mine = replace(
        world.message("王芳", "为什么", reply_to="out-3栋群-9", to_bot=True),
        quoted=Quoted("您好", "bot", "红管家", True),
    )
    await world.hand_over(mine)
    world.hears("王芳", "我自己说的话")


@QUICK
@given(text=st.text(max_size=300), role=st.sampled_from(Role))
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_the_words_that_weighed_are_in_the_text(reader: Reader, text: str, role: Role) -> None:
    heard = Heard("1", datetime(2026, 5, 11, tzinfo=UTC), "a", "", role, text)
    (weighed,) = reader.weigh((Question(heard, Scene(), Memory(), ()),))
    assert abs(sum(weighed.verdict) - 1) < 1e-3
    act = likeliest(weighed.verdict)
    for against in (rival(act, weighed.verdict), *ACTS):
        pieces = telling(reader.words, weighed.view.text, act, against)
        assert len(pieces) <= 3
        assert all(piece.lower() in plain(text).lower() for piece in pieces)
