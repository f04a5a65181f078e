"""Groups behind webhooks: the configuration says where they belong."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.wecom_hook import WecomHookConfig
from bot.config import Config
from bot.gathering import open_web_groups
from bot.hooking import Hooking, hooked
from bot.joining import ticks_of
from bot.media import MediaStore
from handlers.community.gazetteer import title
from handlers.moment import Moment, Reach
from storage import chats
from storage.chats import GroupChat
from storage.identities import Identity
from storage.outbox import OutboxMessage
from tests.world import CHANNEL, World


def section(place: str = "锦绣小区3栋", key: str = "693a91f6-duty") -> WecomHookConfig:
    return WecomHookConfig.model_validate({"kind": "wecom_hook", "key": key, "place": place, "account": "duty"})


async def ring(world: World, hooking: Hooking) -> None:
    async with world.sessions.begin() as session:
        await hooking.bind_hook(Moment(session=session, now=world.now, house=world.receiver.house, reach={}))


async def bound(world: World) -> list[tuple[str, str, bool]]:
    """The addresses of hooks, the places that they belong to, and whether they are lost."""
    async with world.sessions() as session:
        groups = await chats.of_account(session, "wecom_hook", "duty")
        return [(group.chat, await title(session, group.place_id), group.lost_at is not None) for group in groups]


async def said(world: World) -> list[str]:
    async with world.sessions() as session:
        query = sa.select(OutboxMessage.body).where(OutboxMessage.channel == "wecom_hook").order_by(OutboxMessage.id)
        return [body["text"] for body in await session.scalars(query)]


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("锦绣小区3栋", "锦绣小区3栋"),
        ("3栋", "锦绣小区3栋"),
        ("锦绣小区", "锦绣小区"),
        ("第一网格", "第一网格"),
        ("石龙社区", "石龙社区"),
    ],
)
async def test_a_group_belongs_to_the_place_that_is_named(world: World, place: str, shown: str) -> None:
    hooking = Hooking(section(place))
    for _ in range(2):
        await ring(world, hooking)
    assert await bound(world) == [(section().chat, shown, False)]
    (greeting,) = await said(world)
    assert shown in greeting
    assert "听不到" in greeting


@pytest.mark.parametrize("place", ["9栋", "哪儿也不是", "3栋、4栋", "3栋的群"])
async def test_a_place_that_is_not_there_is_waited_for_and_told_by_the_check(world: World, place: str) -> None:
    await ring(world, Hooking(section(place)))
    assert await bound(world) == []
    async with world.sessions() as session:
        wrong, right = await hooked(session, [section(place), section()])
    assert (wrong.ready, right.ready) == (False, True)
    assert "place" in wrong.sentence


async def test_another_place_in_the_configuration_moves_the_group(world: World) -> None:
    for place in ("3栋", "4栋"):
        await ring(world, Hooking(section(place)))
    assert await bound(world) == [(section().chat, "锦绣小区4栋", False)]


async def test_a_lost_group_stays_lost_until_it_has_a_new_key(world: World) -> None:
    await ring(world, Hooking(section()))
    async with world.sessions.begin() as session:
        await chats.lose(session, ("wecom_hook", "duty", section().chat), world.now)
    await ring(world, Hooking(section()))
    assert await bound(world) == [(section().chat, "锦绣小区3栋", True)]
    renewed = section(key="a-new-key-of-the-group")
    await ring(world, Hooking(renewed))
    assert await bound(world) == [(renewed.chat, "锦绣小区3栋", False)]


async def test_who_looks_after_the_place_learns_how_to_mend_a_lost_one(world: World) -> None:
    await ring(world, Hooking(section()))
    world.clock.reach = {CHANNEL: Reach(mentions=True, one_to_one=True), "wecom_hook": Reach(hears=False)}
    async with world.sessions.begin() as session:
        await chats.lose(session, ("wecom_hook", "duty", section().chat), world.now)
    await world.wait(timedelta(minutes=1))
    world.hears("陈书记", "3栋", "新网址")


async def test_a_notice_goes_into_the_group_as_well(world: World) -> None:
    await ring(world, Hooking(section("锦绣小区")))
    await world.says("陈书记", "通知 全体：明天停水，请提前接水", alone=True)
    await world.presses("陈书记", "确认发送")
    assert [text for text in await said(world) if "明天停水" in text]


async def test_who_is_known_to_another_channel_of_the_same_company_is_called(world: World) -> None:
    await ring(world, Hooking(section()))
    reach = {CHANNEL: Reach(one_to_one=True), "wecom_hook": Reach(hears=False, mentions=True, people_of=("wecom_bot",))}
    world.receiver.reach = reach
    async with world.sessions.begin() as session:
        wang = sa.update(Identity).where(Identity.sender == "王芳")
        await session.execute(wang.values(channel="wecom_bot", account="main", sender="wangfang", one_to_one=None))
        others = sa.update(Identity).where(Identity.sender == "赵强")
        await session.execute(others.values(one_to_one=None))
        assert await session.scalar(sa.select(GroupChat.id).where(GroupChat.channel == "wecom_hook")) is not None
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    async with world.sessions() as session:
        query = sa.select(OutboxMessage.body).where(OutboxMessage.channel == "wecom_hook").order_by(OutboxMessage.id)
        bodies = list(await session.scalars(query))
    assert bodies[-1]["mentions"] == [["wangfang", "王芳"]], bodies


@pytest.mark.parametrize(
    ("others", "opens"),
    [
        ([], True),
        ([{"kind": "wecom_hook", "key": "693a91f6-duty", "place": "3栋"}], True),
        ([{"kind": "telegram", "token": "1:a"}], False),
    ],
)
def test_the_web_chat_opens_groups_of_its_own_where_nobody_else_hears_any(
    tmp_path: Path, others: list[dict[str, str]], opens: bool
) -> None:
    config = Config.model_validate({"data_dir": tmp_path, "channels": [{"kind": "webchat"}, *others]})
    assert (open_web_groups in ticks_of(config, MediaStore(tmp_path, 1), {})) == opens
