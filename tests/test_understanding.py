"""What a message means, told by whole little conversations."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding.classify import LETTER, PASSAGE, passages
from handlers.understanding.decide import Reader
from handlers.understanding.group import Group, scene_of
from handlers.understanding.model import ModelBroken, load_reader
from handlers.understanding.parse import predictions
from handlers.understanding.types import Heard, Memory, Question, Scene
from storage.types import Role

EVAL = Path(__file__).parent / "eval"
MORNING = datetime.fromisoformat("2026-05-11T08:00:00+08:00")


class Talk:
    """A group of building 3 that speaks a minute apart, unless somebody waits."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.group, self.now, self.count = reader, Group(Scene("3", ("1", "2"), 18)), MORNING, 0

    def says(
        self, who: str, text: str, *, role: str = "resident", after_minutes: int = 1, **extra: Any
    ) -> dict[str, Any]:
        self.now += timedelta(minutes=after_minutes)
        self.count += 1
        message = {
            "id": f"m{self.count}", "ts": self.now.isoformat(), "sender": {"id": who, "name": who, "role": role}, "text": text,
        }  # fmt: skip
        return self.group.hear(self.reader, message | extra)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


@pytest.fixture
def talk(reader: Reader) -> Talk:
    return Talk(reader)


def acts(prediction: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["act"], item["ticket"]) for item in prediction["items"]]


def test_a_problem_opens_a_ticket(talk: Talk) -> None:
    said = talk.says("2-1203 李姐", "二单元电梯坏了，按键没反应，麻烦找人修一下")
    assert acts(said) == [("open", "t1")]
    assert said["items"][0]["category"] == "elevator"
    assert said["items"][0]["location"] == {"building": "3", "unit": "2", "floor": None, "room": None}


def test_a_neighbour_with_the_same_problem_is_counted_and_opens_nothing(talk: Talk) -> None:
    talk.says("1-301 老王", "一单元停水了，一滴都没有")
    assert acts(talk.says("1-502 小陈", "我家也停了，饭都做不成")) == [("me_too", "t1")]
    assert acts(talk.says("1-801 阿珍", "+1")) == [("me_too", "t1")]


def test_two_neighbours_with_two_problems_at_once_have_two_tickets(talk: Talk) -> None:
    talk.says("2-1203 李姐", "2单元电提又坏了 停在5搂半天不动")
    assert acts(talk.says("1-201 老赵", "我家下水到堵了，返水返到厨房", after_minutes=0)) == [("open", "t2")]


def test_the_same_at_the_same_spot_is_one_ticket_however_late_it_is_told_again(talk: Talk) -> None:
    assert acts(talk.says("2-302 小周", "2单元3楼的灯坏了")) == [("open", "t1")]
    assert acts(talk.says("2-301 老赵", "2单元3楼的灯坏了", after_minutes=300)) == [("me_too", "t1")]
    assert acts(talk.says("2-301 老赵", "2单元5楼的灯坏了", after_minutes=300)) == [("open", "t2")]


@pytest.mark.parametrize("text", ["电梯里我妈关在里头了！！", "我妈关在电梯里了", "有人困在里面"])
def test_danger_told_of_an_open_ticket_makes_it_an_emergency(talk: Talk, text: str) -> None:
    talk.says("2-1203 李姐", "2单元电梯坏了，停在5楼不动")
    (item,) = talk.says("3-502 冉幺妹", text)["items"]
    assert item["urgency"] == "emergency"
    assert item["act"] in ("detail", "open")


def test_a_picture_without_words_belongs_to_what_was_just_said(talk: Talk) -> None:
    talk.says("2-601 小琴", "二单元门口垃圾堆成山，没人收")
    assert acts(talk.says("2-601 小琴", "", attachments=["image"])) == [("detail", "t1")]


def test_solved_closes_and_the_same_again_opens_anew(talk: Talk) -> None:
    talk.says("2-601 小琴", "二单元四楼的楼道灯不亮了")
    talk.says("物业小刘", "收到，下午安排电工去换", role="property")
    assert acts(talk.says("物业小刘", "二单元四楼的灯修好了", role="property", after_minutes=200)) == [
        ("resolved", "t1")
    ]
    assert acts(talk.says("2-601 小琴", "二单元四楼的楼道灯又不亮了，才修好两天", after_minutes=1500)) == [
        ("open", "t2")
    ]


