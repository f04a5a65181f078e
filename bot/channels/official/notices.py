"""The subscription notice “工单状态变更”: what can be said of a ticket to who has not written lately, if he has agreed.

Such notices are for the matter that their template names and nothing else, or the account loses them: only what is said
about a ticket becomes one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from handlers.messages import Words

#: Characters that a value may have, by the kind in front of its number; what is longer makes the whole notice fail.
ROOM: Final[Mapping[str, int]] = MappingProxyType({"thing": 20, "character_string": 32, "const": 20})
ZONE: Final = ZoneInfo("Asia/Shanghai")  #: the platform's
_TICKET: Final = re.compile(r"(?<![0-9])([1-9][0-9]{0,8}) ?号")
_NUMBER: Final = re.compile(r"[0-9]+$")


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account's, and which of its keys hold what.

    Args:
        id: The template's.
        text: The key that holds what has happened, such as `thing2`.
        number: That of the ticket's number, if it has one.
        time: That of the time, if it has one.
        page: Where a tap leads, if anywhere.
    """

    id: str
    text: str
    number: str | None = None
    time: str | None = None
    page: str | None = None


def notice(words: Words, openid: str, template: Template, now: datetime) -> dict[str, Any] | None:
    """What `words` are as a notice; None where they are about no ticket."""
    ticket = _TICKET.search(words.text)
    if ticket is None:
        return None
    values = {
        template.text: _cut(words.text, template.text),
        template.number: ticket[1],
        template.time: f"{now.astimezone(ZONE):%Y年%m月%d日 %H:%M}",
    }
    body: dict[str, Any] = {"touser": openid, "template_id": template.id}
    if template.page:
        body["page"] = template.page
    return body | {"data": {key: {"value": value} for key, value in values.items() if key}}


def _cut(text: str, key: str) -> str:
    """As much of `text` as fits, in one line."""
    room = ROOM.get(_NUMBER.sub("", key), 20)
    line = " ".join(text.split()).encode("utf-8", "replace").decode()
    return line if len(line) <= room else line[: room - 1] + "…"
