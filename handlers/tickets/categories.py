"""What people call a category: 电梯, 下水, 公区照明, 水管."""

from collections.abc import Mapping
from typing import Final

from handlers.phrases import CATEGORY_NAMES
from handlers.reading.values import words
from storage.types import Category

LONGEST: Final = 20
ALSO: Final[Mapping[str, Category]] = {
    "水管": Category.WATER,
    "停水": Category.WATER,
    "停电": Category.POWER,
    "电路": Category.POWER,
    "煤气": Category.GAS,
    "天然气": Category.GAS,
    "渗水": Category.LEAK,
    "下水": Category.SEWER,
    "管道堵了": Category.SEWER,
    "公区照明": Category.LIGHTING,
    "路灯": Category.LIGHTING,
    "楼道灯": Category.LIGHTING,
    "灯": Category.LIGHTING,
    "设施": Category.FACILITY,
    "门锁": Category.ACCESS,
    "垃圾": Category.SANITATION,
    "保洁": Category.SANITATION,
    "树木": Category.GREENING,
    "噪声": Category.NOISE,
    "车位": Category.PARKING,
    "消防": Category.FIRE_SAFETY,
    "违建": Category.ILLEGAL_BUILD,
    "邻里纠纷": Category.DISPUTE,
    "网络": Category.TELECOM,
    "快递": Category.TELECOM,
}


def category_named(said: str) -> Category | None:
    """The category of that name or code; a part of a name will do where only one has it."""
    plain = words(said, LONGEST)
    codes = {category.value: category for category in Category}
    names = {name: category for category, name in CATEGORY_NAMES.items()}
    found = codes.get(plain.lower()) or names.get(plain) or ALSO.get(plain)
    parts = [category for name, category in names.items() if len(plain) > 1 and plain in name]
    return found or (parts[0] if len(parts) == 1 else None)
