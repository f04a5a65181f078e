"""Times of notices as people write them: what is read, asked back, refused, and left to the sentence that it is a part of."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.phrases.repeats import repeat_name
from handlers.phrases.times import moment_name
from handlers.reading.times import Past
from handlers.reading.values import Unclear
from handlers.rules.moon import FEASTS
from handlers.rules.repeats import Repeat
from handlers.rules.rhythms import (
    BeforeDaysOff,
    Days,
    EveryDays,
    Feast,
    Monthly,
    Moon,
    NthWeekday,
    NthWorkday,
    OfKind,
    Parity,
    Weekly,
)
from handlers.when.read import when
from handlers.when.understood import Again, Doubt, Once, When, Why
from storage.types import DayKind
from tests.drawn import NOW, QUICK, SHANGHAI, clocks, moments, texts

REST = "全体：【通知】停水\n请储水"
QUARTERS = ((1, 4, 7, 10), (3, 6, 9, 12))


def read(text: str, now: datetime = NOW) -> When:
    """The time in front of a notice."""
    found, rest = when(f"{text} {REST}", now, SHANGHAI)
    assert rest == REST
    return found


def asked(text: str, now: datetime = NOW) -> Doubt:
    with pytest.raises(Doubt) as doubt:
        read(text, now)
    return doubt.value


def shown(found: When, now: datetime = NOW) -> list[str]:
    """Its next dates, as an admin sees them."""
    ats = [found.at] if isinstance(found, Once) else found.repeat.shown(now, SHANGHAI)[0]
    assert all(at.tzinfo is UTC for at in ats)
    return [at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") for at in ats]


# What was understood


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11月25日（周二）上午9点", "2025-11-25 09:00"),
        ("11月25日 周二 9:00", "2025-11-25 09:00"),
        ("周二（11月25日）上午9点", "2025-11-25 09:00"),
        ("明天（11月25日 周二）9:00", "2025-11-25 09:00"),
        ("十一月二十五日晚上八点一刻", "2025-11-25 20:15"),
        ("一个半小时后", "2025-11-24 16:30"),
        ("十分钟后", "2025-11-24 15:10"),
        ("现在", "2025-11-24 15:00"),
        ("今晚12点半", "2025-11-25 00:30"),
        ("明天早上6:30", "2025-11-25 06:30"),
        ("明天03:00", "2025-11-25 03:00"),
        ("过三天上午", "2025-11-27 09:00"),
        ("明天上午9点整发送", "2025-11-25 09:00"),
        ("下周的周三", "2025-12-03 09:00"),
        ("下个工作日早上", "2025-11-25 08:00"),
        ("除夕夜8点", "2026-02-16 20:00"),
        ("五一放假前一天", "2026-04-30 09:00"),
        ("农历二月二", "2026-03-20 09:00"),
        ("12月1日，9:00", "2025-12-01 09:00"),
        ("12月倒数第二个工作日", "2025-12-30 09:00"),
    ],
)
def test_a_time_is_read_as_people_say_it(text: str, expected: str) -> None:
    assert shown(read(text)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("从12月1日起每周三下午3点", ["2025-12-03 15:00", "2025-12-10 15:00", "2025-12-17 15:00"]),
        ("11月26日到28日每天早上8点", ["2025-11-26 08:00", "2025-11-27 08:00", "2025-11-28 08:00"]),
        ("明天起连续2天早上8点", ["2025-11-25 08:00", "2025-11-26 08:00"]),
        ("每天早上8点，连续2天", ["2025-11-25 08:00", "2025-11-26 08:00"]),
        ("每周三，2次", ["2025-11-26 09:00", "2025-12-03 09:00"]),
        ("每天早晚8点共3次", ["2025-11-24 20:00", "2025-11-25 08:00", "2025-11-25 20:00"]),
        ("工作日每天8点", ["2025-11-25 08:00", "2025-11-26 08:00", "2025-11-27 08:00"]),
        ("每周一至周六，8:00", ["2025-11-25 08:00", "2025-11-26 08:00", "2025-11-27 08:00"]),
        ("每月1-5号", ["2025-12-01 09:00", "2025-12-02 09:00", "2025-12-03 09:00"]),
        ("每天24点", ["2025-11-25 00:00", "2025-11-26 00:00", "2025-11-27 00:00"]),
        ("每年2月29日", ["2026-02-28 09:00", "2027-02-28 09:00", "2028-02-29 09:00"]),
        ("每月农历十五", ["2025-12-04 09:00", "2026-01-03 09:00", "2026-02-02 09:00"]),
        ("每季度末月20号", ["2025-12-20 09:00", "2026-03-20 09:00", "2026-06-20 09:00"]),
    ],
)
def test_a_repetition_is_read_with_its_beginning_and_its_end(text: str, expected: list[str]) -> None:
    assert shown(read(text)) == expected


# What is asked back, refused, or no time


@pytest.mark.parametrize(
    ("text", "why", "readings"),
    [
        ("明天3点", Why.HALF, ["2025-11-25 03:00", "2025-11-25 15:00"]),
        ("明天早上12点", Why.HALF, ["2025-11-25 12:00", "2025-11-26 00:00"]),
        ("明天晚上3点", Why.NIGHT, ["2025-11-25 03:00", "2025-11-26 03:00"]),
        ("今天8点", Why.GONE, ["2025-11-24 20:00", "2025-11-25 08:00"]),
        ("周一上午", Why.GONE, ["2025-12-01 09:00"]),
        ("24号", Why.GONE, ["2025-12-24 09:00"]),
        ("31号", Why.NO_DAY, ["2025-12-31 09:00"]),
        ("周末下午", Why.WEEKEND, ["2025-11-29 15:00", "2025-11-30 15:00"]),
        ("11月25日（周四）", Why.CLASH, ["2025-11-25 09:00", "2025-11-27 09:00"]),
        ("八月十五", Why.MOON, ["2026-09-25 09:00", "2026-08-15 09:00"]),
        ("27号、28号", Why.SEVERAL, ["2025-11-27 09:00"]),
        ("明天14:00-16:00", Why.SPAN, ["2025-11-25 14:00"]),
        ("周六周日上午9点", Why.ONCE_OR_AGAIN, ["2025-11-29 09:00"]),
        ("两三天后", Why.HOW_MANY, []),
        ("两三个小时后", Why.HOW_MANY, []),
        ("每两三天", Why.HOW_MANY, []),
        ("三四个工作日后", Why.HOW_MANY, []),
        ("明天凌晨", Why.WHICH_HOUR, []),
        ("每周五下班前", Why.WHICH_HOUR, []),
        ("三天内", Why.LIMIT, []),
        ("每两小时", Why.TOO_OFTEN, []),
        ("每月32号", Why.NO_DAY, []),
        ("每周五24点", Why.NO_HOUR, []),
        ("每年2月30日", Why.NO_DAY, []),
        ("2099年1月1日", Why.NO_DAY, []),
        ("300个工作日后", Why.HOW_MANY, []),
    ],
)
def test_what_may_mean_two_things_is_asked_with_both(text: str, why: Why, readings: list[str]) -> None:
    doubt = asked(text)
    assert (doubt.why, doubt.rest) == (why, REST)
    assert [shown(reading.when)[0] for reading in doubt.readings] == readings


def test_a_doubt_within_a_doubt_is_asked_once() -> None:
    doubt = asked("周末3点")
    assert [shown(reading.when)[0][5:] for reading in doubt.readings] == [
        "11-29 03:00",
        "11-29 15:00",
        "11-30 03:00",
        "11-30 15:00",
    ]


@pytest.mark.parametrize(
    "text", ["昨天", "今天上午8点", "11月20日", "2025-11-24 14:59", "今早", "本周一9:00", "三天前"]
)
def test_a_time_gone_by_is_past(text: str) -> None:
    with pytest.raises(Past):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "停水",
        "明天停水",
        "明天上午9点停水",
        "昨天上午9点的会改期了",
        "半小时前停的水",
        "31号楼停水",
        "每天都有人乱扔",
        "每户一份",
        "99999年1月1日",
        "999999天后停水",
        "3-2-1203漏水",
        "12.5元",
        "现在停水了",
        "每",
        "每日两次",
    ],
)
def test_a_sentence_or_nonsense_is_no_time(text: str) -> None:
    with pytest.raises(Unclear) as unclear:
        read(text)
    assert not isinstance(unclear.value, Doubt | Past)


def test_the_days_of_a_year_nobody_has_published_are_said() -> None:
    late = datetime(2026, 12, 31, 10, tzinfo=SHANGHAI)
    found = read("三个工作日后", late)
    assert isinstance(found, Once)
    assert (shown(found), found.unknown) == (["2027-01-06 09:00"], frozenset({2027}))
    assert asked("节前一天", late).why is Why.UNKNOWN_YEAR


def test_what_the_community_knows_better_counts() -> None:
    own = {date(2025, 11, 25): DayKind.HOLIDAY, date(2025, 11, 29): DayKind.WORKDAY}
    found, _ = when("工作日早上8点", NOW, SHANGHAI, own)
    assert isinstance(found, Again)
    ats = found.repeat.shown(NOW, SHANGHAI, own)[0]
    assert [at.astimezone(SHANGHAI).day for at in ats] == [26, 27, 28]
    off, _ = when("节前一天下午4点", NOW, SHANGHAI, own)
    assert shown(off) == ["2025-11-24 16:00"]


# What holds for everything


@QUICK
@given(
    st.datetimes(datetime(2025, 11, 24, 15, 1), datetime(2026, 5, 1)),
    st.sampled_from(["%Y-%m-%d %H:%M", "%Y年%m月%d日%H点%M分", "%m月%d日 %H:%M", "%Y/%m/%d %H:%M:%S"]),
)
def test_a_time_that_was_written_reads_back(at: datetime, written: str) -> None:
    assert shown(read(at.strftime(written))) == [at.strftime("%Y-%m-%d %H:%M")]


@QUICK
@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)), moments)
def test_a_moment_that_the_bot_shows_reads_back(at: datetime, now: datetime) -> None:
    at, now = at.replace(second=0, microsecond=0, tzinfo=SHANGHAI), now.replace(hour=12)
    if now <= at < now + timedelta(days=270):
        assert read(moment_name(at, now, SHANGHAI), now) == Once(at.astimezone(UTC))


months = st.just(tuple(range(1, 13))) | st.sampled_from(QUARTERS)
nths = st.integers(1, 4) | st.integers(-3, -1)
some = st.frozensets(st.integers(1, 31), min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))
rhythms: st.SearchStrategy[Days] = st.one_of(
    st.builds(Weekly, st.frozensets(st.integers(1, 7), min_size=1).map(lambda d: tuple(sorted(d))), st.integers(1, 9)),
    st.builds(EveryDays, st.integers(2, 90)),
    st.builds(Monthly, some),
    st.builds(lambda day, in_months: Monthly((day,), in_months), st.sampled_from((1, 5, 28)), months),
    st.sampled_from([Monthly((-1,)), Monthly((-2,)), Monthly((-1,), QUARTERS[1]), NthWorkday(-1, QUARTERS[1])]),
    st.builds(lambda day, month: Monthly((day,), (month,)), st.integers(1, 29), st.integers(1, 12)),
    st.builds(NthWeekday, nths, st.integers(1, 7), st.sampled_from((tuple(range(1, 13)), (12,)))),
    st.builds(NthWorkday, nths),
    st.sampled_from([OfKind((DayKind.WORKDAY,)), OfKind((DayKind.HOLIDAY,)), Parity(0), Parity(1), BeforeDaysOff(2)]),
    st.builds(Moon, st.frozensets(st.integers(1, 30), min_size=1, max_size=3).map(lambda d: tuple(sorted(d)))),
    st.builds(lambda day, month: Moon((day,), month), st.integers(1, 29), st.integers(1, 12)),
    st.builds(Feast, st.sampled_from(FEASTS), st.integers(-9, 9)),
)
hours = st.frozensets(clocks, min_size=1, max_size=3).map(lambda found: tuple(sorted(found)))
firsts = st.dates(date(2025, 10, 1), date(2026, 2, 1))
ends = st.none() | st.datetimes(datetime(2026, 2, 1), datetime(2029, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
repeats = st.builds(Repeat, rhythms, hours, firsts, ends)


@QUICK
@given(repeats, moments)
@example(Repeat(Moon((15,)), (time(9),), date(2026, 1, 1)), NOW)
def test_a_repetition_that_the_bot_shows_reads_back(repeat: Repeat, now: datetime) -> None:
    expected = repeat.shown(now, SHANGHAI)
    if expected[0]:
        found = read(repeat_name(repeat), now)
        assert isinstance(found, Again), repeat_name(repeat)
        assert found.repeat.shown(now, SHANGHAI) == expected, repeat_name(repeat)


@QUICK
@given(repeats, moments)
def test_the_next_dates_come_one_after_the_other_and_each_is_meant(repeat: Repeat, now: datetime) -> None:
    found, _ = repeat.shown(now, SHANGHAI)
    assert found == sorted(set(found))
    for at in found:
        local = at.astimezone(SHANGHAI).replace(tzinfo=None)
        assert at > now
        assert repeat.comes_on(local.date())
        assert local.time() in repeat.times
        assert repeat.until is None or local <= repeat.until
    assert Repeat.of(repeat.kept()) == repeat


@QUICK
@given(texts, moments)
def test_what_is_read_is_never_past_and_nothing_crashes(text: str, now: datetime) -> None:
    try:
        found, _ = when(text, now, SHANGHAI)
    except Unclear:
        return
    first = found.at if isinstance(found, Once) else found.repeat.next_time(now, SHANGHAI)
    assert first is not None
    assert now - timedelta(minutes=1) < first < now + timedelta(days=366 * 7)
