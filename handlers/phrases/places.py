"""Places by their names."""

from collections.abc import Collection, Sequence
from typing import Final

from storage.places import Place
from storage.types import PlaceKind

MOST: Final = 5


def short_name(place: Place) -> str:
    """“3栋”, “2单元”, “锦绣小区”: without what is above it."""
    if place.kind is PlaceKind.BUILDING and len(place.name) <= 3:
        return f"{place.name}栋"
    if place.kind is PlaceKind.UNIT and len(place.name) <= 3:
        return f"{place.name}单元"
    return place.name


def names(titles: Collection[str], most: int = MOST) -> str:
    """“3栋、4栋等 12 处”."""
    shown = "、".join(list(titles)[:most])
    return shown if len(titles) <= most else f"{shown}等 {len(titles)} 处"


def no_such_place(said: str, known: Sequence[str]) -> str:
    """When nothing is called so."""
    there = f"有的是：{names(known)}。" if known else "社区还没有录入楼栋。"
    return f"没有找到“{said}”。{there}"


def which_place(said: str, titles: Sequence[str]) -> str:
    """When several are called so."""
    return f"“{said}”不止一处：{names(titles)}。请带上小区名再发一次。"


def no_place_named(name: str) -> str:
    """When what was given as the name of a place is none."""
    return f"没有叫“{name}”的地点。请照表格里的写，例如 锦绣小区、锦绣小区3栋、第一网格，一次只写一个。"
