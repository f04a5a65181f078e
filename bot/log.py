"""JSON lines on standard error: a constant event and a few fields, ids and counts only.

What people say must not get here by any way. So a field needs a name that is allowed and a value that looks like an id;
an exception is told by its type and where it happened, never by its message; and what libraries have to say, which may
be anything, is told by where they say it.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final, TextIO

from typing_extensions import override

log = logging.getLogger(__name__)

#: The names of fields: what they hold is an id, a count, or a word of our own.
FIELDS: Final = frozenset(
    {
        "account", "attempt", "attempts", "broadcast", "broadcasts", "channel", "chats", "command", "count", "error",
        "failures", "instance", "kind", "member", "message_id", "messages", "milliseconds", "outbox_id", "place",
        "port", "reason", "result", "revision", "seconds", "status", "step", "tick", "ticket", "tickets", "update",
    }
)  # fmt: skip
OURS: Final = ("bot", "handlers", "storage")
LOUD: Final = (
    "aiohttp",
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "openai",
    "PIL",
    "sqlalchemy",
    "telegram",
)
LONGEST_CHAIN: Final = 8
LONGEST_TRACE: Final = 40

_EVENT: Final = re.compile("[a-z][a-z0-9_]*")
_ID: Final = re.compile(r"[A-Za-z0-9_.:@/+=-]{0,100}")


class JsonLines(logging.Formatter):
    """One line a record, with nothing in it that a person wrote."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **_told(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exceptions"] = [
                {"type": _type(error), "at": _trace(error.__traceback__)} for error in _chain(record.exc_info[1])
            ]
        return json.dumps(line, ensure_ascii=True)


def set_up(level: str, stream: TextIO | None = None) -> None:
    """Log everything at `level` and above, libraries from warnings on; to standard error unless a stream is given."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.raiseExceptions = False  # a line that cannot be written must not be shown in another way
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _fail


def _fail(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What stops the program is logged like anything else; Python would print its message."""
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("program_failed", exc_info=(kind, error, trace))


def _told(record: logging.LogRecord) -> dict[str, Any]:
    """The event and its fields; of a record that is not ours only where it comes from."""
    ours = record.name.partition(".")[0] in OURS
    if not ours or record.args or not _EVENT.fullmatch(str(record.msg)):
        return {"event": "elsewhere", "logger": record.name, "where": f"{record.module}:{record.lineno}"}
    return {"event": record.msg, **{name: _plain(value) for name, value in vars(record).items() if name in FIELDS}}


def _plain(value: object) -> bool | int | float | str | None:
    """`value` where it can be nothing but an id or a number, else what it is."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if _ID.fullmatch(text) else f"<{type(value).__name__}>"


def _chain(error: BaseException) -> list[BaseException]:
    """The exception, what is grouped in it, and what caused them, outermost first."""
    return list(islice(_steps(error), LONGEST_CHAIN))


def _steps(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _steps(inner)
    below = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if below is not None:
        yield from _steps(below)


def _type(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _trace(trace: TracebackType | None) -> list[str]:
    """Where it happened, the innermost call last: file, line and function, without the folders of the machine."""
    calls = extract_tb(trace)[-LONGEST_TRACE:]
    return [f"{'/'.join(Path(call.filename).parts[-3:])}:{call.lineno} {call.name}" for call in calls]
