"""The first thing said in a quiet group: plain words of a resident who has a problem, and the same words without one.

Nothing of REPORTS and LOOK_ALIKES is in the lessons. The figures are those of the set: a single sentence may go either way.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from handlers.understanding.decide import Reader
from handlers.understanding.model import load_reader
from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Memory, OpenTicket, Scene, Spot
from storage.types import Act, Category, Intent, Role, Urgency

MORNING: Final = datetime.fromisoformat("2026-05-11T08:00:00+08:00")
SCENE: Final = Scene("3", ("1", "2", "3"), 18, "锦绣")

REPORTS: Final = {
    Category.ELEVATOR: (
        "电梯停了没人修", "1单元电梯按不动", "左边那部电梯又停起了", "电梯门关不上", "请派人看看电梯，老是抖", "电提坏了",
    ),
    Category.SEWER: (
        "地漏反水了", "我家马桶冲不下去", "洗菜池下不去水 麻烦通一下", "一楼化粪池冒出来了", "喊个师傅来通下水", "下水到堵了",
    ),
    Category.LEAK: ("天花板滴水", "楼上漏水漏到我家了", "卫生间顶上漏水 来个人看看", "阳台渗水"),
    Category.WATER: ("没得水了", "502没水", "水好小", "自来水是黄的", "水管爆了！"),
    Category.POWER: ("停电了", "三单元没电", "我家跳闸合不上", "屋头没得电了"),
    Category.LIGHTING: ("五楼过道灯不亮", "楼梯间黑漆漆的 灯泡坏了", "车库灯不亮", "花园那个路灯坏起好久了"),
    Category.ACCESS: ("单元门打不开", "大门刷不了卡", "门铃对讲没反应", "道闸杆抬不起来", "楼下大门关不严"),
    Category.SANITATION: ("垃圾桶满了 没人倒", "楼道好臭", "过道堆满了纸箱子", "电梯里有人拉尿"),
    Category.NOISE: ("楼上天天晚上跳绳", "隔壁半夜还在打麻将", "有人放音响 吵得很"),
    Category.PARKING: ("有车堵我车位了", "挪哈车 贵A开头白色那台挡到路了", "充电桩充不起电"),
    Category.FIRE_SAFETY: ("消防通道遭堵了", "有人在楼道里充电瓶车"),
    Category.FALLING: ("楼上丢烟头下来", "外墙瓷砖要掉了"),
    Category.GREENING: ("树枝打到我家窗户了", "绿化带的树倒了"),
    Category.FACILITY: ("井盖坏了", "小区滑梯断了一块板", "路上有个大坑"),
    Category.PETS: ("有狗不拴绳子", "楼下狗叫一晚上"),
    Category.PESTS: ("厨房好多蟑螂 管下嘛", "楼道有老鼠"),
    Category.GAS: ("打不着火 没气了", "楼道里有煤气味"),
    Category.SECURITY: ("我电瓶车遭偷了", "有个陌生人在挨家敲门"),
    Category.DISPUTE: ("隔壁两口子又打架 劝一下嘛",),
    Category.CARE: ("我妈一个人在家没人送饭 帮个忙",),
    Category.TELECOM: ("家里没网了", "快递柜打不开"),
    Category.PROPERTY: ("保安不在岗",),
    Category.ILLEGAL_BUILD: ("楼顶有人搭棚子",),
    Category.AFFAIRS: ("帮我婆办个老年证嘛 她走不动",),
    Category.PROPOSAL: ("建议装个晾衣架",),
    Category.OTHER: ("暖气不热",),
}  # fmt: skip

#: What people type to a bot first of all; this much is also taught.
TYPICAL: Final = (
    "电梯坏了", "厕所堵了", "我家厨房漏水", "灯不亮了", "麻烦来个人修下水道", "停水了", "2单元门禁坏了", "楼道灯坏了", "下水道堵了",
    "家里没电了", "隔壁装修吵死了", "楼下车堵到门口了", "垃圾没人收", "路灯不亮",
)  # fmt: skip

LOOK_ALIKES: Final = (
    "电梯修好没有", "以前那个电梯三天两头坏", "万一停电冰箱里的肉咋办", "我妈那边小区停水了", "出售二手热水器一台 不漏水",
    "转让车位一个 负一楼", "请问物业电话是多少", "谁家有梯子借用一下", "电梯里捡到一把钥匙", "哈哈我车坏在半路了",
    "手机没电了 等下回", "橙子到了 来一楼拿", "牙齿坏了 有推荐的牙医吗", "堵在路上了 你们先吃", "今晚河滨公园灯光秀 去看不",
    "明天停水吗", "今天几点来电", "昨天停电的时候我们都在点蜡烛哈哈", "电视剧里那个楼着火好吓人", "门禁卡去哪里办",
    "装修垃圾可以放哪里", "我家今天装修 打扰大家了 不好意思", "下水道疏通 30元 电话联系", "专业维修电梯招学徒", "垃圾分类怎么分",
    "师傅辛苦了", "电梯维保时间是几点到几点", "我娃儿的玩具车坏了 哪里可以修", "股票又跌 心态崩了", "水果店漏单了 少一份",
    "家里水龙头换哪个牌子好", "网上看到有个小区电梯掉下来了 吓人", "充电桩怎么收费", "听说对面小区燃气漏了", "我家猫走丢了 黑白色",
    "捡到一串钥匙 放保安亭了", "停车费好多钱一个月", "哪个开锁的师傅靠谱", "我家路由器怎么设置", "空调开一天电费要好多",
    "今天好黑 是不是要下雨", "灯笼哪里买 过年挂", "路灯下跳舞的是哪个队 想加入", "我家热水器坏了 有推荐的师傅没", "冰箱不制冷了 哪家修得好",
    "电动车卖 1200 电池刚换", "3单元有没有人拼车去机场", "楼上的妹妹 你的快递在我这里", "有谁在线没", "物业在不在", "物业费怎么交",
    "早上好 今天有点冷", "收到谢谢", "下雨了 收衣服", "今天菜市场的鱼好新鲜", "昨晚楼上好安静 睡得好", "电梯广告好多", "电梯今天好快",
    "水好甜 你们那个矿泉水哪里买的", "新买的灯好亮", "我家狗狗打疫苗去哪里", "要是水管爆了找哪个", "停电通知在哪里看",
    "上次漏水是哪个师傅修的 电话有没有", "单元门密码是多少", "几号楼有空房出租", "团购纸巾 20元一提 接龙", "今晚停水 大家记得存水",
    "转：明天9点到17点停电检修", "我们老家那边还没通燃气", "那年发大水 车库都淹了", "孩子作业难得很 我要爆炸了", "急死了 打不到车",
    "我家娃儿吵死了 不想写作业", "漏接了你电话 不好意思", "肚子堵得慌",
)  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


def said(text: str, number: int = 9, sender: str = "u1", name: str = "2-1203 李姐") -> Heard:
    return Heard(f"m{number}", MORNING + timedelta(minutes=number), sender, name, Role.RESIDENT, text)


def in_a_quiet_group(reader: Reader, text: str) -> Judgement:
    return reader.judge(said(text), SCENE, Memory(), ())


def in_a_talking_group(reader: Reader, text: str) -> Judgement:
    """The same after small talk, where a ticket is open that has nothing to do with it."""
    complaint = said("三单元门口的花坛里有人种菜", 0, "u2", "3-801 阿珍")
    spot = Spot("3", "3")
    opened = Item(Act.OPEN, "t1", Category.GREENING, Urgency.NORMAL, spot)
    memory = Memory().after(complaint, Judgement(Intent.REQUEST, (opened,), 0.9))
    for number, (sender, words) in enumerate((("u3", "大家早"), ("u4", "今天天气不错"), ("u3", "是啊，出太阳了")), 5):
        memory = memory.after(said(words, number, sender, sender), SILENCE)
    at = complaint.at
    ticket = OpenTicket("t1", Category.GREENING, Urgency.NORMAL, spot, "u2", at, at, complaint.text, frozenset(("u2",)))
    return reader.judge(said(text), SCENE, memory, (ticket,))


def opens(judged: Judgement) -> bool:
    return any(item.act is Act.OPEN for item in judged.items)


Telling = Callable[[Reader, str], Judgement]
PLACES: Final = pytest.mark.parametrize("told", [in_a_quiet_group, in_a_talking_group])


@PLACES
def test_plain_reports_are_understood(reader: Reader, told: Telling) -> None:
    heard = [(category, told(reader, text)) for category, texts in REPORTS.items() for text in texts]
    opened = [(category, judged) for category, judged in heard if opens(judged)]
    assert len(opened) >= 0.85 * len(heard)
    assert sum(judged.items[0].category is category for category, judged in opened) >= 0.9 * len(opened)


@PLACES
def test_the_same_words_without_a_problem_are_met_with_silence(reader: Reader, told: Telling) -> None:
    assert sum(opens(told(reader, text)) for text in LOOK_ALIKES) <= 0.05 * len(LOOK_ALIKES)


@PLACES
@pytest.mark.parametrize("text", TYPICAL)
def test_what_is_typed_most_often_always_opens_a_ticket(reader: Reader, told: Telling, text: str) -> None:
    assert opens(told(reader, text))


def test_no_probe_is_a_lesson() -> None:
    lessons = {
        json.loads(line)["text"]
        for path in (Path(__file__).parent / "eval" / "train").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    }
    assert lessons.isdisjoint(LOOK_ALIKES)
    assert all(lessons.isdisjoint(texts) for texts in REPORTS.values())
