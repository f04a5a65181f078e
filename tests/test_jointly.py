"""The rules of a place by which the three parties are called at once, or the community hands a matter out."""

from tests.test_handoffs import holder
from tests.world import World

TAP = "2单元的水管漏水，麻烦来修一下"
POWER = "2单元楼道没电了，整层都停电，来看看"


async def test_the_three_parties_are_called_at_once_and_who_accepts_leads(world: World) -> None:
    await world.says("陈书记", "任命 冉幺妹 业委会 锦绣小区", alone=True)
    await world.says("陈书记", "派单规则 3栋 会办", alone=True)
    world.forget()
    await world.says("李姐", TAP)
    for party in ("陈书记", "冉幺妹", "钱物业"):
        world.hears(party, "李姐说")
    world.silent("王芳", "赵强")
    await world.says("钱物业", "接单 1", alone=True)
    world.forget()
    assert (await holder(world, 1))[0] == "钱物业"
    await world.says("冉幺妹", "进展 1 业主都同意换管子", alone=True)
    world.hears("李姐", "业主都同意")
    world.forget()
    await world.says("冉幺妹", "办结 1", alone=True)
    world.hears("冉幺妹", "在钱物业手上")
    await world.says("钱物业", "办结 1", alone=True)
    world.hears("冉幺妹", "谢谢您出力")


async def test_without_parties_the_ladder_is_climbed_as_ever(world: World) -> None:
    await world.says("陈书记", "免去 钱物业 物业 锦绣小区", alone=True)
    await world.says("陈书记", "派单规则 3栋 会办", alone=True)
    world.forget()
    await world.says("李姐", TAP)
    world.hears("陈书记", "李姐说")


async def test_what_goes_to_a_department_is_put_to_the_community_with_its_number(world: World) -> None:
    await world.says("陈书记", "部门 自来水公司 96233 供水", alone=True)
    await world.says("陈书记", "部门 供电局 95598 停电", alone=True)
    await world.says("陈书记", "派单规则 3栋 供电 移交", alone=True)
    assert "移交给外面的部门" in world.new("陈书记")[-1].text
    world.forget()
    await world.says("李姐", POWER)
    world.hears("陈书记", "李姐说", "供电局 95598", "移交 1 供电局")
    world.silent("王芳")


async def test_with_an_empty_directory_it_says_what_to_do(world: World) -> None:
    await world.says("陈书记", "派单规则 3栋 供电 移交", alone=True)
    world.forget()
    await world.says("李姐", POWER)
    world.hears("陈书记", "部门表还空着")
