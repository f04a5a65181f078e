"""What the rules promise about tasks for several people, and how their number and time are read."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.crews.wanted import count_in, start_in
from handlers.reading.times import Past
from handlers.rules.crews import SHORTLY, Reminder, clash, in_time, reminder
from handlers.rules.quiet import NIGHT
from tests.drawn import QUICK, SHANGHAI, moments
from tests.world import MONDAY_9

HOURS = st.timedeltas(timedelta(0), timedelta(days=5))


@QUICK
@given(moments, HOURS, HOURS)
def test_reminders_come_in_order_and_none_after_the_beginning(
    starts: datetime, one: timedelta, other: timedelta
) -> None:
    sooner, later = starts - max(one, other), starts - min(one, other)
    if later < starts:
        assert reminder(starts, sooner, NIGHT, SHANGHAI) <= reminder(starts, later, NIGHT, SHANGHAI)
    assert reminder(starts, starts + one, NIGHT, SHANGHAI) is Reminder.NONE


@QUICK
@given(moments)
def test_nobody_is_reminded_at_night(starts: datetime) -> None:
    for minutes in range(0, 60 * 36, 10):
        now = starts - timedelta(minutes=minutes)
        if reminder(starts, now, NIGHT, SHANGHAI) > reminder(starts, now - timedelta(minutes=10), NIGHT, SHANGHAI):
            local = now.astimezone(SHANGHAI)
            assert not NIGHT.covers(local.time()), local


@QUICK
@given(moments, HOURS, HOURS)
def test_who_leaves_earlier_is_never_judged_harder(starts: datetime, before: timedelta, earlier: timedelta) -> None:
    until = timedelta(hours=12)
    if in_time(starts - before, starts, until):
        assert in_time(starts - before - earlier, starts, until)
    assert in_time(starts - before, None, until)
    assert in_time(starts - before, starts, until) is (before >= until)


@QUICK
@given(moments, HOURS)
def test_two_tasks_clash_or_do_not_in_either_order(one: datetime, apart: timedelta) -> None:
    length = timedelta(hours=2)
    assert clash(one, one + apart, length) is clash(one + apart, one, length) is (apart < length)
    assert not clash(one, None, length)
    assert not clash(None, None, length)


def test_the_second_reminder_is_two_hours_before() -> None:
    starts = MONDAY_9.astimezone(UTC)
    assert reminder(starts, starts - SHORTLY, NIGHT, SHANGHAI) is Reminder.SHORTLY
    assert reminder(starts, starts - SHORTLY - timedelta(minutes=1), NIGHT, SHANGHAI) is Reminder.EVENING
    assert reminder(starts, starts - timedelta(hours=14), NIGHT, SHANGHAI) is Reminder.EVENING
    assert reminder(starts, starts - timedelta(hours=14, minutes=1), NIGHT, SHANGHAI) is Reminder.NONE


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("搬家具要4个人", 4),
        ("搬家具要 四 个人，周六上午9点", 4),
        ("想找两位志愿者陪老人看病", 2),
        ("需要十个人铲雪", 10),
        ("缺3名帮手", 3),
        ("家里3个人都病了", None),
        ("12楼有 2 户漏水", None),
        ("要一万个人", None),
        ("", None),
        ("要" + "9" * 4000 + "个人", None),
    ],
)
def test_how_many_are_wanted_is_read_only_where_it_is_said(text: str, count: int | None) -> None:
    assert count_in(text, outright=False) == count


@pytest.mark.parametrize(
    ("text", "count"), [("4人", 4), ("４ 个人 周六上午9点", 4), ("十个志愿者", 10), ("0人", 0), ("人", None)]
)
def test_after_the_command_a_number_of_people_is_enough(text: str, count: int | None) -> None:
    assert count_in(text, outright=True) == count


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("搬家具要4个人，周六上午9点", "05-16 09:00"),
        ("4人 周六上午9点", "05-16 09:00"),
        ("周六上午9点搬家具要4个人", "05-16 09:00"),
        ("明天下午两点半在3号楼门口集合，要5个人", "05-12 14:30"),
        ("要5个人，5月20日晚上8点", "05-20 20:00"),
        ("3号楼要4个人抬冰箱", None),
        ("搬家具要4个人", None),
        ("要4个人", None),
    ],
)
def test_the_beginning_is_read_wherever_it_stands(text: str, local: str | None) -> None:
    found = start_in(text, MONDAY_9.astimezone(UTC), SHANGHAI)
    assert (found and found.astimezone(SHANGHAI).strftime("%m-%d %H:%M")) == local


def test_a_time_that_has_gone_by_is_no_time() -> None:
    with pytest.raises(Past):
        start_in("要4个人，昨天上午9点", MONDAY_9.astimezone(UTC), SHANGHAI)


@QUICK
@given(st.text(max_size=200))
def test_reading_a_task_never_fails(text: str) -> None:
    count_in(text, outright=True)
    with suppress(Past):
        start_in(text, MONDAY_9.astimezone(UTC), SHANGHAI)
