"""Templates and variables: what is put in where, and what is not known somewhere."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.moment import Moment
from handlers.notices.templates import library, rendered
from handlers.rules.templates import OF_PLACES, SHIPPED, filled, own_variables, place_variables, variables
from storage import places
from storage.types import PlaceKind
from tests.noticing import received, writes
from tests.world import World

NAMES = ("停水停电", "雪凝", "暴雨", "防溺水", "医保缴费", "疫苗", "消防", "电信诈骗", "活动")


def test_the_shipped_templates_are_the_nine_and_read_well_when_filled() -> None:
    assert tuple(SHIPPED) == NAMES
    for draft in SHIPPED.values():
        text = filled(draft.text, dict.fromkeys(variables(draft.text), "甲"))
        assert "{" not in text
        assert "{楼栋}" in draft.text  # every neighbour sees that he is meant
        assert len(text) < 200


@given(st.text(), st.dictionaries(st.sampled_from(OF_PLACES), st.text()))
def test_what_is_put_in_is_never_read_again(text: str, values: dict[str, str]) -> None:
    assert filled("{电话}", {"电话": "{楼栋}", "楼栋": text}) == "{楼栋}"
    assert set(variables(text)) == {*own_variables(text), *place_variables(text)}
    if not variables(text):
        assert filled(text, values) == text


async def test_a_template_is_filled_in_for_each_place(world: World) -> None:
    async with world.sessions.begin() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach=world.reach)
        community = (await places.all_of(session, PlaceKind.COMMUNITY))[0]
        (third, _fourth) = await places.all_of(session, PlaceKind.BUILDING)
        assert [draft.name for draft in await library(moment, community.id)] == list(NAMES)
        snow = await rendered(moment, SHIPPED["雪凝"], {"时间": "今晚到明早"}, third)
        assert snow.startswith("【雪凝提醒】3栋的各位邻居：今晚到明早有雪凝")


async def test_every_group_reads_its_own_building_and_who_is_on_duty(world: World) -> None:
    shown = await writes(world, "通知 3栋：{楼栋}的邻居，有事找{值班人}。{x} {{y}}")
    assert "3栋的邻居，有事找王芳。{x} {{y}}" in shown
    await writes(world, "确认")
    assert received(world, "3栋群") == ["3栋的邻居，有事找王芳。{x} {{y}}\n\n—— 石龙社区 陈书记发布"]


async def test_a_variable_nobody_knows_is_said_with_the_building_and_what_to_do(world: World) -> None:
    shown = await writes(world, "通知 3栋、4栋：{楼栋}有事找{值班人}")
    assert "锦绣小区4栋没有“值班人”" in shown
    assert "排班" in shown
    await writes(world, "确认")
    assert received(world, "3栋群") == ["3栋有事找王芳\n\n—— 石龙社区 陈书记发布"]
    world.silent("4栋群")
    await world.clock.ring()
    await world.send_all()
    world.hears("陈书记", "1 个群收到，1 个群没发成：锦绣小区4栋（")
