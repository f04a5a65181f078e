"""Community, owners' committee and property company settle a matter together; one of them leads."""

import asyncio

import pytest

from storage.types import Role, TicketStatus
from tests.people import roles
from tests.test_handoffs import holder
from tests.world import World

LAMP = "2单元3楼的灯坏了，麻烦来修一下"


async def committee(world: World) -> None:
    """冉幺妹 is in the owners' committee; 李姐 has reported a lamp, and everybody has read so."""
    await world.says("陈书记", "任命 冉幺妹 业委会 锦绣小区", alone=True)
    await world.says("李姐", LAMP)
    world.forget()


async def test_the_owners_committee_is_a_role_like_others(world: World) -> None:
    await world.says("陈书记", "任命 冉幺妹 业委会主任 锦绣小区", alone=True)
    world.hears("陈书记", "业委会")
    world.hears("冉幺妹", "业委会")
    assert ("锦绣小区", Role.COMMITTEE) in await roles(world, "冉幺妹")
    await world.says("李姐", LAMP)
    await world.says("冉幺妹", "接单 1", alone=True)
    world.hears("冉幺妹", "归您了")
    await world.says("陈书记", "免去 冉幺妹 业委会 锦绣小区", alone=True)
    assert not await roles(world, "冉幺妹")


async def test_all_are_told_one_to_one_and_who_calls_them_in_leads(world: World) -> None:
    await committee(world)
    await world.says("陈书记", "会办 1 物业、业委会", alone=True)
    world.hears("陈书记", "物业（钱物业）", "业委会（冉幺妹）", "陈书记牵头")
    for party in ("钱物业", "冉幺妹"):
        world.hears(party, "陈书记请您一起办", "灯坏了", "陈书记牵头", "进展 1", "退出会办 1")
    world.hears("3栋群", "陈书记接单了")
    assert (await holder(world, 1))[0] == "陈书记"


async def test_who_is_to_lead_is_asked_and_the_others_are_told_so(world: World) -> None:
    await committee(world)
    await world.says("陈书记", "会办 1 牵头物业、业委会", alone=True)
    world.hears("陈书记", "已经请物业（钱物业）牵头")
    world.hears("钱物业", "请您这边牵头", "灯坏了")
    world.hears("冉幺妹", "已经请物业（钱物业）牵头")
    world.silent("3栋群")
    await world.presses("钱物业", "接单")
    assert await holder(world, 1) == ("钱物业", TicketStatus.ACCEPTED)


async def test_of_who_has_it_the_lead_is_asked_for(world: World) -> None:
    await committee(world)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "会办 1 牵头物业、业委会", alone=True)
    world.hears("钱物业", "王芳想请您接手", "接手 1")
    world.hears("陈书记", "一起办", "牵头")
    assert (await holder(world, 1))[0] == "王芳"
    await world.says("钱物业", "接手 1", alone=True)
    assert (await holder(world, 1))[0] == "钱物业"


async def test_every_party_reports_progress_and_only_the_lead_or_the_community_finishes(world: World) -> None:
    await committee(world)
    await world.says("陈书记", "会办 1 牵头物业、业委会", alone=True)
    await world.says("冉幺妹", "接单 1", alone=True)
    world.forget()
    await world.says("冉幺妹", "接单 1", alone=True)
    world.hears("冉幺妹", "由钱物业牵头")
    await world.says("冉幺妹", "办结 1", alone=True)
    world.hears("冉幺妹", "由钱物业牵头")
    await world.says("钱物业", "接单 1", alone=True)
    world.forget()
    await world.says("冉幺妹", "进展 1 业主都同意换灯了", alone=True)
    world.hears("李姐", "业主都同意")
    world.hears("钱物业", "冉幺妹说", "业主都同意")
    world.hears("冉幺妹", "记下了")
    await world.says("冉幺妹", "办结 1", alone=True)
    world.hears("冉幺妹", "在钱物业手上")
    await world.says("钱物业", "办结 1 换好了", alone=True)
    world.hears("冉幺妹", "办好了", "谢谢您出力")
    world.hears("陈书记", "办好了")
    world.silent("周网格", "赵强")


async def test_the_community_finishes_what_another_leads(world: World) -> None:
    await committee(world)
    await world.says("陈书记", "会办 1 牵头物业、业委会", alone=True)
    await world.says("钱物业", "接单 1", alone=True)
    world.forget()
    await world.says("陈书记", "办结 1", alone=True)
    world.hears("钱物业", "办好了")
    assert (await holder(world, 1))[1] is TicketStatus.DONE


