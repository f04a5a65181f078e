"""Transcripts of group chats: a `chat` line for a group, then a line for each of its messages (tests/eval/FORMAT.md)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bot.section import Misconfigured
from storage.types import Role

#: How a mention of the group's bot is written, and the role of another bot.
BOT: Final = "bot"


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the group; `role` None is another bot's."""

    id: str
    at: datetime  #: aware UTC
    sender: str
    name: str
    role: Role | None
    text: str
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(slots=True)
class Transcript:
    """A group from its first message to its last; `building` None is the group of a whole compound."""

    compound: str
    building: str | None
    units: tuple[str, ...]
    floors: int | None
    lines: list[Line] = field(default_factory=list)

    @property
    def begins(self) -> datetime:
        """When the first message was said; any moment will do where nothing ever was."""
        return self.lines[0].at if self.lines else datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def title(self) -> str:
        """“石龙巷小区 5栋群”."""
        return f"{self.compound} {self.building}栋群" if self.building else f"{self.compound}群"


def read(path: Path) -> list[Transcript]:
    """The groups in the file at `path`, in order.

    Raises:
        Misconfigured: It cannot be read, or a line is not what it should be.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return list(_groups(path, file))
    except UnicodeDecodeError:
        raise Misconfigured(f"{path} 不是 UTF-8 的文本，请核对是不是群聊记录。") from None
    except OSError as error:
        raise Misconfigured(f"{path} 打不开，请核对文件名和权限。") from error


def _groups(path: Path, file: Iterator[str]) -> Iterator[Transcript]:
    group: Transcript | None = None
    for number, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            said = json.loads(text)
            if "chat" in said:
                if group is not None:
                    yield group
                group = _group(said["chat"])
            elif group is None:
                raise Misconfigured(f"{path} 的第一行要是群（chat）的一行，请对照格式说明检查。")
            else:
                group.lines.append(_line(said))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Misconfigured(f"{path} 第 {number} 行读不懂，请对照格式说明检查这一行。") from None
    if group is None:
        raise Misconfigured(f"{path} 里没有群聊记录，请核对文件。")
    yield group


def _group(chat: Mapping[str, Any]) -> Transcript:
    building, floors = chat.get("building"), chat.get("floors")
    return Transcript(
        compound=str(chat.get("compound") or "小区"),
        building=str(building) if building not in (None, "") else None,
        units=tuple(str(unit) for unit in chat.get("units") or ()),
        floors=floors if isinstance(floors, int) else None,
    )


def _line(said: Mapping[str, Any]) -> Line:
    sender = said["sender"]
    role = str(sender.get("role"))
    return Line(
        id=str(said["id"]),
        at=datetime.fromisoformat(said["ts"]).astimezone(UTC),
        sender=str(sender["id"]),
        name=str(sender.get("name") or ""),
        role=None if role == BOT else Role(role) if role in set(Role) else Role.RESIDENT,
        text=str(said.get("text") or ""),
        reply_to=said.get("reply_to"),
        mentions=tuple(str(mention) for mention in said.get("mentions") or ()),
        attachments=tuple(str(kind) for kind in said.get("attachments") or ()),
    )
