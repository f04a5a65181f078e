"""A statement as one kind of database reads it: its text, what it is asked with, and how values go in and come out."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import cycle
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Convert = Callable[[Any], Any]


class Asked(NamedTuple):
    """What one parameter stands for: a value of that name, or the one at `at` of its list; or a constant."""

    name: str | None
    at: int | None
    convert: Convert | None
    constant: Any = None


class Spelled:
    """One statement, compiled once.

    Args:
        statement: What `sa.select` or an `insert` makes.
        columns: For an insert, the columns that are given.
    """

    def __init__(self, statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> None:
        self._dialect: Final = dialect
        self._compiled: Final = statement.compile(dialect=dialect, column_keys=columns)
        lists = (bind for bind in self._compiled.binds.values() if bind.expanding)
        self._lists: Final = tuple(bind.key for bind in lists if bind.required)  # and not a constant one
        self._texts: Final[dict[tuple[int, ...], tuple[str, list[Asked]]]] = {}
        returned = list(statement.exported_columns)
        names = [str(column.key) for column in returned]
        self._row: Final[Any] = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        converts = ((at, _reader(column.type, dialect)) for at, column in enumerate(returned))
        self._results: Final = tuple((at, convert) for at, convert in converts if convert is not None)

    def text(self, given: Mapping[str, Any]) -> tuple[str, list[Asked]]:
        """The text for lists of these lengths, and what its parameters stand for."""
        shape = tuple(len(given[name]) for name in self._lists)
        if shape not in self._texts:
            self._texts[shape] = self._spelled(given)
        return self._texts[shape]

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """What came back, by the names of its columns."""
        if not self._results:
            return list(map(self._row._make, found))
        return [self._row._make(self._read(row)) for row in found]

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for at, convert in self._results:
            values[at] = convert(values[at])
        return values

    def _spelled(self, given: Mapping[str, Any]) -> tuple[str, list[Asked]]:
        state = self._compiled.construct_expanded_state({**self._compiled.params, **given})
        lists = {name: cycle(range(len(_flat(given[name])))) for name in given if name in self._lists}
        asked = []
        for name in state.positiontup or ():
            owner = next((each for each in lists if name.startswith(f"{each}_")), None)
            if owner is not None:
                asked.append(Asked(owner, next(lists[owner]), state.processors.get(name)))
            elif name in given:
                asked.append(Asked(name, None, _writer(self._compiled.binds[name].type, self._dialect)))
            else:
                asked.append(Asked(None, None, None, self._constant(name, state)))
        return state.statement, asked

    def _constant(self, name: str, state: Any) -> Any:
        if name in state.additional_parameters:
            convert, value = state.processors.get(name), state.additional_parameters[name]
        else:
            bind = self._compiled.binds[name]
            convert, value = _writer(bind.type, self._dialect), bind.value
        return value if convert is None else convert(value)


def values(asked: Sequence[Asked], given: Mapping[str, Any]) -> list[Any]:
    """The values of `given` for the parameters of a text, in their order."""
    flat: dict[str, Sequence[Any]] = {}
    found = []
    for name, at, convert, constant in asked:
        if name is None:
            found.append(constant)
            continue
        value = given[name]
        if at is not None:
            if name not in flat:
                flat[name] = _flat(value)
            value = flat[name][at]
        found.append(value if convert is None else convert(value))
    return found


def values_of_each(asked: Sequence[Asked], rows: Sequence[Mapping[str, Any]]) -> list[Sequence[Any]]:
    """The same for each of `rows`; what stands in many of them is converted once."""
    if len(rows) == 1:
        return [values(asked, rows[0])]
    return list(zip(*(_column(one, rows) for one in asked), strict=True))


def _column(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    name, at, convert, constant = asked
    if name is None:
        return [constant] * len(rows)
    found = [row[name] if at is None else _flat(row[name])[at] for row in rows]
    if convert is None:
        return found
    converted = {id(value): convert(value) for value in {id(value): value for value in found}.values()}
    return [converted[id(value)] for value in found]


def _flat(values: Sequence[Any]) -> Sequence[Any]:
    """What stands in tuples, in a row."""
    return [one for value in values for one in value] if values and isinstance(values[0], tuple) else values


def _writer(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        values: dict[Any, Any] = {None: None, **{member: member.value for member in kind.enum_class}}
        return values.__getitem__
    return _kept(kind, kind.dialect_impl(dialect).bind_processor(dialect))


def _reader(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        members: dict[Any, Any] = {None: None, **{member.value: member for member in kind.enum_class}}
        return members.__getitem__
    if isinstance(kind, sa.Float):
        return None  # every driver gives one; SQLAlchemy's asks what the server's type is, which nobody knows here
    return _kept(kind, kind.dialect_impl(dialect).result_processor(dialect, None))


def _kept(kind: sa.types.TypeEngine[Any], convert: Convert | None) -> Convert | None:
    """The same; a moment, which stands in many rows, is converted once."""
    if convert is None or not isinstance(kind, sa.TypeDecorator) or not isinstance(kind.impl_instance, sa.DateTime):
        return convert
    return lru_cache(maxsize=512)(convert)
