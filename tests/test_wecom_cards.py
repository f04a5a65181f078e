"""Template cards and error codes, which every channel of WeCom's shares."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.cards import (
    FOR_APP,
    FOR_BOT,
    LONGEST_KEY,
    MOST_BUTTONS,
    Heading,
    Room,
    button_card,
    changed_card,
    fitting,
    headed,
    task_id,
)
from bot.channels.wecom.errors import ANSWER_TOO_LATE, GONE, MALFORMED, MISCONFIGURED, TOO_FAST, Brake, send_error
from handlers.messages import Button

CALL = "【加急】12 号（3栋2单元12楼1203水管）\n王阿姨说：“漏水了”\n5月11日 09:20报的，请尽快接单。"
TAKE = (Button("接单", "接单 12"), Button("去不了", "转单 12"))


def test_a_call_becomes_a_card_with_its_first_line_as_the_title() -> None:
    heading = headed(CALL, FOR_APP)
    card = button_card(heading, TAKE, "tk_12")
    assert card["main_title"] == {"title": "【加急】12 号（3栋2单元12楼1203水管）"}
    assert card["sub_title_text"].startswith("王阿姨说")
    assert [(b["text"], b["key"]) for b in card["button_list"]] == [("接单", "1|接单 12"), ("去不了", "1|转单 12")]


def test_a_title_that_is_too_long_is_cut_where_it_breathes() -> None:
    assert headed("我是一句开头的话，后面还有很多很多字要说", Room(12, 100)) == Heading(
        "我是一句开头的话，", "后面还有很多很多字要说"
    )
    assert headed("【加急】12 号（3栋2单元12楼）要快", Room(14, 100)) == Heading(
        "【加急】12 号", "（3栋2单元12楼）要快"
    )


@given(st.text(max_size=300), st.sampled_from([FOR_BOT, FOR_APP]))
def test_no_word_is_lost_between_title_and_text(text: str, room: Room) -> None:
    heading = headed(text, room)
    assert len(heading.title) <= room.title
    assert "".join((heading.title + heading.rest).split()) == "".join(text.split())
    assert heading.title or not text.strip()


def test_a_card_takes_six_buttons_and_no_payload_that_the_platform_refuses() -> None:
    many = tuple(Button(str(number), f"工单 {number}") for number in range(9))
    assert len(fitting(many)) == MOST_BUTTONS
    assert fitting((Button("长", "长" * LONGEST_KEY), TAKE[0])) == (TAKE[0],)


def test_a_pressed_card_keeps_what_it_said_and_has_no_buttons_where_nothing_is_left_to_press() -> None:
    card = changed_card(Heading("12 号归您了", ""), (), "tk_12", before=CALL, url="https://duty.example/")
    assert card["card_type"] == "text_notice"
    assert card["card_action"] == {"type": 1, "url": "https://duty.example/"}
    assert card["quote_area"]["quote_text"] == CALL


@given(st.text(max_size=200))
def test_a_task_id_is_one_for_the_platform_whatever_it_is_made_of(unique: str) -> None:
    made = task_id("tk", unique)
    assert len(made) <= 128
    assert made.isascii()


@pytest.mark.parametrize("code", sorted(TOO_FAST))
def test_too_fast_is_a_rest_and_not_a_failure(code: int) -> None:
    error = send_error(code)
    assert (error.retry_after, error.permanent) == (timedelta(seconds=60), False)


@pytest.mark.parametrize(
    ("codes", "permanent", "gone"),
    [(MALFORMED, True, False), (GONE, True, True), (MISCONFIGURED | {-1, 99999} | ANSWER_TOO_LATE, False, False)],
)
def test_a_code_says_whether_the_message_or_its_chat_is_lost(codes: set[int], permanent: bool, gone: bool) -> None:
    assert {(send_error(code).permanent, send_error(code).gone) for code in codes} == {(permanent, gone)}


def test_no_code_means_two_things() -> None:
    groups = [TOO_FAST, MISCONFIGURED, MALFORMED, GONE, ANSWER_TOO_LATE]
    assert len(frozenset().union(*groups)) == sum(map(len, groups))


def test_who_is_told_off_again_and_again_rests_twice_as_long_each_time() -> None:
    brake = Brake()
    assert [brake.pull("a") / timedelta(minutes=1) for _ in range(6)] == [1, 2, 4, 8, 15, 15]
    assert brake.pull("b") == timedelta(minutes=1)
    brake.ease("a")
    assert brake.pull("a") == timedelta(minutes=1)