def test_of_two_open_tickets_the_quoted_one_is_meant(talk: Talk) -> None:
    talk.says("1-301 老王", "一单元停水了，一滴都没有")
    talk.says("2-601 小琴", "二单元四楼的楼道灯不亮了")
    assert acts(talk.says("物业小刘", "收到，马上安排", role="property", reply_to="m1")) == [("detail", "t1")]


def test_two_problems_in_one_message_are_two_tickets(talk: Talk) -> None:
    said = talk.says("2-1203 李姐", "反映两个事：二单元四楼楼道灯不亮了，还有一单元门口垃圾三天没人清，臭死了")
    assert [item["category"] for item in said["items"]] == ["lighting", "sanitation"]
    assert [item["location"]["unit"] for item in said["items"]] == ["2", "1"]


@pytest.mark.parametrize(
    "text",
    [
        "大家早上好🌹🌹",
        "收到",
        "哈哈哈哈哈",
        "接龙 团购土鸡蛋 30元一板\n1. 2-401 两板\n2. 2-601 一板",
        "专业疏通下水道、开锁换锁，24小时上门，电话13800001234",
        "去年电梯老坏，现在好多了",
        "万一停电了咋办，先买点蜡烛",
        "听说隔壁小区昨晚着火了，吓人",
        "今天股票又绿了，我心里着火了哈哈",
        "谢谢大家",
    ],
)
def test_small_talk_adverts_jokes_and_old_stories_are_met_with_silence(talk: Talk, text: str) -> None:
    assert talk.says("2-302 蔡蔡", text)["items"] == []


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("快来人！！电梯卡在八楼，里面有人在喊救命", "elevator"),
        ("厨房一股煤气味，越来越浓，我不敢开灯", "gas"),
        ("一单元楼道冒黑烟了！好像着火了", "fire_safety"),
        ("有个大爷晕倒在单元门口，叫不醒", "care"),
        ("楼下打起来了！拿着刀，有人流血了", "security"),
        ("一楼电表箱在冒火花，滋滋响", "power"),
    ],
)
def test_danger_to_life_is_an_emergency(talk: Talk, text: str, category: str) -> None:
    item = talk.says("1-301 老王", text)["items"][0]
    assert (item["act"], item["urgency"], item["category"]) == ("open", "emergency", category)


def test_what_the_bot_says_is_never_a_request(talk: Talk) -> None:
    said = talk.says("bot", "已登记：3栋2单元电梯坏了。", role="bot")
    assert said == {"id": "m1", "intent": "chatter", "items": []}


def test_an_announcement_is_a_notice(talk: Talk) -> None:
    said = talk.says("社区小杨", "【停水通知】因管网改造，明天9:00至17:00停水，请提前储水，敬请谅解。", role="admin")
    assert said["intent"] == "notice"


def test_the_same_question_has_the_same_answer(reader: Reader) -> None:
    heard = Heard("m1", MORNING, "u1", "2-1203 李姐", Role.RESIDENT, "我家天花板在滴水")
    assert reader.judge(heard, Scene("3"), Memory(), ()) == reader.judge(heard, Scene("3"), Memory(), ())


def test_it_makes_no_difference_what_a_message_is_weighed_together_with(reader: Reader) -> None:
    questions = asked_of(reader, (EVAL / "dev" / "d01.jsonl").read_text("utf-8").splitlines())
    for alone, among in zip(questions, reader.weigh(questions), strict=True):
        (weighed,) = reader.weigh((alone,))
        assert np.allclose(weighed.verdict, among.verdict, atol=1e-5)
        assert np.allclose(weighed.links, among.links, atol=1e-5)
        assert weighed.view.text == among.view.text


def asked_of(reader: Reader, lines: Sequence[str]) -> list[Question]:
    """What is asked about each message of a transcript; the group goes on by what was understood."""
    said = [json.loads(line) for line in lines]
    group, found = Group(scene_of(said[0]["chat"])), []
    for message in said[1:]:
        heard = group.heard(message)
        found.append(Question(heard, group.scene, group.memory, group.near(heard.at)))
        group.hear(reader, message)
    return found


