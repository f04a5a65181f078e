"""The rules that see danger to life: what they must hear, however it is said, and what only sounds like it."""

from typing import Final

import pytest

from handlers.understanding.danger import danger
from handlers.understanding.sound import understood
from storage.types import Category

NOW: Final = {
    Category.ELEVATOR: (
        "电梯不动了，我爸关在里面",
        "我人在里面电梯门打不开",
        "电梯里留了两个娃，门合上再也不开",
        "电梯卡在六楼，老人困到里头喽",
        "有人困梯",
        "我坐的这部停了，门不开",
        "我妈在2单元电梯里，电梯停了",
    ),
    Category.GAS: ("灶关了还是气味好大", "屋头烧炭火，一家人头昏恶心", "楼道里好重的煤气味"),
    Category.FIRE_SAFETY: (
        "沙发着了快来人",
        "三楼有股烧焦味",
        "走廊里塑料烟味，灰的",
        "哪家在烧胶皮味道，烧胶味出来了",
        "楼梯间冒烟了",
    ),
    Category.CARE: (
        "我妈在坎坎上摔了，腿动不得",
        "敲门没人应，里头在哼",
        "大爷脸煞白，一头汗",
        "他说心口痛",
        "奶奶晕倒在地",
        "门口有人晕倒",
        "我爸吐血了",
        "有个人在天台边边坐起",
        "我老汉吃菌子中毒了",
        "中毒了，又吐又说胡话",
    ),
    Category.SECURITY: ("楼下几个人围到一个打", "几个人按到他打"),
    Category.POWER: ("配电箱进水了", "插座冒火花"),
}
QUIET: Final = (
    "电梯关门关到一半又弹开",
    "电梯里有人发传单",
    "我在电梯里看到停水通知",
    "电脑中毒了，哪个会修",
    "“闻到没有？煤气味。”探长推开了门",
    "#厨房日记# 油锅起火，盖上锅盖就灭了",
    "看直播，主播在喊救命",
    "万一电梯困人了打哪个电话",
    "昨天楼下饭店着火，今天照样开门",
    "脸都笑歪嘴了",
    "这天气闷得很",
    "电梯里气味好大",
    "猫在沙发上睡着了",
    "起床了没，都九点了",
    "周末就在家待着了",
    "旅馆靠着火车站，方便",
    "我晕倒，作业还没写",
    "困得快吐血了",
    "这会儿真想打人。",
    "你那宿舍离水房近不",
    "手上做着活呢，晚点说",
    "排练排得让人喘不过气",
    "来几个人打扫下卫生",
    "约了几个人周末打球",
)


@pytest.mark.parametrize(("category", "text"), [(category, text) for category, texts in NOW.items() for text in texts])
def test_danger_is_heard(category: Category, text: str) -> None:
    assert danger(understood(text)) is category


@pytest.mark.parametrize("text", QUIET)
def test_what_only_sounds_like_danger_is_let_pass(text: str) -> None:
    assert danger(understood(text)) is None