async def test_a_place_without_a_committee_is_told_what_is_so_and_what_can_be_done(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("陈书记", "会办 1", alone=True)
    world.hears("陈书记", "物业（钱物业）", "锦绣小区还没登记业委会", "任命 姓名 业委会 锦绣小区", "社区牵头")
    await world.says("陈书记", "会办 1 业委会", alone=True)
    world.hears("陈书记", "还没登记业委会")
    assert (await holder(world, 1))[1] is TicketStatus.DISPATCHED
    await world.says("陈书记", "会办 1 物业和业委会", alone=True)
    world.hears("陈书记", "请了物业（钱物业）一起办", "还没登记业委会")


async def test_without_people_it_says_who_is_in(world: World) -> None:
    await committee(world)
    await world.says("陈书记", "会办 1 物业、业委会", alone=True)
    world.forget()
    await world.says("陈书记", "会办 1", alone=True)
    world.hears("陈书记", "物业（钱物业）", "业委会（冉幺妹）", "陈书记牵头")


async def test_others_are_added_and_leave(world: World) -> None:
    await committee(world)
    await world.says("陈书记", "会办 1 物业", alone=True)
    world.forget()
    await world.says("陈书记", "会办 1 物业、赵强", alone=True)
    world.hears("赵强", "一起办")
    world.silent("钱物业")
    world.hears("陈书记", "请了物业", "赵强")
    await world.says("赵强", "退出会办 1 我不懂电", alone=True)
    world.hears("赵强", "不用管了")
    world.hears("陈书记", "赵强退出了", "我不懂电")
    await world.says("赵强", "退出会办 1", alone=True)
    world.hears("赵强", "没有在会办")
    await world.says("陈书记", "退出会办 1", alone=True)
    assert "您牵头" in world.new("陈书记")[-1].text


async def test_the_community_hears_who_left(world: World) -> None:
    await committee(world)
    await world.says("王芳", "会办 1 物业", alone=True)
    world.forget()
    await world.presses("钱物业", "不归我管")
    world.hears("王芳", "钱物业退出了")


async def test_a_private_matter_is_shown_in_no_detail_unasked_and_never_in_a_group(world: World) -> None:
    await world.says("陈书记", "任命 冉幺妹 业委会 锦绣小区", alone=True)
    await world.says("李姐", "楼上1303天天半夜吵架打孩子，我劝过还骂我", alone=True)
    world.forget()
    await world.says("陈书记", "会办 1 业委会、物业", alone=True)
    for party in ("冉幺妹", "钱物业"):
        text = world.hears(party, "一起办", "工单 1")
        assert not [word for word in ("1303", "打孩子", "李姐") if word in text]
    world.silent("3栋群", "小区群")
    await world.says("陈书记", "会办 1")
    world.silent("3栋群")
    assert "不在群里说" in world.new("陈书记")[-1].text


async def test_calling_in_delivered_twice_or_by_two_at_once_tells_each_once(world: World) -> None:
    await committee(world)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    both = [world.message(name, "会办 1 物业、业委会", alone=True) for name in ("王芳", "陈书记")]
    await asyncio.gather(*map(world.receive, [*both, *both]))
    await world.send_all()
    for party in ("钱物业", "冉幺妹"):
        world.hears(party, "一起办")


async def test_a_withdrawn_matter_is_over_for_all(world: World) -> None:
    await committee(world)
    await world.says("陈书记", "会办 1 物业、业委会", alone=True)
    world.forget()
    await world.says("李姐", "撤销 1")
    for party in ("钱物业", "冉幺妹"):
        world.hears(party, "撤回了")


@pytest.mark.parametrize(
    "words", ["李姐", "'; DROP TABLE party; --", "、".join(["物业"] * 40), "居民", "牵头", "\u200b"]
)
async def test_who_cannot_be_called_in_is_answered(world: World, words: str) -> None:
    await committee(world)
    await world.says("陈书记", f"会办 1 {words}", alone=True)
    assert len(world.new("陈书记")) == 1
    world.silent("钱物业", "冉幺妹", "李姐")


async def test_who_neither_has_it_nor_is_the_community_calls_nobody_in(world: World) -> None:
    await committee(world)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("赵强", "会办 1 物业", alone=True)
    world.hears("赵强", "在王芳手上")
    await world.says("李姐", "会办 1 物业", alone=True)
    world.hears("李姐", "才能用")
    world.silent("钱物业")


@pytest.mark.parametrize(
    "words", ["由物业牵头，业委会一起", "物业牵头 业委会参加", "牵头：物业、业委会", "@物业牵头和业委会"]
)
async def test_who_leads_is_said_in_many_ways(world: World, words: str) -> None:
    await committee(world)
    await world.says("陈书记", f"会办 1 {words}", alone=True)
    world.hears("陈书记", "物业（钱物业）", "业委会（冉幺妹）", "已经请物业（钱物业）牵头")


async def test_a_private_matter_is_read_by_who_asks_for_it_and_has_a_hand_in_it(world: World) -> None:
    await world.says("李姐", "楼上1303天天半夜吵架打孩子，我劝过还骂我", alone=True)
    await world.says("陈书记", "会办 1 物业", alone=True)
    world.forget()
    await world.says("钱物业", "工单 1", alone=True)
    world.hears("钱物业", "打孩子")
    await world.says("赵强", "工单 1", alone=True)
    assert "打孩子" not in world.new("赵强")[-1].text
