"""When a member is reminded, and from when a group's notices are counted."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.confirming import CONFIRM_WITHIN, REMINDED_AFTER, day_began, reminder_due
from handlers.rules.quiet import QuietHours, quiet_until

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours()
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
STEP = timedelta(minutes=5)


@given(MOMENTS)
def test_nobody_is_reminded_at_night_too_often_or_without_time_in_between(asked_at: datetime) -> None:
    reminded: list[datetime] = []
    now = asked_at
    while now < asked_at + CONFIRM_WITHIN:
        if reminder_due(asked_at, len(reminded), now, NIGHT, SHANGHAI):
            reminded.append(now)
        now += STEP
    assert len(reminded) <= len(REMINDED_AFTER) <= 3
    assert all(quiet_until(at, NIGHT, SHANGHAI) == at for at in reminded)
    assert all(later - sooner >= timedelta(hours=2) for sooner, later in pairwise(reminded))
    assert not reminded or reminded[0] - asked_at >= REMINDED_AFTER[0]


@given(MOMENTS, st.integers(0, 5))
def test_once_a_reminder_is_due_it_stays_due_until_night(asked_at: datetime, reminders: int) -> None:
    for hours in range(48):
        now = asked_at + timedelta(hours=hours)
        later = now + STEP
        if reminder_due(asked_at, reminders, now, NIGHT, SHANGHAI) and quiet_until(later, NIGHT, SHANGHAI) == later:
            assert reminder_due(asked_at, reminders, later, NIGHT, SHANGHAI)


@given(MOMENTS)
def test_a_day_begins_at_midnight_by_the_communitys_clock(now: datetime) -> None:
    began = day_began(now, SHANGHAI)
    assert timedelta(0) <= now - began < timedelta(days=1)
    assert began.astimezone(SHANGHAI).time() == datetime.min.time()
