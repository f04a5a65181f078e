"""Codes: the first admin, invitations, and two identities that are one person."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.community.invitations import NoCommunity, invite_admin
from handlers.house import HouseRules
from handlers.rules.escalations import Policy
from storage import members, places
from storage.database import Sessions
from storage.followers import Follower
from storage.members import Member
from storage.tickets import Ticket, TicketEvent
from storage.types import PlaceKind, Role
from storage.words import TicketMessage
from tests.people import count, person, roles
from tests.world import MONDAY_9, SHANGHAI, World


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
