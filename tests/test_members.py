"""Homes, offices, invitations, and two identities that are one person."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.homes import introduction
from handlers.house import HouseRules
from handlers.invitations import NoCommunity, invite_admin
from handlers.members import unreachable
from handlers.moment import Moment
from handlers.roll import bare_name
from handlers.rules.escalations import Policy
from handlers.understanding.types import Scene
from storage import members, places
from storage.database import Sessions
from storage.followers import Follower
from storage.identities import Identity
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.tickets import Ticket, TicketEvent
from storage.types import PlaceKind, Role
from storage.words import TicketMessage
from tests.world import ACCOUNT, CHANNEL, MONDAY_9, SHANGHAI, World


async def person(world: World, sender: str) -> Member | None:
    """The member whom the channel knows as `sender`."""
    async with world.sessions() as session:
        found = await members.known(session, [(CHANNEL, ACCOUNT, sender)])
        return next((known.member for known in found.values()), None)


async def home(world: World, sender: str) -> str:
    """Where he lives, as the tree has it: “3/2/1203”."""
    member = await person(world, sender)
    if member is None or member.home_id is None:
        return ""
    async with world.sessions() as session:
        place = await places.by_id(session, member.home_id)
        line = [p.name for p in await places.above(session, place) if p.kind in (PlaceKind.UNIT, PlaceKind.BUILDING)]
    return "/".join([*reversed(line), member.room or "-"])


async def roles(world: World, sender: str) -> set[tuple[str, Role]]:
    """What he is, where."""
    async with world.sessions() as session:
        query = (
            sa.select(Place.name, RoleGrant.role)
            .join(Place, Place.id == RoleGrant.place_id)
            .join(Identity, Identity.member_id == RoleGrant.member_id)
        )
        return {(name, role) for name, role in await session.execute(query.where(Identity.sender == sender))}


async def count(world: World, table: type[Member | Identity | Follower | Ticket]) -> int:
    """How many rows there are."""
    async with world.sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


# -- where somebody lives ----------------------------------------------------------------------------------------------


HOMES = {
    "我是 3-2-1203 孙姐": "3/2/1203",
    "我是 4栋 老孙": "4/-",
    "我是3栋2单元1203的孙姐": "3/2/1203",
    "我是 3-1-101 孙师傅": "3/1/101",
    "我是孙姐，住3栋2单元1203": "3/2/1203",
    "/我是 4-1-602": "4/1/602",
    "我住3栋2单元1203": "3/2/1203",
    "我是 4-1-603": "4/1/603",
    "我家住 三栋二单元1203室": "3/2/1203",
    "我是 4-1-604": "4/1/604",
    "我是 ３－２－１２０３ 孙姐": "3/2/1203",
    "我是 4-1-605": "4/1/605",
    "我是 锦绣小区3栋2单元1203": "3/2/1203",
}


async def test_a_home_is_said_in_many_ways(world: World) -> None:
    for said, kept in HOMES.items():
        await world.says("孙姐", said, alone=True)
        world.hears("孙姐", "记下了", "栋")
        assert await home(world, "孙姐") == kept, said


async def test_in_the_group_of_a_building_its_number_may_be_left_out(world: World) -> None:
    await world.says("孙姐", "我是 2-1203 孙姐", group="3栋群")
    assert await home(world, "孙姐") == "3/2/1203"


async def test_no_room_and_no_name_is_said_in_a_group(world: World) -> None:
    await world.says("孙姐", "我是 3-2-1203 孙姐", group="3栋群")
    text = world.hears("3栋群", "3栋2单元", "不在群里说")
    assert "1203" not in text
    assert "孙姐" not in text


async def test_who_can_be_written_to_alone_is_answered_alone(world: World) -> None:
    await world.says("李姐", "我是 3-2-1203 李姐", group="3栋群")
    world.silent("3栋群")
    world.hears("李姐", "3栋2单元1203室")


NOWHERE = {
    "我是 9-2-1203 孙姐": "没有9栋",
    "我是 3-7-1203 孙姐": "只有1单元、2单元、3单元",
    "我是 3-2-2503 孙姐": "只有18层",
    "我是 2单元1203 孙姐": "几栋",
    "我是": "我是 3-2-1203",
    "我是 谁": "我是 3-2-1203",
}


async def test_an_address_that_does_not_exist_is_not_kept(world: World) -> None:
    for said, answer in NOWHERE.items():
        await world.says("孙姐", said, alone=True)
        world.hears("孙姐", answer)
    assert await home(world, "孙姐") == ""


async def test_of_two_compounds_with_that_building_one_must_be_named(world: World) -> None:
    async with world.sessions.begin() as session:
        community = await places.only_community(session)
        other = await places.add(session, PlaceKind.COMPOUND, "幸福小区", community)
        await places.add(session, PlaceKind.BUILDING, "3", other)
    await world.says("孙姐", "我是 3-2-1203 孙姐", alone=True)
    world.hears("孙姐", "锦绣小区3栋", "幸福小区3栋", "带上小区名")
    await world.says("孙姐", "我是 幸福小区3栋 孙姐", alone=True)
    assert await home(world, "孙姐") == "3/-"


async def test_a_report_that_begins_with_the_home_is_a_report(world: World) -> None:
    reports = (
        "我是3栋2单元1203的，家里漏水了，麻烦来修一下",
        "我住3栋2单元1203，厨房水管爆了，水淹了一地",
        "我是 3-2-1203，马桶堵了，往外冒",
    )
    for number, said in enumerate(reports):
        await world.says(f"{number}户", said, alone=True)
        assert "记下了：" not in world.hears(f"{number}户", "号")
    assert await count(world, Ticket) >= 1


async def test_talk_among_neighbours_is_let_pass(world: World) -> None:
    for said in ("我是真的服了", "我是 来看热闹的", "我住这么多年了", "我是3栋2单元1203的孙姐，大家好"):
        await world.says("孙姐", said, group="3栋群")
    assert not any("门牌号" in words.text for words in world.new("3栋群"))
    assert await home(world, "孙姐") == ""


async def test_moving_house_replaces_the_home(world: World) -> None:
    await world.says("孙姐", "我是 3-2-1203 孙姐", alone=True)
    await world.says("孙姐", "我是 4-1-602", alone=True)
    assert await home(world, "孙姐") == "4/1/602"
    member = await person(world, "孙姐")
    assert member is not None
    assert member.name == "孙姐"


async def test_absurd_homes(world: World) -> None:
    absurd = ("", "🙂🙂", "\u202e3-2-1203", "3" * 10_000, "<script>3-2-1203</script>", "3-2-1203 " * 2000, "\x00\x07")
    for text in absurd:
        await world.says("孙姐", "我是 " + text, alone=True)
        assert await home(world, "孙姐") in ("", "3/2/1203"), text[:40]


def test_more_than_a_home_and_a_name_is_no_introduction() -> None:
    for text in ("3-2-1203 漏水", "3-2-1203 高空抛物", "3-2-1203和4-1-602", "孙姐", "", "你好 3-2-1203 孙姐"):
        assert introduction(text, Scene()) is None


@pytest.mark.parametrize(
    ("nickname", "name"),
    [
        ("2-1203 李姐", "李姐"),
        ("红管家 王芳", "王芳"),
        ("网格员小周", "小周"),
        ("3栋2单元502-张伟", "张伟"),
        ("王芳", "王芳"),
        ("1203", "1203"),
    ],
)
def test_nicknames_hold_names(nickname: str, name: str) -> None:
    assert bare_name(nickname) == name


# -- offices -----------------------------------------------------------------------------------------------------------


async def test_appointing_is_said_in_many_ways(world: World) -> None:
    ways = (
        "任命 李姐 红管家 3栋",
        "任命 李姐 3栋 红管家",
        "任命 李姐 为 3栋红管家",
        "任命：李姐，红管家，三号楼",
        "任命 3栋的红管家 李姐",
    )
    for said in ways:
        await world.says("陈书记", said, alone=True)
        world.hears("陈书记", "李姐现在是锦绣小区3栋的红管家")
        world.hears("李姐", "您现在是锦绣小区3栋的红管家")
        assert await roles(world, "李姐") == {("3", Role.STEWARD)}
        await world.says("陈书记", "免去 李姐 红管家 3栋", alone=True)
        world.forget()


async def test_appointing_twice_changes_nothing(world: World) -> None:
    for _ in range(2):
        await world.says("陈书记", "任命 李姐 红管家 3栋", alone=True)
    _, second = world.new("陈书记")
    assert "本来就是" in second.text
    assert len(world.new("李姐")) == 1


async def test_two_appoint_the_same_at_once(world: World) -> None:
    await world.says("陈书记", "任命 赵强 管理员", alone=True)
    world.forget()
    await world.hand_over(
        world.message("陈书记", "任命 李姐 红管家 3栋", alone=True),
        world.message("赵强", "任命 李姐 红管家 3栋", alone=True),
    )
    assert await roles(world, "李姐") == {("3", Role.STEWARD)}
    world.hears("李姐", "您现在是")


async def test_who_is_appointed_may_act_in_the_same_transaction(world: World) -> None:
    await world.says("冉幺妹", "2单元3楼的灯坏了，麻烦来修一下")
    world.forget()
    appoint = world.message("陈书记", "任命 李姐 红管家 3栋", alone=True)
    accept = world.message("李姐", "接单 1")
    await world.receiver._together([appoint, accept])
    await world.send_all()
    world.hears("3栋群", "李姐接单了")


async def test_a_nickname_with_a_room_is_not_how_staff_is_named(world: World) -> None:
    await world.says("周敏", "3栋2单元3楼的灯坏了，麻烦来修一下")
    async with world.sessions.begin() as session:
        member = (await members.known(session, [(CHANNEL, ACCOUNT, "周敏")]))[CHANNEL, ACCOUNT, "周敏"].member
        member.name = "2-502 周敏"
    await world.says("陈书记", "任命 周敏 红管家 3栋", alone=True)
    named = await person(world, "周敏")
    assert named is not None
    assert named.name == "周敏"


async def test_of_several_of_one_name_the_home_decides(world: World) -> None:
    async with world.sessions.begin() as session:
        community = await places.only_community(session)
        (building, _), *_ = await places.buildings_called(session, community, "4")
        session.add(Member(name="王芳", created_at=world.now, home_id=building.id))
    await world.says("陈书记", "任命 王芳 楼栋长 4栋", alone=True)
    text = world.hears("陈书记", "不止一位", "锦绣小区3栋", "锦绣小区4栋")
    number = re.search(r"(\d+号)：住锦绣小区3栋", text)
    assert number is not None
    await world.presses("陈书记", "锦绣小区3栋")
    assert ("4", Role.BUILDING_HEAD) in await roles(world, "王芳")


async def test_somebody_mentioned_is_meant(world: World) -> None:
    await world.says("陈书记", "任命 @李姐 红管家 3栋", mentions=["李姐"])
    assert await roles(world, "李姐") == {("3", Role.STEWARD)}


async def test_somebody_nobody_knows(world: World) -> None:
    await world.says("陈书记", "任命 武则天 红管家 3栋", alone=True)
    world.hears("陈书记", "我还不认识叫“武则天”的人", "邀请 武则天")


async def test_who_cannot_be_reached_is_named_to_the_admin(world: World) -> None:
    await world.says("陈书记", "任命 老夏 红管家 3栋", alone=True)
    world.hears("陈书记", "老夏现在是", "没法单独给老夏发消息")
    async with world.sessions() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach=world.receiver.reach)
        found = {name: (await members.called(session, name))[0].id for name in ("老夏", "王芳")}
        assert await unreachable(moment, found["老夏"])
        assert not await unreachable(moment, found["王芳"])


async def test_nobody_appoints_beyond_his_place(world: World) -> None:
    async with world.sessions.begin() as session:
        street = await places.named(session, PlaceKind.STREET, "老城街道", None)
        other = await places.add(session, PlaceKind.COMMUNITY, "南门社区", street)
        await places.add(session, PlaceKind.COMPOUND, "南门小区", other)
    await world.says("陈书记", "任命 李姐 督导 老城街道", alone=True)
    world.hears("陈书记", "不在您负责的范围里")
    await world.says("王芳", "任命 李姐 红管家 3栋", alone=True)
    world.hears("王芳", "社区管理员")
    assert await roles(world, "李姐") == set()


async def test_half_an_appointment(world: World) -> None:
    for rest in ("", "李姐", "李姐 3栋", "李姐 皇帝 3栋", "红管家 3栋", "李 姐 红管家 3栋", "啊" * 4000):
        await world.says("陈书记", f"任命 {rest}", alone=True)
        world.hears("陈书记", "任命 王芳 红管家 3栋")


async def test_residents_are_not_appointed(world: World) -> None:
    await world.says("陈书记", "任命 李姐 居民 3栋", alone=True)
    world.hears("陈书记", "居民不用任命")


async def test_taking_an_office_back_names_the_roster_that_remains(world: World) -> None:
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    world.hears("陈书记", "王芳不再是锦绣小区3栋的红管家", "班表", "撤班")
    world.hears("王芳", "不再担任")
    assert await roles(world, "王芳") == set()
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    world.hears("陈书记", "本来就不是")


async def test_the_last_admin_stays(world: World) -> None:
    await world.says("陈书记", "免去 陈书记 管理员", alone=True)
    world.hears("陈书记", "最后一位管理员")
    await world.says("陈书记", "任命 赵强 管理员", alone=True)
    await world.says("赵强", "免去 陈书记 管理员 石龙社区", alone=True)
    assert await roles(world, "陈书记") == set()


# -- the first admin ---------------------------------------------------------------------------------------------------


async def test_the_operator_invites_the_first_admin(world: World) -> None:
    async with world.sessions.begin() as session:
        code = await invite_admin(session, world.now, world.house)
    assert len(code) == 6
    await world.says("老夏", f"我是管理员 {code}", alone=True)
    world.hears("老夏", "您现在是石龙社区的管理员", "绑定码")
    assert ("石龙社区", Role.ADMIN) in await roles(world, "老夏")
    await world.says("李姐", f"管理员 {code}", alone=True)
    world.hears("李姐", "这个码不对")


async def test_an_admin_does_not_use_up_a_code_for_what_he_is(world: World) -> None:
    async with world.sessions.begin() as session:
        code = await invite_admin(session, world.now, world.house)
    await world.says("陈书记", f"管理员 {code}", alone=True)
    world.hears("陈书记", "本来就是")
    await world.says("老夏", f"管理员{code}", alone=True)
    await world.says("老夏", f"管理员 {code}", alone=True)
    assert ("石龙社区", Role.ADMIN) in await roles(world, "老夏")


async def test_a_code_that_the_group_has_read_is_worth_nothing(world: World) -> None:
    async with world.sessions.begin() as session:
        code = await invite_admin(session, world.now, world.house)
    await world.says("老夏", f"管理员 {code}")
    world.hears("3栋群", "作废")
    await world.says("老夏", f"管理员 {code}", alone=True)
    world.hears("老夏", "这个码不对")
    assert await roles(world, "老夏") == set()


async def test_two_redeem_one_code_at_once(world: World) -> None:
    async with world.sessions.begin() as session:
        code = await invite_admin(session, world.now, world.house)
    await world.hand_over(*(world.message(who, f"管理员 {code}", alone=True) for who in ("老夏", "李姐")))
    assert [bool(await roles(world, who)) for who in ("老夏", "李姐")] == [True, False]


async def test_admin_in_ordinary_talk(world: World) -> None:
    for text in ("管理员 hello", "管理员 在吗", "管理员 WIFI密码多少", "管理员"):
        await world.says("李姐", text)
    world.silent("3栋群")


async def test_a_bare_installation_needs_the_community_named(sessions: Sessions) -> None:
    house = HouseRules(Policy(SHANGHAI))
    async with sessions.begin() as session:
        with pytest.raises(NoCommunity, match="--community"):
            await invite_admin(session, MONDAY_9, house)
        with pytest.raises(NoCommunity, match="空"):
            await invite_admin(session, MONDAY_9, house, "\u200b ")
    async with sessions.begin() as session:
        await invite_admin(session, MONDAY_9, house, "石龙社区")
        await invite_admin(session, MONDAY_9, house, " 石龙社区 ")
        await invite_admin(session, MONDAY_9, house)
        assert [place.name for place in await places.all_of(session, PlaceKind.COMMUNITY)] == ["石龙社区"]
        await places.add(session, PlaceKind.COMMUNITY, "南门社区")
        with pytest.raises(NoCommunity, match="石龙社区、南门社区"):
            await invite_admin(session, MONDAY_9, house)


# -- invitations and one person on two channels ------------------------------------------------------------------------


async def link_code(world: World, who: str = "李姐") -> str:
    """The code that `who` gets to link himself elsewhere."""
    await world.says(who, "关联码", alone=True)
    found = re.search(r"关联 (\w{6})", world.hears(who, "别给别人"))
    assert found is not None
    return found[1]


async def test_a_second_identity_joins_with_everything(world: World) -> None:
    await world.says("新手机", "3栋2单元3楼的灯坏了，麻烦来修一下", group="3栋群")
    await world.says("李姐", "我家也是，3楼的灯不亮")
    before = await count(world, Member)
    code = await link_code(world)
    world.forget()
    await world.says("新手机", f"关联 {code}", alone=True)
    world.hears("新手机", "好了，李姐", "2 个号")
    assert await count(world, Member) == before - 1
    one, other = await person(world, "李姐"), await person(world, "新手机")
    assert one is not None
    assert other is not None
    assert one.id == other.id
    async with world.sessions() as session:
        (ticket,) = await session.scalars(sa.select(Ticket))
        assert ticket.reporter_id == one.id
        assert [f.member_id for f in await session.scalars(sa.select(Follower))] == [one.id]
        assert {w.member_id for w in await session.scalars(sa.select(TicketMessage))} == {one.id}
        assert one.id in {e.member_id for e in await session.scalars(sa.select(TicketEvent))}


async def test_somebody_new_becomes_an_identity_of_the_member(world: World) -> None:
    before = await count(world, Member)
    await world.says("没说过话的", f"关联 {await link_code(world)}", alone=True)
    assert await count(world, Member) == before
    one, other = await person(world, "李姐"), await person(world, "没说过话的")
    assert one is not None
    assert other is not None
    assert one.id == other.id


async def test_linking_works_once_and_not_with_oneself(world: World) -> None:
    code = await link_code(world)
    await world.says("李姐", f"关联 {code}", alone=True)
    world.hears("李姐", "本来就是同一个人")
    await world.says("老夏", f"关联 {code}", alone=True)
    await world.says("小邓", f"关联 {code}", alone=True)
    world.hears("小邓", "这个码不对")


async def test_two_link_each_other_at_once(world: World) -> None:
    codes = {who: await link_code(world, who) for who in ("李姐", "小邓")}
    await world.hand_over(
        world.message("李姐", f"关联 {codes['小邓']}", alone=True),
        world.message("小邓", f"关联 {codes['李姐']}", alone=True),
    )
    one, other = await person(world, "李姐"), await person(world, "小邓")
    assert one is not None
    assert other is not None
    assert one.id == other.id


async def test_offices_are_not_given_away_by_a_stranger_s_code(world: World) -> None:
    code = await link_code(world, "李姐")
    await world.says("陈书记", f"关联 {code}", alone=True)
    world.hears("陈书记", "社区管理员", "千万别发")
    assert await roles(world, "李姐") == set()
    await world.says("陈书记", f"关联 {code} 是我本人", alone=True)
    world.hears("陈书记", "2 个号")
    assert await roles(world, "李姐") == await roles(world, "陈书记") == {("石龙社区", Role.ADMIN)}


async def test_equal_offices_are_merged(world: World) -> None:
    code = await link_code(world, "王芳")
    await world.says("赵强", f"关联 {code}", alone=True)
    world.hears("赵强", "2 个号")
    assert await roles(world, "赵强") == await roles(world, "王芳") == {("3", Role.STEWARD)}


async def test_a_new_code_replaces_the_old_one(world: World) -> None:
    old = await link_code(world)
    new = await link_code(world)
    await world.says("老夏", f"关联 {old}", alone=True)
    world.hears("老夏", "这个码不对")
    await world.says("老夏", f"关联 {new}", alone=True)
    world.hears("老夏", "好了")


async def test_inviting_a_member_gives_a_code_to_the_admin_alone(world: World) -> None:
    await world.says("陈书记", "邀请 老夏")
    world.silent("3栋群")
    text = world.hears("陈书记", "转给老夏本人", "关联 ")
    assert "链接" not in text
    code = re.search(r"关联 (\w{6})", text)
    assert code is not None
    await world.says("老夏的手机", f"关联 {code[1]}", alone=True)
    one, other = await person(world, "老夏"), await person(world, "老夏的手机")
    assert one is not None
    assert other is not None
    assert one.id == other.id


async def test_with_a_page_of_our_own_there_is_a_link_as_well(world: World) -> None:
    world.receiver.house = type(world.house)(world.house.escalation, web_address="https://lou.example/")
    await world.says("陈书记", "邀请 王芳", alone=True)
    text = world.hears("陈书记", "https://lou.example/enter/")
    token = re.search(r"/enter/(\w+)", text)
    assert token is not None
    assert len(token[1]) == 20
    world.hears("王芳", "社区管理员刚为您开了")


async def test_inviting_somebody_new_takes_his_address(world: World) -> None:
    for _ in range(2):
        await world.says("陈书记", "邀请 孙大圣 3-2-1203", alone=True)
    assert len(world.new("陈书记")) == 2
    async with world.sessions() as session:
        (new,) = await members.called(session, "孙大圣")
    assert new.room == "1203"
    await world.says("陈书记", "邀请 唐僧", alone=True)
    world.hears("陈书记", "我还不认识叫“唐僧”的人", "邀请 唐僧 3-2-1203")


async def test_nobody_invites_an_admin_of_another_community(world: World) -> None:
    async with world.sessions.begin() as session:
        other = await places.add(session, PlaceKind.COMMUNITY, "南门社区")
        (deng,) = await members.called(session, "小邓")
        await members.grant(session, deng.id, other.id, Role.ADMIN)
    await world.says("陈书记", "邀请 小邓", alone=True)
    world.hears("陈书记", "范围以外")


async def test_invitations_in_ordinary_talk(world: World) -> None:
    for text in ("邀请 大家", "邀请大家周六来参加活动", "邀请 邻居们 来", "关联 一下", "关联"):
        await world.says("陈书记", text)
    world.silent("3栋群")


async def test_guessing_link_codes_is_limited(world: World) -> None:
    code = await link_code(world)
    for _ in range(5):
        await world.says("小邓", "关联 AAAAAA", alone=True)
    world.forget()
    await world.says("小邓", f"关联 {code}", alone=True)
    world.hears("小邓", "试错太多次")
    world.now += timedelta(hours=1, minutes=1)
    await world.says("小邓", f"关联 {code}", alone=True)
    world.hears("小邓", "好了")