def test_a_hundred_thousand_characters_take_less_than_a_second(reader: Reader) -> None:
    begun = time.perf_counter()
    for text in ("3-1-502漏水" * 14_000, "ﷺ" * 100_000, "一" * 100_000, "\u202e\u200b" * 50_000, "@1 " * 33_000):
        reader.judge(Heard("m", MORNING, "u", text, Role.RESIDENT, text), Scene("3"), Memory(), ())
    assert time.perf_counter() - begun < 5


@settings(deadline=None)
@given(st.text(), st.text(), st.lists(st.sampled_from(["image", "voice", "没见过的"])))
def test_any_words_by_anybody_have_a_judgement(reader: Reader, text: str, name: str, attached: list[str]) -> None:
    talk = Talk(reader)
    for _ in range(2):
        said = talk.says(name, text, attachments=attached)
        assert said["intent"] in {"request", "question", "notice", "chatter"}


def parsed(reader: Reader, lines: Iterable[str]) -> tuple[list[Any], list[str]]:
    complaints: list[str] = []
    answers = [json.loads(line) for line in predictions(reader, lines, complaints.append)]
    return answers, complaints


@settings(deadline=None)
@given(st.lists(st.binary().map(lambda raw: raw.decode("utf-8", "replace")) | st.text()))
def test_any_bytes_on_the_stream_are_survived(reader: Reader, lines: list[str]) -> None:
    answers, complaints = parsed(reader, lines)
    assert len(answers) == len(complaints) == sum(bool(line.strip()) for line in lines)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
FIELDS = ("id", "ts", "sender", "text", "reply_to", "mentions", "attachments")


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values)))
def test_any_json_in_any_field_gives_a_prediction(reader: Reader, message: dict[str, Any]) -> None:
    answers, _ = parsed(reader, [json.dumps(message)])
    assert len(answers) == 1


def test_a_line_that_cannot_be_read_is_named_and_the_stream_goes_on(reader: Reader) -> None:
    good = {"id": "m2", "ts": MORNING.isoformat(), "sender": {"id": "u", "name": "", "role": "resident"}, "text": "早"}
    answers, complaints = parsed(reader, ["{不是", json.dumps(good)])
    assert [answer["id"] for answer in answers] == [None, "m2"]
    assert complaints[0].startswith("第 1 行读不懂")


def test_a_new_chat_line_forgets_the_chat_before(reader: Reader) -> None:
    chat = json.dumps({"chat": {"id": "g", "building": "3", "units": ["1"]}})
    said = {
        "id": "m1",
        "ts": MORNING.isoformat(),
        "sender": {"id": "u", "name": "", "role": "resident"},
        "text": "1单元停水了",
    }
    answers, _ = parsed(reader, [chat, json.dumps(said), chat, json.dumps(said)])
    assert answers[0] == answers[1]


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04broken"])
def test_a_broken_model_is_named_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(ModelBroken, match="已损坏"):
        load_reader(path)


def test_a_missing_model_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="找不到"):
        load_reader(tmp_path / "weights.npz")


def test_the_score_on_the_development_groups_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    command = f"{sys.executable} -m bot parse"
    files = sorted(str(path) for path in (EVAL / "dev").glob("*.jsonl"))
    scored = subprocess.run(
        [sys.executable, str(EVAL / "score.py"), "--run", command, *files], capture_output=True, text=True, check=False
    )
    with capsys.disabled():
        print(f"\n{scored.stdout}{scored.stderr}")
    assert scored.returncode == 0


def test_nothing_but_solved_follows_solved(talk: Talk) -> None:
    talk.says("1-301 老王", "一单元停水了，一滴都没有")
    talk.says("物业小刘", "一单元来水了，大家试一下", role="property", after_minutes=60)
    talk.says("1-301 老王", "来水了，谢谢")
    assert all(act == "resolved" for act, _ in acts(talk.says("1-502 小陈", "我家也有水了")))


