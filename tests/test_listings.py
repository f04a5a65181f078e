"""Groups in which nobody can speak to the bot: listed, bound by name or number, joined by a code of their place's own."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from handlers.understanding.decide import Reader
from storage.chats import GroupChat
from storage.database import Sessions
from storage.errands import Errand
from storage.outbox import OutboxMessage
from tests.groups_desk import HOUR, MINUTE, Office, opened
from tests.platforms.wecom_api import Silence
from tests.platforms.wecom_groups import EXTERNAL, FULL

ADD_WAY, UPDATE_WAY = f"{EXTERNAL}groupchat/add_join_way", f"{EXTERNAL}groupchat/update_join_way"


@pytest.fixture
async def office(community: Sessions, reader: Reader, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(community, reader, tmp_path) as office:
        yield office


async def bound(office: Office) -> dict[str, int]:
    """The groups of the platform that are bound, each with its place."""
    async with office.stage.sessions() as session:
        rows = await session.execute(sa.select(GroupChat.chat, GroupChat.place_id).where(GroupChat.lost_at.is_(None)))
        return {chat: place for chat, place in rows}


async def number_of(office: Office, name: str) -> int:
    line = next(line for line in (await office.says("群列表")).splitlines() if f"“{name}”" in line)
    return int(line.split(" ")[0])


async def test_the_list_says_what_is_bound_and_what_the_others_may_be(office: Office) -> None:
    await office.creates("wrNEW", "锦绣小区4栋业主群")
    await office.creates("wrODD", "老乡群")
    told = await office.says("群列表")
    first, second, *rest = told.splitlines()[1:]
    assert "“锦绣小区4栋业主群”（群主李华，1 人）：还没绑定，像是锦绣小区4栋的，对就发“绑定群" in first
    assert "“老乡群”（群主李华，1 人）：还没绑定，发“绑定群" in second
    assert any("“锦绣小区3栋群”（群主李华，1 人）：锦绣小区3栋" in line for line in rest)
    assert len(rest) == 3


async def test_a_group_is_bound_by_its_number(office: Office) -> None:
    await office.creates("wrNEW", "业主群")
    number = await number_of(office, "业主群")
    answer = await office.says(f"绑定群 {number} 4栋")
    assert "绑好了：“业主群”是锦绣小区4栋的群" in answer
    assert "要群主李华在手机上点确认" in answer
    assert (await bound(office))["wrNEW"] == (await bound(office))["wrB4"]


@pytest.mark.parametrize(
    "said", ["绑定群 4栋的业主群 4栋", "绑定群 4栋的业主群 到 4栋", "绑定群 4栋的业主群", "绑定群：４栋的业主群，4栋"]
)
async def test_a_group_is_bound_by_its_name(office: Office, said: str) -> None:
    await office.creates("wrNEW", "4栋的业主群")
    assert "是锦绣小区4栋的群" in await office.says(said)
    assert "wrNEW" in await bound(office)


async def test_a_name_that_says_nothing_needs_a_place(office: Office) -> None:
    await office.creates("wrNEW", "老乡群")
    assert "“老乡群”是哪里的群？请连楼号一起发" in await office.says("绑定群 老乡群")
    assert "wrNEW" not in await bound(office)


async def test_two_groups_of_one_name_are_told_apart_by_number(office: Office) -> None:
    await office.creates("wrX", "业主群")
    await office.creates("wrY", "业主群")
    assert "有几个群都叫这个名字，编号是" in await office.says("绑定群 业主群 4栋")


@pytest.mark.parametrize("said", ["绑定群 99 3栋", "绑定群 没有的群 3栋"])
async def test_what_is_no_group_is_said(office: Office, said: str) -> None:
    assert "没有这个编号或名字的群" in await office.says(said)


@pytest.mark.parametrize("said", ["绑定群", "绑定群 锦绣小区3栋群 3栋、4栋", "群列表 3栋"])
async def test_what_cannot_be_read_gets_the_example(office: Office, said: str) -> None:
    assert "绑定群 2 3栋" in await office.says(said) or "群列表" in await office.says(said)


async def test_only_an_admin_binds(office: Office) -> None:
    await office.creates("wrNEW", "4栋业主群")
    for person in ("王芳", "李姐"):
        for text in ("群列表", "绑定群 4栋业主群", "入群码 3栋", "入群欢迎语"):
            await office.stage.tells(person, text)
    assert "wrNEW" not in await bound(office)
    assert await office.stage.count(Errand) == 0


async def test_a_dissolved_group_is_no_longer_listed(office: Office) -> None:
    await office.creates("wrNEW", "业主群")
    number = await number_of(office, "业主群")
    await office.server.dissolves("wrNEW")
    assert "业主群" not in await office.says("群列表")
    assert "没有这个编号或名字的群" in await office.says(f"绑定群 {number} 4栋")


async def test_without_any_group_it_says_how_to_get_one(office: Office) -> None:
    for chat in list(office.server.groups):
        await office.server.dissolves(chat)
    assert "还没有看到客户群" in await office.says("群列表")
    assert "还没有接企业微信客户群" in await office.says("入群欢迎语")


# Join codes


async def test_a_code_leads_into_the_group_of_its_place_and_carries_the_place(office: Office) -> None:
    assert "去企业微信要锦绣小区3栋的入群码" in await office.says("入群码 3栋")
    (told,) = await office.passes(MINUTE)
    assert "https://wework.qpic.cn/config0" in told
    assert await office.server.scans("config0", "wmA") == "wrB3"
    way = office.server.ways["config0"]
    assert way["state"] == f"gj-place-{(await bound(office))['wrB3']}"
    assert await office.passes(HOUR) == []


async def test_a_new_group_that_came_about_by_the_code_is_bound_by_itself(office: Office) -> None:
    await office.says("入群码 3栋")
    await office.passes(MINUTE)
    office.server.groups["wrB3"].people |= {f"wm{number}": "" for number in range(FULL)}
    new = await office.server.scans("config0", "wmLATE")
    await office.passes(MINUTE)
    there = await bound(office)
    assert there[new] == there["wrB3"]
    assert "锦绣小区3栋" in next(line for line in (await office.says("群列表")).splitlines() if "居民群" in line)


@pytest.mark.parametrize("state", ["gj-place-1", "gj-place-999999999999", "gj-place-", "gj-place-x", "别的"])
async def test_a_state_that_is_not_ours_binds_nothing(office: Office, state: str) -> None:
    await office.creates("wrNEW", "老乡群")
    await office.server.joins("wrNEW", "wmA", state)
    await office.passes(MINUTE)
    assert "wrNEW" not in await bound(office)


async def test_asked_again_the_same_code_gets_the_new_groups(office: Office) -> None:
    await office.says("入群码 3栋")
    await office.passes(MINUTE)
    await office.creates("wrNEW", "3栋二群")
    await office.says("绑定群 3栋二群 3栋")
    await office.says("入群码 3栋")
    assert "config0" in "".join(await office.passes(MINUTE))
    assert list(office.server.ways) == ["config0"]
    assert office.server.ways["config0"]["chat_id_list"] == ["wrB3", "wrNEW"]


async def test_a_code_that_somebody_deleted_is_made_anew(office: Office) -> None:
    await office.says("入群码 3栋")
    await office.passes(MINUTE)
    office.server.ways.clear()
    office.server.ways["other"] = {}
    await office.says("入群码 3栋")
    assert "config1" in "".join(await office.passes(MINUTE))


async def test_a_place_without_a_group_has_no_code(office: Office) -> None:
    assert "第一网格还没有绑定客户群" in await office.says("入群码 第一网格")


async def test_a_platform_that_does_not_answer_is_asked_again(office: Office) -> None:
    office.server.fails(ADD_WAY, 45009, -1)
    await office.says("入群码 3栋")
    told = await office.passes(*[MINUTE] * 5)
    assert len(told) == 1
    assert "config0" in told[0]


async def test_a_platform_that_says_no_is_told_once(office: Office) -> None:
    office.server.fails(ADD_WAY, 40058)
    await office.says("入群码 3栋")
    (told,) = await office.passes(*[MINUTE] * 5)
    assert "没有办成" in told
    assert "guanjia check" in told


async def test_a_platform_that_stays_silent_is_given_up(office: Office) -> None:
    office.server.fails(ADD_WAY, *[Silence(cut=True)] * 9)
    await office.says("入群码 3栋")
    (told,) = await office.passes(*[timedelta(minutes=3)] * 9)
    assert "没有办成" in told


# Welcomes


async def test_a_welcome_is_kept_and_its_asker_told_what_is_left_to_do(office: Office) -> None:
    await office.says("入群欢迎语 欢迎进群，有事请找网格员")
    (told,) = await office.passes(MINUTE)
    assert "要群主自己选" in told
    assert office.server.welcomes == {"template0": "欢迎进群，有事请找网格员"}
    await office.says("入群欢迎语")
    await office.passes(MINUTE)
    assert list(office.server.welcomes) == ["template0"]
    assert "%NICKNAME% 您好" in office.server.welcomes["template0"]


async def test_a_welcome_that_is_too_long_is_refused(office: Office) -> None:
    assert "最多 900 字" in await office.says("入群欢迎语 " + "好" * 901)


# What must never wait there


async def test_a_warning_goes_nowhere_where_it_would_wait(office: Office) -> None:
    told = await office.says("预警 全体：暴雨红色预警，请不要外出")
    assert "只有客户群，要等群主点了确认才发得出去，预警等不得" in told
    assert office.jobs == []
    assert await office.stage.count(OutboxMessage, OutboxMessage.channel == "wecom_groups") == 0


async def test_a_warning_goes_to_the_other_groups_and_says_which_it_left_out(office: Office) -> None:
    async with office.stage.sessions.begin() as session:
        desk = sa.update(GroupChat).where(GroupChat.chat == "wrB4")
        await session.execute(
            desk.values(channel=office.stage.desk.name, account=office.stage.desk.account, chat="4栋群")
        )
    told = await office.says("预警 全体：暴雨红色预警，请不要外出")
    assert "1 个群（锦绣小区3栋、锦绣小区的客户群要等群主确认，预警等不得，没有算在内" in told
    assert "没有算在内" in await office.says("确认")
    await office.passes(MINUTE)
    assert len(office.stage.desk.said["4栋群"]) == 1
    assert office.jobs == []


@pytest.mark.parametrize("report", ["3栋2单元3楼的灯坏了，麻烦来修一下", "3栋1单元楼道里冒烟了，有明火，快来人！"])
async def test_nothing_of_a_ticket_is_ever_said_there(office: Office, report: str) -> None:
    await office.stage.tells("李姐", report)
    assert len(await office.stage.tickets()) == 1
    await office.stage.tells("王芳", "接单 1")
    await office.passes(HOUR, HOUR)
    await office.stage.tells("王芳", "办结 1 好了")
    await office.passes(HOUR)
    assert await office.stage.count(OutboxMessage, OutboxMessage.channel == "wecom_groups") == 0
    assert all(not group.said for group in office.server.groups.values())
