"""What is kept of a person is shown to him, and goes when he says so."""

import json
from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any

import sqlalchemy as sa

from storage import inbox, privacy
from storage.audit import AuditEntry
from storage.base import Base
from storage.duty import DutyShift
from storage.followers import Follower
from storage.identities import Identity
from storage.members import Member, RoleGrant
from storage.outbox import OutboxMessage
from storage.tickets import Ticket, TicketEvent
from storage.types import MemberId, MessageKind, OutboxStatus
from storage.words import Picture, TicketMessage
from tests.world import ACCOUNT, CHANNEL, World

ONE, TWO = "1" * 64, "2" * 64
SECRET = "水管爆了，水淹到膝盖，我的腰不好"


async def everything(world: World) -> str:
    """The whole database as text."""
    async with world.sessions() as session:
        rows = [await session.execute(sa.select(table)) for table in Base.metadata.sorted_tables]
    return json.dumps([[str(value) for value in row] for found in rows for row in found], ensure_ascii=False)


async def settled(world: World, who: str = "孙姐") -> None:
    """`who` said where he lives, reported something with a picture, and has read the answers."""
    await world.says(who, f"我是 3-2-1203 {who}", alone=True)
    await world.says(who, f"3栋2单元1203 {SECRET}", alone=True, pictures=[ONE])
    world.forget()


async def goes(world: World, who: str = "孙姐") -> None:
    """`who` has his data removed."""
    await world.says(who, "删除我的数据", alone=True)
    await world.says(who, "确认删除", alone=True)


def waiting(
    world: World, chat: str, body: dict[str, Any], *, is_group: bool = False, member: MemberId | None = None
) -> OutboxMessage:
    """A message that is to be said in an hour."""
    return OutboxMessage(
        key=f"later:{chat}",
        channel=CHANNEL,
        account=ACCOUNT,
        chat=chat,
        is_group=is_group,
        kind=MessageKind.PERSONAL,
        body=body,
        created_at=world.now,
        due_at=world.now + timedelta(hours=1),
        member_id=member,
    )


async def rows_of(world: World, table: type[Base]) -> Iterable[Base]:
    """All rows of a table."""
    async with world.sessions() as session:
        return (await session.scalars(sa.select(table))).all()


async def test_everything_that_is_kept_is_shown(world: World) -> None:
    await settled(world)
    await world.says("孙姐", "我的数据", alone=True)
    world.hears(
        "孙姐",
        "称呼：孙姐",
        "锦绣小区3栋2单元1203室",
        "fake（孙姐）",
        "1 号（",
        "1 张照片",
        "单独发给您的话",
        "删除我的数据",
    )


async def test_staff_sees_offices_and_turns(world: World) -> None:
    await world.says("王芳", "我的数据", alone=True)
    world.hears("王芳", "职务：锦绣小区3栋的红管家", "值班 1 行")


async def test_who_is_not_known_is_not_made_known_by_asking(world: World) -> None:
    for text in ("我的数据", "删除我的数据", "确认删除"):
        await world.says("路人", text, alone=True)
    assert len(world.new("路人")) == 3
    assert "路人" not in {i.sender for i in await rows_of(world, Identity) if isinstance(i, Identity)}


async def test_nothing_of_it_is_said_in_a_group(world: World) -> None:
    await settled(world, "李姐")
    await world.says("李姐", "我的数据")
    world.silent("3栋群")
    world.hears("李姐", "1203室")
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Identity).values(one_to_one=None))
    await world.says("李姐", "我的数据")
    assert "1203" not in world.hears("3栋群", "单独给我发")


async def test_removal_is_asked_about_first(world: World) -> None:
    await settled(world)
    await world.says("孙姐", "确认删除", alone=True)
    world.hears("孙姐", "请先发“删除我的数据”")
    await world.says("孙姐", "删除我的数据", alone=True)
    world.hears("孙姐", "找不回来", "1 号", "确认删除")
    world.now += timedelta(minutes=11)
    await world.says("孙姐", "确认删除", alone=True)
    world.hears("孙姐", "请先发“删除我的数据”")
    assert "孙姐" in await everything(world)


