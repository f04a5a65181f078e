"""Whatever is typed and wherever: an answer or silence, never a crash, and nothing lost behind it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.features import ROUTES
from handlers.messages import Happening, Inbound
from storage.members import Member
from storage.tickets import Ticket
from tests.drawn import ABSURD, texts
from tests.world import CAST, World

REPORT: Final = "2单元电梯又坏了，停在5楼不动"
HUGE: Final = "9" * 40
WORDS: Final = sorted({word for command in ROUTES.commands for word in (command.word, *command.also)})
STRANGE: Final = (
    *ABSURD[:-1],
    *("%", "_", "100%", "1_000", "\\", "'; DROP TABLE ticket; --", "{0}", "%s", "工单 %", "转单 1 %", "转单 1 _"),
    *(f"{HUGE}号楼{HUGE}单元{HUGE}楼{HUGE}室灯坏了", f"负{HUGE}层漏水", f"{HUGE}", f"#{HUGE}", f"{HUGE}-{HUGE}灯坏了"),
    *("999999999", "2147483648", "9223372036854775808", "0", "-1", "１２３４５６７８９０１２", "亿万", "零"),
    *("a\0b", "\ud83d", "\u202e号工单", "\u200b", "\ufeff", "&lt;b&gt;", "<script>alert(1)</script>", "\x1b[2J"),
    "灯坏了" * 3000,
)
ROUGH: Final = settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)


def assert_nothing_broke(world: World, caplog: pytest.LogCaptureFixture) -> None:
    assert not [record.message for record in caplog.records]
    for said in world.channel.said.values():
        assert not [words.text for words in said if "没处理好" in words.text]
        assert all(words.text.strip() for words in said)


async def open_tickets(world: World) -> Sequence[Ticket]:
    async with world.sessions() as session:
        return (await session.scalars(sa.select(Ticket).where(Ticket.closed_at.is_(None)))).all()


def spoken(world: World, text: str) -> list[Inbound]:
    """Said by everybody, in a group and alone, outright and in passing, and as a button."""
    found = []
    for person in ("陈书记", "路人"):
        found.append(world.message(person, text, to_bot=person == "路人"))
        alone = world.message(person, text, alone=True)
        found += [alone, replace(world.message(person, f"1|{text}", alone=True), happening=Happening.PRESSED)]
    return found


@ROUGH
@given(
    word=st.sampled_from(WORDS),
    slash=st.sampled_from(("", "/", "／", "@")),
    rest=texts,
    person=st.sampled_from([*CAST, "路人"]),
)
async def test_no_command_breaks_whatever_follows_it(
    world: World, caplog: pytest.LogCaptureFixture, word: str, slash: str, rest: str, person: str
) -> None:
    for text in (f"{slash}{word} {rest}", f"{slash}{word}{rest}"):
        pressed = replace(world.message(person, f"1|{text}", to_bot=True), happening=Happening.PRESSED)
        said = [world.message(person, text, to_bot=True), world.message(person, text, alone=True)]
        await world.hand_over(world.message(person, text), *said, pressed)
    assert_nothing_broke(world, caplog)


@pytest.mark.parametrize("part", range(2))
async def test_strange_text_breaks_nothing_and_nothing_is_lost_behind_it(
    world: World, caplog: pytest.LogCaptureFixture, part: int
) -> None:
    for text in STRANGE[part::2]:
        said = [*spoken(world, text), *spoken(world, f"报修 {text}")[2:4], world.message("王芳", f"转单 1 {text}")]
        await asyncio.gather(*map(world.receiver.receive, said))
    await world.send_all()
    assert_nothing_broke(world, caplog)
    before = len(await open_tickets(world))
    await world.says("李姐", "报修 1单元的灯坏了", to_bot=True)
    assert len(await open_tickets(world)) == before + 1


async def test_a_book_pasted_into_the_group_is_met_with_silence(world: World) -> None:
    await world.says("李姐", "行\n" * 1_000_000)
    world.silent("3栋群", "李姐")


async def test_nothing_to_read_is_silence_in_a_group_and_an_answer_alone(world: World) -> None:
    for text in ("", " \n", "\u200b\u200d", "😀😀😀", "مرحبا", "\0\x07"):
        await world.says("李姐", text)
        world.silent("3栋群")
        await world.says("李姐", text, alone=True)
        world.hears("李姐", "在哪里")


async def test_what_cannot_be_kept_is_taken_out_of_what_is_kept(world: World) -> None:
    await world.says("王五\0\ud800" + "长" * 10_000, f"报修 {REPORT}\0\ud83d", to_bot=True, group="3栋群")
    assert len(await open_tickets(world)) == 1
    async with world.sessions() as session:
        names = list(await session.scalars(sa.select(Member.name).where(Member.name.startswith("王五"))))
    assert names == ["王五" + "长" * 58]


@pytest.mark.parametrize("field", ["message_id", "chat", "sender", "reply_to", "one_to_one", "about"])
async def test_ids_may_be_anything(world: World, caplog: pytest.LogCaptureFixture, field: str) -> None:
    alone = field in ("chat", "one_to_one")
    for value in ("9" * 10_000, "a:b%c_d/../", "\0", "x\ud800y", "", "🙂" * 300):
        changes: dict[str, Any] = {field: value}
        said = replace(world.message("李姐", f"报修 {REPORT}", alone=alone, to_bot=True), **changes)
        happened = [replace(said, message_id=f"{world.count}:{one}", happening=one) for one in Happening]
        await world.hand_over(said, *happened)
    assert_nothing_broke(world, caplog)


async def test_long_ids_that_differ_at_the_end_stay_different(world: World) -> None:
    for end in "12":
        await world.says("李姐", f"报修 {end}楼的灯坏了", alone=True, message_id="9" * 5000 + end)
    assert len(await open_tickets(world)) == 2
    assert len(world.new("李姐")) == 2
