"""In an emergency: the number first, everybody at once, who has a key as well, again until somebody accepts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.keys import DoorKey
from tests.test_choices import LAMP, SMOKE
from tests.world import World

KEY = "钥匙 3栋 配电房 赵强、冉幺妹"
HIT = "1单元有人打架，动刀了，快来人！"


async def handed_out(world: World) -> None:
    await world.says("陈书记", KEY, alone=True)
    world.hears("陈书记", "配电房的钥匙在赵强、冉幺妹手上")


async def held(world: World) -> int:
    async with world.sessions() as session:
        return len((await session.scalars(sa.select(DoorKey))).all())


async def test_who_has_a_key_is_entered_listed_and_taken_back(world: World) -> None:
    await handed_out(world)
    await handed_out(world)
    assert await held(world) == 2
    await world.says("王芳", "钥匙 3栋", alone=True)
    world.hears("王芳", "配电房 冉幺妹、赵强")
    await world.says("陈书记", "收钥匙 3栋 配电房 赵强", alone=True)
    world.hears("陈书记", "收回来了")
    await world.says("陈书记", "收钥匙 3栋 配电房", alone=True)
    world.hears("陈书记", "收回来了")
    await world.says("陈书记", "收钥匙 3栋 配电房", alone=True)
    world.hears("陈书记", "没有登记过")
    assert await held(world) == 0


@pytest.mark.parametrize(
    ("who", "words", "answer"),
    [
        ("王芳", KEY, "不归您"),
        ("冉幺妹", "钥匙 3栋", "红管家"),
        ("陈书记", "钥匙 3栋 配电房 张三丰", "张三丰"),
        ("陈书记", "钥匙 9栋 配电房 赵强", "9栋"),
        ("陈书记", f"钥匙 3栋 {'配' * 21} 赵强", "短名字"),
        ("陈书记", "钥匙 3栋 配电房", "请这样发"),
    ],
)
async def test_what_cannot_be_entered_is_said(world: World, who: str, words: str, answer: str) -> None:
    await world.says(who, words, alone=True)
    world.hears(who, answer)
    assert await held(world) == 0


async def test_in_an_emergency_those_who_come_know_who_has_which_key_and_he_is_called_too(world: World) -> None:
    await handed_out(world)
    await world.says("李姐", SMOKE)
    text = world.hears("王芳", "钥匙：配电房 冉幺妹、赵强")
    assert text.index("119") < text.index("1 号")  # the number to ring comes first
    for who in ("赵强", "冉幺妹"):
        assert "李姐" not in world.hears(who, "配电房的钥匙", "马上")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.wait(timedelta(minutes=6))
    world.silent("赵强", "冉幺妹")


async def test_it_is_repeated_until_somebody_accepts(world: World) -> None:
    await handed_out(world)
    await world.says("李姐", SMOKE)
    world.forget()
    await world.wait(timedelta(minutes=4))
    for who in ("王芳", "周网格", "陈书记", "冉幺妹"):
        assert world.new(who), who


async def test_what_can_wait_needs_no_key(world: World) -> None:
    await handed_out(world)
    await world.says("李姐", LAMP)
    world.silent("赵强", "冉幺妹")
    assert "钥匙" not in world.hears("王芳", "照明")


async def test_what_goes_on_between_people_is_no_business_of_who_has_a_key(world: World) -> None:
    await handed_out(world)
    await world.says("李姐", HIT)
    world.silent("冉幺妹")
    assert "钥匙" not in world.hears("王芳", "1 号")


async def test_who_reports_it_alone_reads_the_number_first(world: World) -> None:
    await world.says("李姐", "3栋1单元楼道里冒烟了，有明火，快来人！", alone=True)
    text = world.hears("李姐", "119", "记下了")
    assert text.index("119") < text.index("记下了")


async def test_it_is_called_out_at_night_and_before_what_waited(world: World) -> None:
    world.now += timedelta(hours=14.5)
    for _ in range(3):
        await world.says("李姐", LAMP + "！", deliver=False)
    await world.says("李姐", SMOKE)
    assert "119" in world.hears("王芳", "紧急")


async def test_his_keys_are_shown_to_him_and_go_with_him(world: World) -> None:
    await handed_out(world)
    await world.says("冉幺妹", "我的数据", alone=True)
    world.hears("冉幺妹", "有配电房的钥匙")
    for words in ("删除我的数据", "确认删除"):
        await world.says("冉幺妹", words, alone=True)
    assert await held(world) == 1