async def test_nothing_that_identifies_him_is_left(world: World) -> None:
    await settled(world)
    await world.says("王芳", "办结 1 换了水管", alone=True)
    await world.says("孙姐", "关联码", alone=True)
    await goes(world)
    world.hears("孙姐", "都删掉了") if len(world.channel.said["alone:孙姐"]) == 1 else world.new("孙姐")
    await world.clock.ring()
    left = await everything(world)
    for trace in ("孙姐", SECRET, "1203", ONE):
        assert trace not in left, trace


async def test_facts_stay_without_him(world: World) -> None:
    await settled(world)
    await goes(world)
    (ticket,) = await rows_of(world, Ticket)
    assert isinstance(ticket, Ticket)
    assert (ticket.number, ticket.building, ticket.unit) == (1, "3", "2")
    async with world.sessions() as session:
        member = await session.get_one(Member, ticket.reporter_id)
    assert member.name == "已注销"
    assert [row for row in await rows_of(world, TicketEvent)]
    assert [row for row in await rows_of(world, Follower)]
    assert {e.action for e in await rows_of(world, AuditEntry) if isinstance(e, AuditEntry)} >= {"确认删除"}


async def test_an_open_ticket_keeps_its_room_until_it_is_closed(world: World) -> None:
    await settled(world)
    await goes(world)
    async with world.sessions() as session:
        assert (await session.scalars(sa.select(Ticket.room))).all() == ["1203"]
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    await world.clock.ring()
    async with world.sessions() as session:
        assert (await session.scalars(sa.select(Ticket.room))).all() == [None]


async def test_what_others_said_and_showed_stays(world: World) -> None:
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下", pictures=[ONE])
    await world.says("王芳", "接单 1")
    await world.says("王芳", "办结 1 换了灯管", pictures=[ONE, TWO])
    await goes(world, "李姐")
    words = [row.text for row in await rows_of(world, TicketMessage) if isinstance(row, TicketMessage)]
    assert words == ["换了灯管"]
    digests = {row.digest for row in await rows_of(world, Picture) if isinstance(row, Picture)}
    async with world.sessions() as session:
        assert await privacy.unreferenced(session, [ONE, TWO]) == {ONE, TWO} - digests
    assert TWO in digests


async def test_a_picture_that_another_ticket_holds_is_not_given_up(world: World) -> None:
    await settled(world)
    async with world.sessions.begin() as session:
        assert await privacy.unreferenced(session, [ONE, TWO]) == {TWO}
        assert await privacy.unreferenced(session, []) == set()
        ticket = (await session.scalars(sa.select(Ticket))).one()
        session.add(Picture(digest=TWO, ticket_id=ticket.id, at=world.now, size=1))
    await goes(world)
    async with world.sessions() as session:
        assert await privacy.unreferenced(session, [ONE, TWO]) == {ONE}


async def test_pictures_of_messages_that_wait_are_needed(world: World) -> None:
    async with world.sessions.begin() as session:
        session.add(waiting(world, "3栋群", {"text": "", "pictures": [ONE]}, is_group=True))
        await inbox.claim(session, [(CHANNEL, ACCOUNT, "m-left")], world.now)
        await inbox.keep(session, (CHANNEL, ACCOUNT, "m-left"), {"sender": "孙姐", "attachments": [{"digest": TWO}]})
    async with world.sessions() as session:
        assert await privacy.unreferenced(session, [ONE, TWO]) == set()


async def test_what_a_bug_left_over_goes_too(world: World) -> None:
    await settled(world)
    async with world.sessions.begin() as session:
        for name, sender in (("m-his", "孙姐"), ("m-other", "李姐")):
            await inbox.claim(session, [(CHANNEL, ACCOUNT, name)], world.now)
            await inbox.keep(session, (CHANNEL, ACCOUNT, name), {"sender": sender, "text": "留下的话"})
    await world.says("孙姐", "我的数据", alone=True)
    world.hears("孙姐", "没处理完的话 1 条")
    await goes(world)
    async with world.sessions() as session:
        assert [entry.message_id for entry in await inbox.kept(session)] == ["m-other"]


