"""What the bot cannot have heard, and what comes too late to be answered."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import Can
from bot.pulse import Pulses
from handlers.understanding.decide import Reader
from storage.database import Sessions, open_database
from tests.kit.plain import PlainPlatform
from tests.kit.platform import Saying
from tests.kit.scenarios import LAMP
from tests.kit.stage import Stage, staged

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FORGETS = Can(mentions=True, quotes=True, one_to_one=True)
KEEPS = Can(mentions=True, quotes=True, one_to_one=True, keeps=timedelta(days=1))


@pytest.fixture
def can() -> Can:
    return FORGETS


@pytest.fixture
async def stage(own_community: Sessions, tmp_path: Path, reader: Reader, can: Can) -> AsyncIterator[Stage]:
    async with staged(PlainPlatform(can), own_community, reader, tmp_path / "pictures") as stage:
        await stage.wait(MINUTE)
        yield stage


async def away(stage: Stage, time: timedelta) -> None:
    await stage.platform.disconnects()
    stage.time.now += time
    await stage.platform.reconnects()
    await stage.wait(MINUTE)


async def test_a_gap_is_told_once_with_its_times_and_its_groups(stage: Stage) -> None:
    await away(stage, HOUR)
    await stage.wait(MINUTE)
    await stage.knows("陈书记", "5月11日 09:01 到 10:01", "3栋", "4栋", "锦绣小区", "漏听")
    assert not await stage.new("3栋群")


async def test_a_line_that_flickers_is_nothing_to_speak_of(stage: Stage) -> None:
    await away(stage, MINUTE)
    await stage.knows("陈书记", "漏听", times=0)


async def test_every_gap_of_several_is_told(stage: Stage) -> None:
    await away(stage, HOUR)
    await away(stage, HOUR)
    await stage.knows("陈书记", "漏听", times=2)


async def test_a_gap_outlives_a_database_that_is_away(stage: Stage, tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'nothing.db'}") as nothing:
        stage.clock.sessions = nothing
        await away(stage, HOUR)
    await stage.knows("陈书记", "漏听", times=0)
    stage.clock.sessions = stage.sessions
    await stage.wait(MINUTE)
    await stage.knows("陈书记", "漏听")


async def test_a_gap_in_the_night_is_told_in_the_morning(stage: Stage) -> None:
    stage.time.now += timedelta(hours=14)
    await away(stage, HOUR)
    await stage.knows("陈书记", "漏听", times=0)
    await stage.wait(timedelta(hours=7))
    await stage.knows("陈书记", "漏听")


async def test_the_time_before_a_start_is_a_gap(stage: Stage) -> None:
    """Another process begins with what the last one has written down."""
    stage.time.now += HOUR
    stage.channel.link.up, stage.channel.link.since = False, None
    stage.channel.link.opened()
    stage.clock.ticks = (Pulses({("plain", "bot"): stage.channel}).feel,)
    await stage.wait(MINUTE)
    await stage.knows("陈书记", "09:01 到 10:01", "漏听")


@pytest.mark.parametrize("can", [KEEPS])
async def test_what_the_platform_keeps_is_not_missed(stage: Stage) -> None:
    await away(stage, timedelta(hours=20))
    await stage.knows("陈书记", "漏听", times=0)


@pytest.mark.parametrize("can", [KEEPS])
async def test_what_it_no_longer_keeps_is(stage: Stage) -> None:
    await away(stage, timedelta(hours=26))
    await stage.knows("陈书记", "5月11日 09:01 到 11:01", "漏听")


@pytest.mark.parametrize("can", [KEEPS])
async def test_late_reports_become_tickets_and_late_questions_one_line(stage: Stage) -> None:
    await stage.platform.disconnects()
    said = [
        stage.open("李姐", LAMP),
        Saying("冉幺妹", "帮助"),
        Saying("冉幺妹", "今天谁值班"),
        Saying("小邓", "接单 99"),
    ]
    for one in said:
        await stage.platform.says(one)
    stage.time.now += HOUR
    await stage.platform.reconnects()
    await stage.settle()
    assert len(await stage.tickets()) == 1
    await stage.knows("王芳", "灯坏了", "09:01报的")
    (told,) = await stage.new("冉幺妹")
    assert "09:01前后" in told.text
    assert "再问一遍" in told.text
    (told,) = await stage.new("小邓")
    assert "再问一遍" in told.text, "a refusal would come too late, too"


async def test_a_clock_that_goes_wrong_silences_the_bot_for_a_while_only(stage: Stage) -> None:
    """Everything looks hours old for as long as one likes: nothing was cut off."""
    assert isinstance(stage.platform, PlainPlatform)
    answers = []
    for _ in range(3):
        stage.time.now += 10 * MINUTE
        inbound = stage.platform.message(Saying("冉幺妹", "今天谁值班"))
        await stage.receiver.receive(replace(inbound, at=stage.time.now - 2 * HOUR))
        await stage.settle()
        answers.append(["王芳" in said.text for said in await stage.new("冉幺妹")])
    assert answers == [[False], [], [True]]


@pytest.mark.parametrize("can", [KEEPS])
async def test_what_is_a_few_minutes_old_is_answered(stage: Stage) -> None:
    await stage.platform.disconnects()
    await stage.platform.says(Saying("冉幺妹", "今天谁值班"))
    stage.time.now += 10 * MINUTE
    await stage.platform.reconnects()
    await stage.settle()
    await stage.knows("冉幺妹", "王芳")
