"""What a message becomes on a channel that can do less."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Can, Length
from bot.channels.wording import Wording, pieces, spelled_out
from handlers.messages import Button, Mention, Words

NOTICE = "明天上午九点停水，请提前储水。物业已经通知了各户。"
FULL = Words("请接单", (Button("接单", "接单 12"),), (Mention("u1", "王芳"),), "m1", ("d1", "d2"))


@given(st.text(), st.integers(4, 40), st.sampled_from(Length))
def test_pieces_put_together_are_the_text(text: str, longest: int, counts: Length) -> None:
    found = pieces(text, longest, counts)
    assert "".join(found) == text
    assert all(counts.of(piece) <= longest for piece in found)


def test_a_long_text_is_cut_at_the_ends_of_its_sentences() -> None:
    assert pieces(NOTICE * 2, 40, Length.CHARACTERS) == [
        NOTICE + "明天上午九点停水，请提前储水。",
        "物业已经通知了各户。",
    ]
    assert pieces(NOTICE, 30 * 3, Length.BYTES) == [NOTICE]
    assert pieces(NOTICE, 60, Length.BYTES) == ["明天上午九点停水，请提前储水。", "物业已经通知了各户。"]


def test_a_text_that_no_platform_would_take_is_cut_all_the_same() -> None:
    assert pieces("停水", 1, Length.BYTES) == ["停", "水"]


def test_a_channel_that_can_do_everything_is_given_everything() -> None:
    assert spelled_out(FULL, Can(buttons=True, mentions=True, quotes=True, pictures=True)) == FULL


def test_what_a_channel_cannot_carry_is_words() -> None:
    said = spelled_out(FULL, Can(), lambda digest: f"https://g.example/{digest}")
    assert said == Words("@王芳 请接单\n照片：https://g.example/d1 https://g.example/d2\n回复“接单 12”接单")


def test_pictures_without_an_address_are_one_short_line() -> None:
    assert spelled_out(Words("修好了", pictures=("d1",)), Can()).text == "修好了\n（还有 1 张照片，这里发不出来。）"


def test_where_only_mentions_are_heard_a_group_is_told_how_to_answer() -> None:
    ask, note = Words("谁去办请回“接单 1”。"), Words("1 号办好了。")
    deaf = Wording(bot_name="小红")
    assert deaf.of(ask, Can(hears_all=False), is_group=True).text == f"{ask.text}\n（在这个群里回我，请先@小红。）"
    for words, can, is_group in (
        (note, Can(hears_all=False), True),
        (ask, Can(hears_all=False), False),
        (ask, Can(), True),
        (ask, Can(hears=False, hears_all=False), True),
    ):
        assert deaf.of(words, can, is_group=is_group) == words