async def test_twice_and_two_at_once(world: World) -> None:
    await settled(world)
    await world.says("孙姐", "删除我的数据", alone=True)
    world.forget()
    await world.hand_over(*(world.message("孙姐", "确认删除", alone=True) for _ in range(2)))
    said = [words.text for words in world.new("孙姐")]
    assert len(said) == 2
    assert "都删掉了" in said[0]
    assert "没有您的资料" in said[1]


async def test_what_he_says_right_after_is_said_by_somebody_new(world: World) -> None:
    await settled(world)
    await world.says("孙姐", "删除我的数据", alone=True)
    confirm = world.message("孙姐", "确认删除", alone=True)
    report = world.message("孙姐", "3栋2单元3楼的灯坏了，麻烦来修一下", alone=True)
    await world.receiver._together([confirm, report])
    async with world.sessions() as session:
        first, second = (await session.scalars(sa.select(Ticket.reporter_id).order_by(Ticket.id))).all()
    assert first != second


async def test_a_message_on_its_way_to_him_is_not_said_again(world: World) -> None:
    await settled(world)
    async with world.sessions.begin() as session:
        row = (await session.scalars(sa.select(OutboxMessage).where(OutboxMessage.chat == "alone:孙姐"))).first()
        assert row is not None
        row.status = OutboxStatus.SENDING
    await goes(world)
    async with world.sessions.begin() as session:
        left = (await session.scalars(sa.select(OutboxMessage).where(OutboxMessage.status == "sending"))).one()
        assert left.body["text"] == ""
        left.status = OutboxStatus.SENT
    await world.send_all()
    await world.clock.ring()
    assert "alone:孙姐" not in await everything(world)


async def test_a_pending_message_to_him_is_dropped(world: World) -> None:
    await settled(world)
    async with world.sessions.begin() as session:
        (identity,) = await session.scalars(sa.select(Identity).where(Identity.sender == "孙姐"))
        session.add(waiting(world, "alone:孙姐", {"text": "明天见"}, member=identity.member_id))
    await goes(world)
    world.forget()
    world.now += timedelta(hours=2)
    await world.send_all()
    world.silent("孙姐")


async def test_the_admin_hears_of_empty_turns_without_the_name(world: World) -> None:
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("王芳", "接单 1")
    world.forget()
    await world.says("王芳", "删除我的数据", alone=True)
    world.hears("王芳", "职务和排班也会一起取消")
    await world.says("王芳", "确认删除", alone=True)
    text = world.hears("陈书记", "锦绣小区3栋", "排班", "1 号", "转单")
    assert "王芳" not in text
    assert [row for row in await rows_of(world, DutyShift)] == []
    async with world.sessions() as session:
        gone = (await session.scalars(sa.select(Member).where(Member.gone_at.is_not(None)))).one()
        grants = sa.select(RoleGrant).where(RoleGrant.member_id == gone.id)
        assert (await session.scalars(grants)).all() == []


async def test_the_only_admin_is_warned(world: World) -> None:
    await world.says("陈书记", "删除我的数据", alone=True)
    world.hears("陈书记", "唯一的管理员", "guanjia invite")


async def test_other_sentences_that_begin_so(world: World) -> None:
    for text in ("我的数据 线下价格", "删除我的数据 了吗", "确认删除 " + "啊" * 9000):
        await world.says("李姐", text)
    world.silent("3栋群")


async def test_words_ids_and_left_overs_go_when_their_time_is_over(world: World) -> None:
    await settled(world)
    async with world.sessions.begin() as session:
        await inbox.claim(session, [(CHANNEL, ACCOUNT, "m-left")], world.now)
        await inbox.keep(session, (CHANNEL, ACCOUNT, "m-left"), {"sender": "李姐", "text": "留下的话"})
    world.now = (world.now + timedelta(days=31)).astimezone(UTC).replace(minute=0)
    await world.clock.ring()
    async with world.sessions() as session:
        assert await inbox.kept(session) == []
        assert (await session.scalars(sa.select(inbox.InboxEntry))).all() == []
        bodies = await session.scalars(sa.select(OutboxMessage.body).where(OutboxMessage.status == "sent"))
        assert not any(body["text"] for body in bodies)
