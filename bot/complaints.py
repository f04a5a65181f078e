"""What is wrong with a configuration, in the words of the person who wrote it: the key, what is so, and what to do.

A value is repeated only where it is a number, a switch or one word out of a list: anything else may be a secret.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, Literal, get_args, get_origin
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.section import Misconfigured

Where = Sequence[int | str]

_SHAPES: Final = {
    "int": "应该是整数，不加引号，例如 {example}",
    "float": "应该是数，不加引号，例如 {example}",
    "bool": "应该是 true 或 false，不加引号",
    "string": "应该是加引号的文字",
    "list": '应该是一个列表，例如 ["甲", "乙"]',
    "tuple": '应该是一个列表，例如 ["甲", "乙"]',
    "frozen_set": '应该是一个列表，例如 ["甲", "乙"]',
    "dict": "应该是一个表，写成 [{key}]，下面一行一个",
    "model": "应该是一个表，写成 [{key}]，下面一行一个",
    "path": "应该是加引号的路径",
    "url": "应该是 http:// 或 https:// 开头的网址",
    "time": '应该是加引号的时刻，例如 "22:00"',
}
#: Tables that are there more than once, and after how many parts of a name their keys begin.
LISTED: Final = MappingProxyType({"channels": 3, "warnings": 2})
_SECOND_HAND: Final = "default_factory_not_called"  #: only says that something else is wrong


class ConfigError(Misconfigured):
    """The configuration cannot be used. The message names every key, what is wrong with it and what to do."""


def explained(error: ValidationError, root: type[BaseModel]) -> dict[str, str]:
    """One line for each key that is wrong, by its name."""
    found = [e for e in error.errors(include_url=False) if e["type"] != _SECOND_HAND]
    return {name_of(e["loc"]): f"{name_of(e['loc'])}：{_sentence(e, root)}" for e in found}


def name_of(where: Where) -> str:
    """A key's full name, as it is found in the file."""
    if where and where[0] in LISTED and len(where) > 1:
        key = ".".join(str(part) for part in where[LISTED[str(where[0])] :] if isinstance(part, str))
        return f"第 {int(where[1]) + 1} 个 [[{where[0]}]]" + (f" 的 {key}" if key else "")
    words = [str(part) for part in where if isinstance(part, str) and part != "[key]"]
    numbers = [f"（第 {part + 1} 项）" for part in where if isinstance(part, int)]
    return ".".join(words) + "".join(numbers)


def _sentence(error: ErrorDetails, root: type[BaseModel]) -> str:
    """What is wrong with one key, and what to do."""
    kind, field = error["type"], field_at(root, error["loc"])
    if kind == "extra_forbidden":
        return _unknown(error["loc"], root)
    if kind == "union_tag_not_found":
        return f'没有写 kind，请说明是哪种渠道，例如 kind = "{next(_kinds(root), "")}"'
    if kind in _SAID:
        return _SAID[kind](error, error.get("ctx", {}), field.description if field else None)
    shape = next((said for word, said in _SHAPES.items() if kind.startswith(word)), _ELSE)
    example = field.default if field and isinstance(field.default, int) else 10
    return shape.format(example=example, key=".".join(str(part) for part in error["loc"]))


def _one_of(_: ErrorDetails, limits: Mapping[str, Any], __: str | None) -> str:
    allowed = str(limits.get("expected") or limits.get("expected_tags"))
    words = re.findall(r"[\w-]+", allowed.replace(" or ", " "))
    return f"只能是 {'、'.join(words)} 里的一个"


def _too_short(_: ErrorDetails, limits: Mapping[str, Any], __: str | None) -> str:
    return "是空的，请填上" if limits["min_length"] == 1 else f"太短了，至少要 {limits['min_length']} 个字"


def _beyond(ask: str, limit: str) -> Callable[[ErrorDetails, Mapping[str, Any], str | None], str]:
    return lambda error, limits, _: f"现在是 {error['input']}，{ask} {limits[limit]}，请改一改"


_SAID: Final[Mapping[str, Callable[[ErrorDetails, Mapping[str, Any], str | None], str]]] = {
    "missing": lambda _, __, what: f"没有填，请补上（{what or '必须有'}）",
    "value_error": lambda _, limits, __: str(limits["error"]),
    "zoneinfo_str": lambda error, _, __: _unknown_zone(str(error["input"])),
    "literal_error": _one_of,
    "enum": _one_of,
    "union_tag_invalid": _one_of,
    "string_too_short": _too_short,
    "string_too_long": lambda _, limits, __: f"太长了，最多 {limits['max_length']} 个字",
    "string_pattern_mismatch": lambda _, __, what: f"写法不对，应该是：{what or '别的样子'}",
    "greater_than": _beyond("要大于", "gt"),
    "greater_than_equal": _beyond("不能小于", "ge"),
    "less_than": _beyond("要小于", "lt"),
    "less_than_equal": _beyond("不能大于", "le"),
}
_ELSE: Final = "写得不对，请对照 config.example.toml"


def _unknown(where: Where, root: type[BaseModel]) -> str:
    """A key that there is not: the closest one, or the table to which it belongs."""
    key, above = str(where[-1]), where[:-1]
    table = table_at(root, above)
    here = list(table.model_fields) if table else []
    if close := get_close_matches(key, here, n=1):
        return f"没有这个键，是不是想写 {close[0]}？"
    for place in _tables(root):
        model = table_at(root, place)
        if model is not None and key in model.model_fields:
            return (
                f"没有这个键，它属于 [{'.'.join(map(str, place))}]，请挪到那一段下面"
                if place
                else ("没有这个键，它要写在文件最前面，所有 [方括号] 之前")
            )
    return f"没有这个键，请删掉。这里可以写：{'、'.join(here)}"


def _unknown_zone(given: str) -> str:
    close = get_close_matches(given, available_timezones(), n=1)
    return f"没有这个时区，请写 {close[0] if close else 'Asia/Shanghai'}"


# -- finding one's way in the model --------------------------------------------------------------------------------


def field_at(root: type[BaseModel], where: Where) -> FieldInfo | None:
    """The field that `where` leads to, if it is one."""
    words = [part for part in where if isinstance(part, str)]
    table = table_at(root, where[: where.index(words[-1])]) if words else None
    return table.model_fields.get(words[-1]) if table else None


def table_at(root: type[BaseModel], where: Where) -> type[BaseModel] | None:
    """The class of the table that `where` leads to; in a list of channels the part after the number is the kind."""
    choice: list[type[BaseModel]] = [root]
    for part in where:
        if isinstance(part, int):
            continue
        if len(choice) > 1:
            choice = [model for model in choice if part in kinds_of(model)]
        elif choice and part in choice[0].model_fields:
            choice = list(models_in(choice[0].model_fields[part].annotation))
        else:
            return None
    return choice[0] if len(choice) == 1 else None


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, however deep."""
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def kinds_of(model: type[BaseModel]) -> tuple[Any, ...]:
    """The words for `kind` by which a channel's table is told from the others."""
    field = model.model_fields.get("kind")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()


def _kinds(root: type[BaseModel]) -> Iterator[str]:
    for field in root.model_fields.values():
        for model in models_in(field.annotation):
            yield from kinds_of(model)


def _tables(root: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield above
    for key, field in root.model_fields.items():
        inner = list(models_in(field.annotation))
        if len(inner) == 1:
            yield from _tables(inner[0], (*above, key))
