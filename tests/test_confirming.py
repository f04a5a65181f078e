"""Notices that a group's owner has to confirm: asked once, reminded, given up, and told truly."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.wording import Wording
from bot.confirming import Confirmer
from bot.readiness import leftovers
from handlers.understanding.decide import Reader
from storage.broadcasts import Broadcast
from storage.confirmations import Confirmation
from storage.database import Sessions
from storage.outbox import UNSHOWN
from tests.groups_desk import HOUR, MINUTE, NOTICE, Office, opened
from tests.kit.wecom_groups import GROUPS, OWNER, WecomGroupsPlatform
from tests.platforms.telegram_side import stored
from tests.platforms.wecom_api import Call, Raw, Silence
from tests.platforms.wecom_groups import EXTERNAL

ADD = f"{EXTERNAL}add_msg_template"
UPLOAD = "/cgi-bin/media/upload"
TASK = f"{EXTERNAL}get_groupmsg_task"
DAY = timedelta(days=1)
LEASE = timedelta(minutes=4)


@pytest.fixture
async def office(community: Sessions, reader: Reader, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(community, reader, tmp_path) as office:
        yield office


async def test_an_owner_is_asked_once_for_all_his_groups(office: Office) -> None:
    await office.sends()
    (job,) = office.jobs
    assert (job.sender, sorted(job.chats)) == (OWNER, sorted(GROUPS.values()))
    assert NOTICE in job.text
    assert {status for status, _ in await office.receipts()} == {"confirming"}


async def test_owners_are_asked_each_for_his_own(office: Office) -> None:
    office.server.owner("wangfang", "王芳芳")
    await office.server.hands_over("wrB4", "wangfang")
    await office.stage.settle()
    await office.sends()
    assert {job.sender: sorted(job.chats) for job in office.jobs} == {OWNER: ["wrALL", "wrB3"], "wangfang": ["wrB4"]}
    assert "等李华（2 个群）、王芳芳（1 个群）确认" in "".join(await office.passes(MINUTE))


async def test_the_draft_says_what_a_customer_group_needs(office: Office) -> None:
    assert "3 个群（其中 3 个是企业微信客户群，要群主在手机上点一下确认" in await office.says(f"通知 全体：{NOTICE}")


async def test_its_author_is_told_once_whom_it_waits_for(office: Office) -> None:
    await office.sends()
    (told,) = await office.passes(MINUTE, MINUTE, MINUTE)
    assert "1 号通知还在等群主确认：等李华（3 个群）确认" in told
    assert "（等李华（3 个群）确认）" in await office.says("通知列表")


async def test_what_was_confirmed_is_told_and_entered(office: Office) -> None:
    await office.sends()
    await office.passes(MINUTE)
    assert await office.confirms() == ["1 号通知发完了：3 个群收到。"]
    assert {status for status, _ in await office.receipts()} == {"sent"}
    assert all(row.sent_at is not None and row.platform_id == office.jobs[0].id for row in await office.rows())
    assert len(office.server.heard("wrB3")) == 1
    assert "没有排着的通知" in await office.says("通知列表")


async def test_a_picture_that_is_gone_costs_no_words_and_the_author_hears_of_it(office: Office) -> None:
    ground = office.stage.confirmer.ground
    office.stage.confirmer = Confirmer(replace(ground, wording=Wording(kept=lambda _: False)))
    await office.says("通知 3栋：明天停水")
    async with office.stage.sessions.begin() as session:
        await session.execute(sa.update(Broadcast).values(pictures=["a" * 64]))
    await office.says("确认")
    await office.passes(MINUTE)
    (told,) = await office.confirms()
    assert "1 处只收到文字" in told
    assert {status for status, _ in await office.receipts()} == {"sent"}


async def test_a_picture_that_the_platform_refuses_costs_no_words_and_the_author_hears_where(
    office: Office, tmp_path: Path
) -> None:
    pictures = await stored(tmp_path, "red")
    await office.says("通知 3栋：明天停水")
    async with office.stage.sessions.begin() as session:
        await session.execute(sa.update(Broadcast).values(pictures=list(pictures)))
    office.server.fails(UPLOAD, 40009)
    await office.says("确认")
    await office.passes(MINUTE)
    assert {row.error for row in await office.rows()} == {UNSHOWN}
    (told,) = await office.confirms()
    assert "锦绣小区3栋只收到文字，没看到图片" in told
    assert [text.split("\n")[0] for text in office.server.heard("wrB3")] == ["明天停水"]
    assert {status for status, _ in await office.receipts()} == {"sent"}


async def test_who_does_not_confirm_is_reminded_three_times_by_day_and_then_it_is_given_up(office: Office) -> None:
    await office.sends()
    start = office.stage.time.now
    told = await office.passes(*[timedelta(minutes=30)] * 50)
    (job,) = office.jobs
    assert [at - start for at in job.reminded] == [HOUR, 4 * HOUR, 10 * HOUR]
    assert job.cancelled
    assert {why for _, why in await office.receipts()} == {"not confirmed"}
    assert "0 个群收到，3 个群没发成" in told[-1]
    assert "群主一直没有点确认，已经作废" in told[-1]
    assert "没有排着的通知" in await office.says("通知列表")


async def test_nights_do_not_count_for_reminders(office: Office) -> None:
    await office.passes(11 * HOUR)  # eight in the evening
    await office.sends("3栋")
    await office.passes(*[timedelta(minutes=30)] * 40)
    zone = office.stage.confirmer.ground.house.zone
    assert [at.astimezone(zone).hour for at in office.jobs[0].reminded] == [21, 9, 15]


async def test_a_platform_that_wants_no_more_reminders_gets_none(office: Office) -> None:
    await office.sends("3栋")
    office.server.fails(f"{EXTERNAL}remind_groupmsg_send", 40058, 40058, 40058)
    await office.passes(*[timedelta(minutes=30)] * 30)
    assert office.server.times(f"{EXTERNAL}remind_groupmsg_send") == 3


async def test_cancelled_it_is_taken_away_from_the_owner(office: Office) -> None:
    await office.sends()
    assert "1 号取消了，不会再发" in await office.says("取消通知 1")
    await office.passes(MINUTE)
    (job,) = office.jobs
    assert job.cancelled
    assert office.server.confirms(OWNER) == 0
    assert {why for _, why in await office.receipts()} == {"withdrawn"}
    assert await office.passes(DAY) == []


async def test_cancelled_too_late_its_receipt_says_that_it_is_out(office: Office) -> None:
    await office.sends("3栋")
    office.server.confirms(OWNER)
    await office.says("取消通知 1")
    told = await office.passes(MINUTE, MINUTE)
    assert await office.receipts() == [("sent", "overtaken")]
    assert ["晚了一步" in text and "3栋" in text for text in told] == [True]


async def test_cancelled_while_the_task_is_made_it_is_taken_away(office: Office) -> None:
    """The platform is slow to answer, and the notice is taken back meanwhile."""
    add = office.server.methods[ADD]

    async def slow(call: Call) -> object:
        made = add(call)
        await office.stage.receiver.receive(office.stage._at_desk("陈书记", "取消通知 1"))
        return made

    office.server.methods[ADD] = slow  # type: ignore[assignment]
    await office.sends("3栋")
    await office.passes(MINUTE, MINUTE)
    assert [job.cancelled for job in office.jobs] == [True]
    assert await office.receipts() == [("dead", "withdrawn")]


async def test_a_group_that_is_dissolved_while_it_waits_is_told_and_the_others_go_on(office: Office) -> None:
    await office.sends()
    assert await office.server.dissolves("wrB4") == [200]
    told = [*await office.passes(MINUTE), *await office.confirms()]
    assert any("锦绣小区4栋的客户群进不去了" in text for text in told)
    assert any("2 个群收到，1 个群没发成：锦绣小区4栋（这个群已经解散了）" in text for text in told)


async def test_a_group_that_was_dissolved_unnoticed_is_found_out(office: Office) -> None:
    del office.server.groups["wrB4"]
    await office.sends()
    told = [*await office.passes(MINUTE), *await office.confirms()]
    assert any("2 个群收到，1 个群没发成：锦绣小区4栋" in text for text in told)
    assert sorted(office.jobs[0].chats) == ["wrALL", "wrB3"]


async def test_the_last_group_dissolved_takes_the_task_away(office: Office) -> None:
    await office.sends("4栋")
    await office.server.dissolves("wrB4")
    told = await office.passes(MINUTE, MINUTE)
    assert any("0 个群收到，1 个群没发成" in text for text in told)
    assert office.jobs[0].cancelled


async def test_a_second_notice_the_same_day_is_refused_at_once_and_goes_the_next_day(office: Office) -> None:
    await office.sends("3栋")
    await office.confirms()
    await office.sends("3栋、4栋", "后天停电")
    told = [*await office.passes(MINUTE), *await office.confirms()]
    assert any("1 个群收到，1 个群没发成：锦绣小区3栋（这个群今天已经群发过一次" in text for text in told)
    await office.passes(DAY)
    await office.sends("3栋", "后天停电")
    assert (await office.confirms())[-1] == "3 号通知发完了：1 个群收到。"
    assert len(office.server.heard("wrB3")) == 2


async def test_two_notices_that_wait_on_one_day_are_one_too_many(office: Office) -> None:
    await office.sends("3栋")
    await office.sends("3栋", "后天停电")
    assert len(office.jobs) == 1
    assert await office.receipts() == [("confirming", None), ("dead", "quota used")]


async def test_one_that_was_given_up_does_not_count(office: Office) -> None:
    await office.sends("3栋")
    await office.says("取消通知 1")
    await office.passes(MINUTE)
    await office.sends("3栋", "后天停电")
    assert "1 个群收到" in (await office.confirms())[-1]


@pytest.mark.parametrize(("tells", "why"), [(True, "quota used"), (False, "not passed on")])
async def test_a_quota_that_somebody_else_has_used_up_is_told(
    community: Sessions, reader: Reader, tmp_path: Path, tells: bool, why: str
) -> None:
    async with opened(community, reader, tmp_path, WecomGroupsPlatform(prompt=False, tells_quota=tells)) as office:
        office.server.groups["wrB3"].said.append((office.stage.time.now, "别处发的"))
        await office.sends("3栋、4栋")
        told = [*await office.confirms(), *await office.passes(*[MINUTE] * 12)]
        assert await office.receipts() == [("dead", why), ("sent", None)]
        assert any("1 个群收到，1 个群没发成：锦绣小区3栋" in text and "请群主自己在群里发" in text for text in told)


async def test_a_token_that_is_over_in_between_is_asked_for_anew(office: Office) -> None:
    await office.says(f"通知 3栋：{NOTICE}")
    office.server.end_tokens()
    await office.says("确认")
    assert len(office.jobs) == 1
    office.server.end_tokens()
    assert "1 个群收到" in (await office.confirms())[-1]


async def test_a_restart_while_it_waits_changes_nothing(office: Office) -> None:
    await office.sends()
    await office.restarts()
    await office.passes(MINUTE)
    await office.restarts()
    assert "3 个群收到" in (await office.confirms())[-1]
    assert len(office.jobs) == 1


@pytest.mark.parametrize("silence", [Silence(cut=True), Raw(status=502)])
async def test_a_task_of_which_nobody_knows_is_looked_up_and_made_once(office: Office, silence: Silence | Raw) -> None:
    """The line is cut behind a task that was made, or before one that was not."""
    office.server.fails(ADD, silence)
    await office.sends()
    await office.restarts()
    assert {status for status, _ in await office.receipts()} == {"sending"}
    await office.passes(LEASE, MINUTE)
    assert len(office.jobs) == 1
    assert "3 个群收到" in (await office.confirms())[-1]
    assert [len(office.server.heard(chat)) for chat in GROUPS.values()] == [1, 1, 1]


async def test_what_is_looked_up_is_not_another_notice_of_the_same_words(office: Office) -> None:
    await office.sends("3栋")
    office.server.fails(ADD, Raw(status=502))
    await office.sends("4栋")
    await office.passes(LEASE, MINUTE)
    assert [job.chats for job in office.jobs] == [["wrB3"], ["wrB4"]]


async def test_what_cannot_be_looked_up_yet_hangs_on(office: Office) -> None:
    office.server.fails(ADD, Silence(cut=True))
    await office.sends("3栋")
    office.server.fails(f"{EXTERNAL}get_groupmsg_list_v2", 45009, Silence(cut=True))
    await office.passes(LEASE, MINUTE)
    assert {status for status, _ in await office.receipts()} == {"sending"}
    await office.passes(MINUTE)
    assert {status for status, _ in await office.receipts()} == {"confirming"}
    assert len(office.jobs) == 1


async def test_an_answer_that_does_not_come_leaves_it_waiting(office: Office) -> None:
    await office.sends("3栋")
    office.server.fails(TASK, Silence(cut=True), 45009, -1)
    office.server.confirms(OWNER)
    await office.passes(MINUTE, MINUTE, MINUTE)
    assert await office.receipts() == [("confirming", None)]
    await office.passes(MINUTE)
    assert await office.receipts() == [("sent", None)]


async def test_a_task_that_the_platform_forgot_is_given_up_when_its_time_is_over(office: Office) -> None:
    await office.sends("3栋")
    office.server.jobs.clear()
    await office.passes(HOUR)
    assert await office.receipts() == [("confirming", None)]
    await office.passes(DAY, MINUTE)
    assert await office.receipts() == [("dead", "not confirmed")]


async def test_a_notice_that_is_too_long_is_refused_when_it_is_written(office: Office) -> None:
    assert "客户群一条最多 1333 字左右" in await office.says("通知 3栋：" + "水" * 1340)
    assert "请您确认" in await office.says("通知 3栋：" + "水" * 1300)


async def test_one_that_became_too_long_says_so(office: Office) -> None:
    """The platform may change its mind between a notice and its day."""
    office.server.fails(ADD, 45002)
    await office.sends("3栋")
    assert "锦绣小区3栋（平台没收下" in (await office.passes(MINUTE))[-1]
    assert office.jobs == []


async def test_what_is_refused_for_good_is_dead_and_the_author_knows(office: Office) -> None:
    office.server.fails(ADD, 40058)
    await office.sends("3栋")
    assert "锦绣小区3栋（平台没收下" in (await office.passes(MINUTE))[-1]


async def test_a_weekly_notice_is_asked_about_every_week(office: Office) -> None:
    await office.says("通知 每周一10点 3栋：交水费")
    await office.says("确认")
    await office.stage.forget()
    for week in range(1, 4):
        await office.passes(HOUR, MINUTE)
        assert len(office.jobs) == week
        await office.confirms()
        await office.passes(timedelta(days=7) - HOUR - 3 * MINUTE)
    assert len(office.server.heard("wrB3")) == 3


async def test_a_daily_notice_is_not_held_up_by_one_that_nobody_confirmed(office: Office) -> None:
    await office.says("通知 每天10点 3栋：量体温")
    await office.says("确认")
    await office.passes(HOUR, *[HOUR] * 23, MINUTE, HOUR)
    assert [job.cancelled for job in office.jobs] == [True, False]


async def test_of_two_processes_one_asks_and_the_other_takes_over_when_it_is_gone(office: Office) -> None:
    ground = office.stage.confirmer.ground
    other = Confirmer(replace(ground, instance="other"))
    await office.says(f"通知 3栋：{NOTICE}")
    await office.stage.receiver.receive(office.stage._at_desk("陈书记", "确认"))
    await other.round()
    assert office.jobs == []
    office.stage.time.now += timedelta(minutes=2)
    await other.round()
    await office.stage.confirmer.round()
    assert len(office.jobs) == 1


async def test_while_nothing_can_be_reached_nothing_is_worn_out(office: Office) -> None:
    office.stage.channel.link.lost("no_network", mute=True)
    await office.sends("3栋")
    await office.passes(*[MINUTE] * 20)
    assert [(row.status.value, row.attempts) for row in await office.rows()] == [("pending", 0)]
    office.stage.channel.link.opened()
    await office.passes(MINUTE)
    assert len(office.jobs) == 1


async def test_what_could_not_go_for_two_hours_does_not_go_any_more(office: Office) -> None:
    office.stage.channel.link.lost("no_network", mute=True)
    await office.sends("3栋")
    told = await office.passes(HOUR, HOUR, MINUTE)
    assert any("过了时间就没再发" in text for text in told)
    office.stage.channel.link.opened()
    await office.passes(MINUTE)
    assert office.jobs == []


async def test_what_is_long_over_is_forgotten_and_its_receipt_stays(office: Office) -> None:
    await office.sends("3栋")
    await office.confirms()
    await office.sends("4栋")
    assert await office.stage.count(Confirmation) == 2
    whole = timedelta(minutes=60 - office.stage.time.now.minute)
    await office.passes(timedelta(days=31) + whole)
    assert await office.stage.count(Confirmation) == 1, "one is given up only now"
    assert [status for status, _ in await office.receipts()] == ["sent", "dead"]


async def test_a_task_that_was_made_before_a_long_absence_is_found_again(office: Office) -> None:
    office.server.fails(ADD, Silence(cut=True))
    await office.sends("3栋")
    await office.restarts()
    office.stage.time.now += 5 * HOUR
    await office.passes(MINUTE)
    assert [(row.status.value, row.platform_id) for row in await office.rows()] == [("confirming", office.jobs[0].id)]
    assert len(office.jobs) == 1


async def test_the_operator_sees_that_something_waits(office: Office) -> None:
    await office.sends()
    async with office.stage.sessions() as session:
        (finding,) = await leftovers(session)
    assert (finding.ready, "有 3 条通知在等群主点确认" in finding.sentence) == (True, True)


async def test_a_slow_platform_leaves_the_rest_for_later_and_nothing_is_asked_twice(office: Office) -> None:
    office.server.owner("wangfang", "王芳芳")
    await office.server.hands_over("wrB4", "wangfang")
    await office.stage.settle()
    add = office.server.methods[ADD]

    def slow(call: Call) -> object:
        office.stage.time.now += timedelta(seconds=90)
        return add(call)

    office.server.methods[ADD] = slow  # type: ignore[assignment]
    await office.sends()
    assert len(office.jobs) == 1
    await office.passes(MINUTE, LEASE, MINUTE)
    assert sorted(job.sender for job in office.jobs) == [OWNER, "wangfang"]
    assert {status for status, _ in await office.receipts()} == {"confirming"}
