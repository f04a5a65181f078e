"""Chat and message lines in, a prediction line a message out: what `guanjia parse` does between its two streams."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from handlers.understanding.group import Group, Judge, scene_of
from handlers.understanding.types import Scene

#: What reading a line that is not as FORMAT.md says may raise.
BROKEN: Final = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)


def predictions(reader: Judge, lines: Iterable[str], complain: Callable[[str], None]) -> Iterator[str]:
    """A JSON line for every message line; `complain` hears in Chinese of each line that could not be read."""
    group = Group(Scene())
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        said: Any = None
        try:
            said = json.loads(line)
            if about_chat(said):
                group = Group(Scene())  # whatever the line goes on with, the chat before is over
                group = Group(scene_of(said["chat"]))
                continue
            answer = group.hear(reader, said)
        except BROKEN as broken:
            taken = "当成一个新的群" if about_chat(said) else "按闲聊处理"
            complain(f"第 {number} 行读不懂（{type(broken).__name__}），{taken}。请对照格式说明检查这一行。")
            if about_chat(said):
                continue
            answer = harmless(said)
        yield json.dumps(answer)


def about_chat(said: object) -> bool:
    """Whether a line describes a group; it gets no prediction, broken or not."""
    return isinstance(said, dict) and "chat" in said


def harmless(said: object) -> dict[str, Any]:
    """The prediction for what could not be read: small talk, with its id where it has one."""
    name = said.get("id") if isinstance(said, dict) else None
    return {"id": str(name) if isinstance(name, str | int) else None, "intent": "chatter", "items": []}
