"""What is wrong with a configuration, in the words of the person who wrote it: the key, what is so, and what to do.

A value is repeated only where it is a number, a switch or one word out of a list: anything else may be a secret.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
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
_SECOND_HAND: Final = "default_factory_not_called"  #: only says that something else is wrong


class ConfigError(Misconfigured):
    """The configuration cannot be used. The message names every key, what is wrong with it and what to do."""


def explained(error: ValidationError, root: type[BaseModel]) -> list[str]:
    """One line for each thing that is wrong."""
    found = error.errors(include_url=False)
    return [f"{name_of(e['loc'])}：{_sentence(e, root)}" for e in found if e["type"] != _SECOND_HAND]


def name_of(where: Where) -> str:
    """A key's full name, as it is found in the file."""
    if where[:1] == ("channels",) and len(where) > 1:
        key = ".".join(str(part) for part in where[3:])
        return f"第 {int(where[1]) + 1} 个 [[channels]]" + (f" 的 {key}" if key else "")
    words = [str(part) for part in where if isinstance(part, str) and part != "[key]"]
    numbers = [f"（第 {part + 1} 项）" for part in where if isinstance(part, int)]
    return ".".join(words) + "".join(numbers)


def _sentence(error: ErrorDetails, root: type[BaseModel]) -> str:
    kind, where, limits = error["type"], error["loc"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return _unknown(where, root)
        case "missing":
            field = field_at(root, where)
            return f"没有填。这是{field.description if field else '必填的'}，请补上"
        case "value_error":
            return str(limits["error"])
        case "zoneinfo_str":
            return _unknown_zone(str(error["input"]))
        case "literal_error" | "enum" | "union_tag_invalid":
            allowed = limits.get("expected") or limits.get("expected_tags") or ""
            return f"只能是 {str(allowed).replace(' or ', ', ').replace(', ', '、').replace(chr(39), '')} 里的一个"
        case "union_tag_not_found":
            return f'没有写 kind，请说明是哪种渠道，例如 kind = "{next(iter(_kinds(root)), "")}"'
        case "too_short" | "string_too_short":
            return "是空的，请填上" if limits["min_length"] == 1 else f"太短了，至少要 {limits['min_length']} 个字"
        case "too_long" | "string_too_long":
            return f"太长了，最多 {limits['max_length']} 个字"
        case "string_pattern_mismatch":
            field = field_at(root, where)
            return f"写法不对，应该是：{field.description if field else limits['pattern']}"
    if kind in _COMPARED:
        ask, limit = _COMPARED[kind]
        return f"现在是 {error['input']}，{ask} {limits[limit]}，请改一改"
    shape = next(
        (text for word, text in _SHAPES.items() if kind.startswith(word)), "写得不对，请对照 config.example.toml"
    )
    field = field_at(root, where)
    example = field.default if field and isinstance(field.default, int) else 10
    return shape.format(example=example, key=".".join(str(part) for part in where))


_COMPARED: Final = {
    "greater_than": ("要大于", "gt"),
    "greater_than_equal": ("不能小于", "ge"),
    "less_than": ("要小于", "lt"),
    "less_than_equal": ("不能大于", "le"),
}


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
