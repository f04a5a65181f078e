"""The frames of the long connection: JSON with a command, a request's id, and a body.

An acknowledgement has no command; it is known by the id of the request that it answers.
"""

import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

JSON = dict[str, Any]

#: They may stand raw in what the platform sends, and JSON knows none of them.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the platform sent. `code` is 0 where all is well, and for what is no acknowledgement."""

    request: str
    cmd: str = ""
    code: int = 0
    body: JSON = field(default_factory=dict)

    @property
    def event(self) -> JSON:
        """The event that it tells; empty for a message."""
        found = self.body.get("event")
        return found if isinstance(found, dict) else {}


def read(text: str) -> Frame | None:
    """The frame that `text` is, or None where it is none."""
    try:
        frame = json.loads(_CONTROL.sub(" ", text))
    except (ValueError, RecursionError):
        return None
    headers = frame.get("headers") if isinstance(frame, dict) else None
    request = headers.get("req_id") if isinstance(headers, dict) else None
    code, body = (frame.get("errcode", 0), frame.get("body", {})) if isinstance(request, str) else (None, None)
    if not isinstance(request, str) or not isinstance(code, int):
        return None
    return Frame(request, str(frame.get("cmd") or ""), code, body if isinstance(body, dict) else {})


def written(cmd: str, request: str, body: JSON | None) -> str:
    """A frame as it is sent."""
    frame: JSON = {"cmd": cmd, "headers": {"req_id": request}}
    return json.dumps(frame if body is None else frame | {"body": body}, ensure_ascii=False)


def new_request(cmd: str) -> str:
    """An id for a request of our own; it begins with the command, as those of the official library do."""
    return f"{cmd}_{secrets.token_hex(10)}"
