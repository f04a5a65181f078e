"""Looks for words in the database that should not be there: what was said and belongs to no ticket."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.words import TicketMessage

#: Shorter ones (“好的”, “二单元”) stand in many places by chance; of them only a cell that is nothing else counts.
TELLING: Final = 6
_SILENT: Final = re.compile(r"[\W_]+")


async def left_over(session: AsyncSession, said: Mapping[str, str]) -> set[str]:
    """The ids of those messages that belong to no ticket and whose words are nevertheless kept somewhere.

    Args:
        said: Everything that was said, by message id.
    """
    kept = set(await session.scalars(sa.select(TicketMessage.message_id)))
    explained = [bare(said[id]) for id in kept & said.keys()]
    cells = {bare(text) for text in await _texts(session)} - {""}
    idle = {id: bare(text) for id, text in said.items() if id not in kept and bare(text)}
    return {id for id, text in idle.items() if _is_kept(text, cells) and not _is_kept(text, explained)}


def bare(text: str) -> str:
    """`text` without blanks and punctuation, so that no change of these hides it.

    What is a sign and a digit stays as it is: “+1” is not the 1 of a unit.
    """
    silent = _SILENT.sub("", text).casefold()
    return text.strip().casefold() if len(silent) < 2 else silent


def _is_kept(text: str, cells: Collection[str]) -> bool:
    if text in cells:
        return True
    return len(text) >= TELLING and any(text in cell for cell in cells)


async def _texts(session: AsyncSession) -> list[str]:
    """What every column of every table holds that could be words."""
    found: list[str] = []
    for table in Base.metadata.tables.values():
        wordy = [column for column in table.columns if _may_hold_words(column.type)]
        for row in await session.execute(sa.select(*wordy)) if wordy else ():
            found.extend(text for value in row for text in _flat(value))
    return found


def _may_hold_words(kind: sa.types.TypeEngine[Any]) -> bool:
    return isinstance(kind, sa.String | sa.JSON) and not isinstance(kind, sa.Enum)


def _flat(value: object) -> Iterator[str]:
    """The strings in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _flat([*value.keys(), *value.values()])
    elif isinstance(value, Iterable):
        for inner in value:
            yield from _flat(inner)
