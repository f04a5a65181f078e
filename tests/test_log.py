"""The log tells what happened, and nothing of what people say, who they are or where they live."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from typing_extensions import override

from bot.channels.base import SendError
from bot.log import FIELDS, JsonLines
from handlers.understanding.decide import Reader
from storage.database import Sessions
from tests.world import World

ROOT: Final = Path(__file__).parent.parent
PHONE: Final = "13985501234"
NAME: Final = "欧阳小翠"
ROOM: Final = "2-1704"
TEXT: Final = f"我是{NAME}，住{ROOM}，厨房天花板漏水，电话{PHONE}"
ENGLISH: Final = "quiet words of a neighbour"


@dataclass
class Written:
    """What was logged."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def events(self) -> set[str]:
        return {line["event"] for line in self.lines}

    def last(self) -> dict[str, Any]:
        return self.lines[-1]


@pytest.fixture
def written() -> Iterator[Written]:
    """Everything that any logger says at any level, in the form of the log."""
    written = Written()
    handler = logging.StreamHandler(written.stream)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


class BrokenReader(Reader):
    """A bug that tells what it was given."""

    @override
    def weigh(self, *heard: Any, **more: Any) -> Any:
        raise ValueError(f"cannot read {heard} {more}")


def assert_nothing_personal(written: Written) -> None:
    """Neither as it was written nor as JSON writes it."""
    for secret in (PHONE, NAME, ROOM, TEXT, "天花板", "欧阳"):
        assert secret not in written.text
        assert json.dumps(secret)[1:-1] not in written.text


async def test_nothing_that_people_say_gets_into_the_log(world: World, written: Written) -> None:
    for alone in (False, True):
        await world.says(NAME, TEXT, alone=alone)
        await world.says(NAME, f"帮助 {TEXT}", alone=alone)
        await world.says(NAME, f"通知 明天上午9点 全体：{TEXT}", alone=alone)
        await world.says("陈书记", f"通知 明天上午9点 全体：{TEXT}", alone=alone)
        await world.says("王芳", f"接单 {PHONE} {NAME}", alone=alone)
    assert_nothing_personal(written)


async def test_a_bug_in_a_handler_is_logged_without_what_it_was_about(
    sessions: Sessions, world: World, reader: Reader, written: Written
) -> None:
    world.receiver.reader = BrokenReader(**{f.name: getattr(reader, f.name) for f in fields(reader)})
    await world.says(NAME, TEXT, to_bot=True)
    assert "handler_failed" in written.events
    failed = next(line for line in written.lines if line["event"] == "handler_failed")
    assert failed["channel"] == "fake"
    assert failed["exceptions"][0]["type"] == "ValueError"
    assert failed["exceptions"][0]["at"][-1].endswith("weigh")
    assert_nothing_personal(written)


async def test_what_the_database_complains_about_is_logged_without_the_values(
    sessions: Sessions, written: Written
) -> None:
    log = logging.getLogger("bot.test")
    with pytest.raises(sa.exc.DBAPIError) as caught:
        async with sessions.begin() as session:
            await session.execute(sa.text("INSERT INTO nowhere VALUES (:text)"), {"text": TEXT})
    log.error("tick_failed", exc_info=caught.value)
    assert PHONE not in str(caught.value)
    assert written.last()["exceptions"][0]["type"].startswith("sqlalchemy.exc.")
    assert_nothing_personal(written)


async def test_a_message_that_does_not_go_out_is_logged_by_its_number(world: World, written: Written) -> None:
    world.channel.failures.append(SendError(f"forbidden: {TEXT}", permanent=True))
    await world.says("李姐", "帮助", to_bot=True)
    sent = next(line for line in written.lines if line["event"] == "message_not_sent")
    assert sent["status"] == "dead"
    assert isinstance(sent["outbox_id"], int)
    assert_nothing_personal(written)


def test_fields_that_are_not_allowed_and_values_that_are_no_ids_are_left_out(written: Written) -> None:
    fields = {"text": TEXT, "sender": NAME, "channel": "telegram", "messages": 3, "error": ENGLISH, "update": None}
    logging.getLogger("bot.test").info("message_handled", extra=fields)
    line = written.last()
    assert {key: line.get(key) for key in fields} == {
        "text": None, "sender": None, "channel": "telegram", "messages": 3, "error": "<str>", "update": None,
    }  # fmt: skip
    assert line["event"] == "message_handled"
    assert line["level"] == "info"


def test_an_event_that_is_no_constant_is_not_repeated(written: Written) -> None:
    log = logging.getLogger("bot.test")
    log.info("said %s", TEXT)
    log.info(TEXT)
    log.info(ENGLISH)
    assert {line["event"] for line in written.lines} == {"elsewhere"}
    assert_nothing_personal(written)
    assert ENGLISH not in written.text


def test_what_libraries_say_is_told_by_where_they_say_it(written: Written) -> None:
    logging.getLogger("httpx").warning("HTTP Request: POST https://example.org/bot123:TOKEN/sendMessage %s", TEXT)
    logging.getLogger("asyncio").error("task_failed")
    assert [line["event"] for line in written.lines] == ["elsewhere", "elsewhere"]
    assert written.last()["logger"] == "asyncio"
    assert "test_log:" in written.last()["where"]
    assert "TOKEN" not in written.text


def test_causes_and_groups_are_told_by_their_types(written: Written) -> None:
    try:
        try:
            raise KeyError(TEXT)
        except KeyError as error:
            raise ExceptionGroup(TEXT, [ValueError(TEXT), OSError(TEXT)]) from error
    except ExceptionGroup:
        logging.getLogger("bot.test").exception("program_failed")
    types = [error["type"] for error in written.last()["exceptions"]]
    assert types == ["ExceptionGroup", "ValueError", "OSError", "KeyError"]
    assert_nothing_personal(written)


def test_every_field_that_the_program_logs_is_allowed_and_every_event_a_constant() -> None:
    for path in (path for package in ("bot", "handlers", "storage") for path in (ROOT / package).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and is_log(call.func.value)):
                continue
            for extra in (keyword.value for keyword in call.keywords if keyword.arg == "extra"):
                keys = {
                    node.value for node in ast.walk(extra) if isinstance(node, ast.Constant) and is_key(node, extra)
                }
                assert keys <= FIELDS, f"{path}:{call.lineno} logs {keys - FIELDS}: is it an id or a count?"


def is_log(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "log"


def is_key(node: ast.Constant, extra: ast.expr) -> bool:
    return isinstance(extra, ast.Dict) and node in extra.keys
