"""Chat and message lines in, a prediction line a message out: what `guanjia parse` does between its two streams."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from handlers.understanding.group import Group, Judge, scene_of
from handlers.understanding.types import Scene


def predictions(reader: Judge, lines: Iterable[str], complain: Callable[[str], None]) -> Iterator[str]:
    """A JSON line for every message line; `complain` hears in Chinese of each line that could not be read."""
    group = Group(Scene())
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            if "chat" in said:
                group = Group(scene_of(said["chat"]))
                continue
            answer = group.hear(reader, said)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as broken:
            complain(f"第 {number} 行读不懂（{type(broken).__name__}），按闲聊处理。请对照格式说明检查这一行。")
            answer = harmless(line)
        yield json.dumps(answer)


def harmless(line: str) -> dict[str, Any]:
    """The prediction for a line that could not be read: small talk, with its id where it has one."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    return {"id": said.get("id") if isinstance(said, dict) else None, "intent": "chatter", "items": []}
