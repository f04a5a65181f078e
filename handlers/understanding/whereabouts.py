"""Which of the addresses in a message is the problem's place, and when 「我家」 means the speaker's own flat."""

import re
from dataclasses import replace
from typing import Final

from handlers.understanding.numerals import numeral
from handlers.understanding.place import addresses
from handlers.understanding.types import Scene, Spot

OWN_HOME: Final = re.compile(
    r"(?:(?<![到得把着跟往害向离比从怼问在找])|(?<=[漏渗滴流淌冒返]到))(?:[我俺咱吾侬阮](?:们|哋)?(?:自己)?(?:这(?=暖气|儿|边))?"
    r"(?:家(?!门禁|门卡)|屋(?!顶)|房间|房里|卧室|主卧|厨房|客厅|厕所|卫生间|阳台|\d{3,4}|这(?=[边里,.!]|$))|家[里中]|屋头|屋里|屋企|成屋|自家)"
    r"(?P<whose>[的老小]{0,2}(?:人|老|父|母|爸|妈|爷|奶|婆|公|娃|孩|宝|儿|女|婴|狗|猫|车|先生|师傅))?"
)
NEIGHBOUR: Final = re.compile(r"(?:楼上|楼下|隔壁|对门|对面)的?$")
NEAR_HOME: Final = re.compile(r"楼上|楼下|隔壁|对门|对面|我家|我屋|俺家|邻居")
ON_THE_WAY: Final = re.compile(
    r"(?:爬到?|跑[到上下]?|走到|敲了?|按|尾[号数]|车牌号?|车位号?|密码|电压|血压|通到|直到|停到|贴在?|绕)[是在为 :]?$"
)
SEEN_FROM: Final = re.compile(
    r"^(?:(?:的人|也)?都(?:能?闻|能?听|能?看)|那[头边]绕|[走爬跑](?:下|上|过|到)|以上|以下|到顶|车位|那[边头](?:跑|飞|走|去)|公[告示]栏)"
)
NO_FLOOR: Final = re.compile(r"(?:我(?:家|在|住)?|[厚薄盖积落糊包里外]|迫降)$")
BETWEEN: Final = re.compile(r"^(?:[和跟与到至、~/]|以及|还有)?$")
CORRECTS: Final = re.compile(r"[说打写报看搞]错|更正|不是.{0,8}是")
MENTION: Final = re.compile(r"@\S+(?: (?=\S{1,4}(?:\s|$)))?")


def place_said(text: str, scene: Scene, home: Spot) -> Spot:
    """The place that `text` (as `plain` gives it) states: its first address, what later ones add, then the home."""
    spot = said(text, scene, home)
    own = OWN_HOME.search(text)
    if own is None or (spot != Spot() and own["whose"]):
        return spot
    return _at_home(spot, home, text)


def said(text: str, scene: Scene, home: Spot) -> Spot:
    """The place that the addresses in `text` state together."""
    if home_in_tower(home):
        scene = replace(scene, towers=True)
    if "@" in text:
        text = MENTION.sub("@", text)
    spot, until = Spot(), 0
    for begin, end, address in addresses(text, scene):
        if _passing(text, begin, end, address):
            continue
        spot = _second(spot, address, text[until:begin]) if _clash(spot, address) else address.updated(spot)
        until = end
    return spot


def added(old: Spot, text: str, scene: Scene, home: Spot, *, theirs: bool, staff: bool) -> Spot:
    """A ticket's place after a further message; `theirs` where its reporter speaks, whose home counts.

    What was said once stays: an address that contradicts it is another place, unless it says that it corrects, or
    names the flat above, where water comes from.
    """
    new = said(text, scene, home)
    if theirs and (own := OWN_HOME.search(text)) and not own["whose"] and old.floor is None:
        new = _at_home(new, home, text) if old.room is None or old.room == home.room else Spot(home.building, home.unit)
    if staff and new.room is None and new.floor is not None and new.unit is None:
        new = replace(new, floor=None)
    if _clash(old, new):
        return old.updated(new) if CORRECTS.search(text) or _above(new.room, old.room) else old
    return old.updated(new)


def _above(room: str | None, other: str | None) -> bool:
    """Whether one room lies right above the other."""
    return bool(room and other and room.isdecimal() and other.isdecimal() and int(room) == int(other) + 100)


def answered(text: str, question: str) -> Spot:
    """The place in an answer of a number alone, such as 「2」 to 「请问是几单元？」."""
    bare = text.strip(" ,.!~。")
    number = bare if bare.isdecimal() else numeral(bare)
    if number is None or not 0 < len(number) < 3:
        return Spot()
    if "单元" in question:
        return Spot(unit=str(int(number)))
    if "楼" in question.replace("楼栋", "").replace("号楼", "") or "层" in question:
        return Spot(floor=int(number) or None)
    return Spot(building=str(int(number))) if "栋" in question or "号楼" in question or "幢" in question else Spot()


def anchored(spot: Spot, scene: Scene) -> Spot:
    """The spot in the group's building, where none is said."""
    return Spot(building=scene.building).updated(spot)


def home_in_tower(home: Spot) -> bool:
    """Whether the speaker lives in an 「A2」, so that others do."""
    return (
        home.building is not None
        and len(home.building) == 2
        and home.building[0].isalpha()
        and home.building[1].isdecimal()
    )


def _passing(text: str, begin: int, end: int, address: Spot) -> bool:
    """Whether the address is only passed by, or seen from."""
    if (
        address == Spot(floor=address.floor)
        and (address.floor or 0) > 0
        and NO_FLOOR.search(text[max(begin - 3, 0) : begin])
    ):
        return True
    return bool(ON_THE_WAY.search(text[max(begin - 8, 0) : begin]) or SEEN_FROM.match(text[end : end + 6]))


def _clash(spot: Spot, other: Spot) -> bool:
    return any(
        one is not None and two is not None and one != two
        for one, two in (
            (spot.building, other.building),
            (spot.unit, other.unit),
            (spot.floor, other.floor),
            (spot.room, other.room),
        )
    )


def _second(spot: Spot, other: Spot, between: str) -> Spot:
    """What stands after a second address that contradicts the first: 「楼上401」 makes the trouble, 「和2单元」 shares it."""
    if BETWEEN.match(between):
        return _common(spot, other)
    if other == Spot(room=other.room) and (NEIGHBOUR.search(between) or _above(other.room, spot.room)):
        return spot.updated(other)
    return spot


def _common(spot: Spot, other: Spot) -> Spot:
    """The wider parts in which two places agree: 「1单元和2单元中间」 is in neither unit."""
    if other.building is not None and spot.building != other.building:
        return Spot()
    if other.unit is not None and spot.unit != other.unit:
        return Spot(spot.building)
    if other.floor is not None and spot.floor != other.floor:
        return Spot(spot.building, spot.unit)
    return Spot(spot.building, spot.unit, spot.floor)


def _at_home(spot: Spot, home: Spot, text: str) -> Spot:
    """The spot with what the speaker's home adds: all of it, or building and unit where another flat is named."""
    elsewhere = spot.building and home.building and spot.building != home.building
    if elsewhere or (spot.unit and home.unit != spot.unit):
        return spot
    if spot.room in (None, home.room):
        return Spot(home.building, home.unit, None, home.room if spot.floor is None else None).updated(spot)
    if NEAR_HOME.search(text):
        return Spot(home.building, home.unit).updated(spot)
    return spot
