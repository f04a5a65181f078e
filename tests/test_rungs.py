"""往上叫: the steps that a matter goes up are data, by place, and what cannot be is said in words."""

from datetime import timedelta

import pytest

from handlers.phrases.rungs import EXAMPLE
from tests.test_escalations import LAMP
from tests.world import World

HOUR = timedelta(hours=1)


async def test_a_place_has_steps_of_its_own_from_the_next_ticket_on(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("陈书记", "往上叫 3栋 楼栋、社区", alone=True)
    world.hears("陈书记", "锦绣小区3栋", "楼栋 → 社区", "从下一张单起")
    await world.says("冉幺妹", "3单元一楼的灯坏了，晚上太黑了")
    world.forget()
    await world.wait(4 * HOUR)
    assert [w.text for w in world.new("周网格") if "前面的人还没接" in w.text and "1 号" in w.text]
    assert [w.text for w in world.new("陈书记") if "前面的人还没接" in w.text and "2 号" in w.text]
    await world.says("周网格", "谁被叫了 2", alone=True)
    assert "周网格" not in world.new("周网格")[-1].text


async def test_what_holds_is_shown_with_where_it_was_said_and_can_be_taken_back(world: World) -> None:
    await world.says("陈书记", "往上叫 3栋", alone=True)
    world.hears("陈书记", "楼栋 → 网格 → 社区 → 街道", "没有另定")
    await world.says("陈书记", "往上叫 锦绣小区 楼栋、网格", alone=True)
    world.forget()
    await world.says("陈书记", "往上叫 3栋", alone=True)
    world.hears("陈书记", "楼栋 → 网格（在锦绣小区定的）")
    await world.says("陈书记", "往上叫 锦绣小区 照旧", alone=True)
    world.hears("陈书记", "楼栋 → 网格 → 社区 → 街道")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("往上叫 3栋 楼栋、网格、楼栋", "绕回去"),
        ("往上叫 3栋 社区、楼栋", "往回走"),
        ("往上叫 3栋 楼栋、居委会", "“居委会”不是哪一级"),
        ("往上叫 3栋 、，", "楼栋 → 网格"),
        ("往上叫 3栋 街道", "一个人也没有"),
    ],
)
async def test_what_cannot_be_is_said(world: World, said: str, answer: str) -> None:
    await world.says("陈书记", said, alone=True)
    world.hears("陈书记", answer)


async def test_only_the_community_of_the_place_decides(world: World) -> None:
    await world.says("周网格", EXAMPLE, alone=True)
    world.hears("周网格", "社区管理员才能用")