def test_danger_that_is_told_of_an_open_ticket_raises_it(talk: Talk) -> None:
    talk.says("1-301 老王", "一单元停电了，整个单元都黑了")
    said = talk.says("1-301 老王", "电表箱在冒火花！！还有浓烟")
    assert said["items"][-1]["urgency"] == "emergency"


def test_a_lamp_that_hears_nobody_is_nobody_in_danger(talk: Talk) -> None:
    talk.says("2-501 周大爷", "二单元四楼那个灯又不亮了，我差点踩空")
    said = talk.says("2-501 周大爷", "拍巴掌、跺脚都喊不答应")
    assert said["items"][-1]["urgency"] != "emergency"


@pytest.mark.parametrize("text", ["我妈还是关在电梯里的", "电梯里关着个娃儿哭"])
def test_danger_is_no_talk_whatever_its_words_weigh(talk: Talk, text: str) -> None:
    talk.says("2-1203 李姐", "2单元电梯坏了，停在5楼不动")
    (item,) = talk.says("3-502 冉幺妹", text)["items"]
    assert item["urgency"] == "emergency"


@pytest.mark.parametrize("text", ["灯修好没", "修好没得哦，都两天了", "灯又不亮了", "灯还是不亮"])
def test_who_asks_whether_it_is_over_does_not_say_so(talk: Talk, text: str) -> None:
    talk.says("2-1203 李姐", "2单元5楼的灯坏了，不亮")
    prediction = talk.says("2-1203 李姐", text, after_minutes=30)
    assert "resolved" not in [act for act, _ in acts(prediction)]


@pytest.mark.parametrize("text", ["有人吗", "@物业小唐 物业在不在！！", "有没得人管", "请问社区的人在吗"])
def test_who_only_calls_somebody_has_not_said_yet_what_is_the_matter(talk: Talk, text: str) -> None:
    assert talk.says("1-1702 阿May", text)["items"] == []
    told = talk.says("1-1702 阿May", "我和娃被关在电梯里了")
    assert [(item["act"], item["urgency"]) for item in told["items"]] == [("open", "emergency")]


def test_a_steward_who_sees_danger_raises_the_alarm_and_who_is_at_it_does_not_raise_another(talk: Talk) -> None:
    talk.says("8栋 老许", "一单元停电了，一半楼层没电")
    alarm = "不好了！地库负一配电房门口水漫进来了，就快到柜子了"
    (item,) = talk.says("党员庄师傅", alarm, role="steward")["items"]
    assert (item["act"], item["urgency"]) == ("open", "emergency")
    said = talk.says("物业老郑", "配电房进的水正在抽，沙袋堵上了", role="property", after_minutes=5)
    assert "open" not in [act for act, _ in acts(said)]
    talk.says("物业老郑", "水抽干了，修好了", role="property", after_minutes=30)
    said = talk.says("物业老郑", "配电房进水是排水沟堵了，清通了", role="property", after_minutes=30)
    assert "open" not in [act for act, _ in acts(said)]


LATE: Final = (
    "尊敬的领导，您好！我今年六十八岁，退休前在纺织厂上班，二〇〇九年用一辈子的积蓄买了这套房子，儿女都在外地，平时就我和老伴两个人，日子过得也算安稳。"
    "小区环境原来很好，绿树成荫，邻居之间也和和气气，逢年过节社区还组织包粽子，我们老两口一直很知足，见人就夸。"
    "可是今年开春以来，一楼的烧烤店每天烤到凌晨两三点，油烟直往我们家窗户里灌，找过店家，打过好多次电话，都没有结果。恳请您派人来管一管。"
)


def test_a_letter_that_comes_to_its_matter_late_opens_a_ticket(talk: Talk) -> None:
    (item,) = talk.says("u1", LATE)["items"]
    assert (item["act"], item["urgency"]) == ("open", "normal")


@given(text=st.text(alphabet="我们小区.!?;\n ，的", max_size=1600))
def test_the_passages_of_a_letter_are_the_letter(text: str) -> None:
    parts = passages(text)
    assert "".join(parts) == (text if len(text) >= LETTER else "")
    assert all(len(part) >= PASSAGE for part in parts[:-1])
