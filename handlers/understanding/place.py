"""A grammar of places in a compound: 3-1-502, 三单元五楼, 负一楼, A座, 6幢301 … and back into words.

An address is a run of parts from wide to narrow: building, unit, floor, room. Each part is a number and the word that
says what it counts; hyphens stand for the words in the short forms. A part that is no narrower than the one before
begins another address, so that 「3栋1单元和4栋」 is two.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from handlers.understanding.normalise import plain
from handlers.understanding.numerals import CHINESE, numeral
from handlers.understanding.types import Scene, Spot

_CN: Final = f"[{CHINESE}]"
_N: Final = rf"(?:\d{{1,3}}|{_CN}{{1,3}})"  # a building's, unit's or floor's number
_B: Final = rf"(?:[A-Z]{{1,2}}\d{{1,2}}|\d{{1,3}}[A-Z]|[A-Z]|{_N})"
_R: Final = (
    r"(?:\d{1,2}[A-Z]\d{2}|(?!0\d\d(?!\d))\d{3,4})"  # a room as written; 13A02 is one on the thirteenth and a half
)
_SAID: Final = r"[一二三四五六七八九十幺][零〇○一二三四五六七八九幺]{2,3}"  # a room read out digit by digit
_START: Final = r"(?<![\dA-Za-z/#+-])(?<!\d[.:])"
_CALLS: Final = r"(?!(?:11[029]|12[02]|400)(?![\d室房])|12345)"  # 110, 119, 120, 400 are called, not lived in
_NOT_A_ROOM: Final = r"(?![\d.:%°/年月日号块元点分秒个人度米斤次平瓦伏万件份台页岁][^房室]?|张(?![老大阿家叔姨婶爷奶师伯嬢孃])|[多几][个人块]|毫|天(?!天)|公[斤里]|-\d|[A-Za-z]{2}|[VWK](?![A-Za-z])|车位)"

PARTS: Final = re.compile(
    rf"""(?=[-\dA-Z负地{CHINESE}])  # most characters begin nothing
    (?:{_START}(?P<several>(?:{_N}[到至、]{_N}|[一二三四五六七八九]{{2}})(?:栋|幢|单元|楼|层)|一栋(?=楼)|123+4*(?!室)|\d{{3,4}}[到至~]\d{{3,4}})
    |{_START}(?P<b3>{_B})(?:(?:栋|幢|号楼|座)?[-_/杠]|\#楼?)(?P<u3>\d{{1,2}}|{_CN})(?:单元|梯)?[-_/杠,](?P<r3>{_R}|{_SAID}|\d{{1,2}}(?![\d月日]))
    |(?<![\dA-Za-z/+-])(?P<u4>{_N})(?:单元|梯)[-_](?P<r4>{_R}|{_SAID}){_NOT_A_ROOM}
    |{_START}(?P<b2>{_B})(?:栋|幢|号楼|座|号|\#)?[-_杠](?P<r2>{_R}|{_SAID}){_NOT_A_ROOM}
    |{_START}(?P<bu>{_B})(?:栋|幢|号楼|座)?-(?P<u2>\d)(?=(?:整个?)?单元|那边|[,，门的 ]|$)
    |{_START}(?P<block>[A-Z])(?P<u1>\d{{1,2}})单元
    |{_START}(?P<yard>{_N})号院(?!子)(?!.{{0,2}}{_B}(?:栋|幢|号楼|座))
    |{_START}(?P<hall>\d{{3}})楼(?![上下道顶板梯层房])
    |{_START}(?P<building>{_B})(?:栋(?!单车)|幢|座(?!位)|号楼|\#楼?|号(?={_N}单元|{_R}|{_SAID}|门口|楼|底楼|的?铁门)|楼(?={_N}(?:单元|门(?!口))))
    |(?<![\dA-Za-z/+-])(?P<unit>(?!两){_N})(?:单元|梯|门(?={_R}|洞|门口|{_N}[楼层]))
    |(?<=[楼栋幢座])(?P<door>(?!两){_N})门(?!禁)
    |(?:负|地下(?=(?:\d|{_CN})[楼层])|(?<![\w一-鿿])-(?=\d(?:[楼层F]|车库|地库|停车)))(?P<below>[1-9]|{_CN})(?:楼|层|F)?
    |{_START}(?P<floor>\d{{1,2}}A?|(?!两){_CN}{{1,3}})(?:楼(?!上?下?[主群盖]|[房道]子)|层(?![一灰水冰油皮膜霜土泥纱绿黑白薄厚纸布阳楼])|F(?![A-Za-z]))
    |{_START}(?P<tower>[A-Z][1-9])(?![\dA-Za-z栋幢座-])
    |{_START}(?P<lettered>[A-Z])(?P<theirs>\d{{3,4}}){_NOT_A_ROOM}
    |{_START}{_CALLS}(?P<room>{_R}){_NOT_A_ROOM}
    |(?<!{_CN})(?P<spelled>{_SAID})(?!{_CN})(?![块元个人年度多斤米]))
    """,
    re.VERBOSE | re.ASCII,
)
WORTH_A_LOOK: Final = re.compile(rf"[\dA-Z负]|地下|{_CN}(?:{_CN}|[栋幢楼层座单梯门号到至、_/杠-])")
_BASEMENT: Final = re.compile("B[1-6]")
_INITIALS: Final = re.compile(r"(?<=\d{3})(?=[A-Za-z]{2})")
ORDER: Final = ("building", "unit", "floor", "room")
LONGEST_NAME: Final = 200  #: characters of a nickname that are read, for homes are remembered by name


def _number(text: str | None) -> str | None:
    """Arabic digits or letters as written; numerals turned into digits."""
    if text is None:
        return None
    return text.lstrip("0") or "0" if text.isdecimal() and len(text) < 3 else numeral(text) or text


def _room(text: str) -> str:
    return numeral(text) or text


def _floor(text: str) -> int | None:
    """The floor's number; 13A is the fourteenth."""
    digits = _number(text.rstrip("A")) or ""
    if not digits.isdecimal() or not 0 < int(digits) < 100:
        return None
    return int(digits) + text.endswith("A")


def _building(match: re.Match[str], scene: Scene) -> Spot:
    """「12楼2单元」 is a building's unit, but in another building's group a floor."""
    text, whole = match["building"], match[0]
    if whole.endswith("楼") and not whole.endswith(("号楼", "#楼")) and scene.building not in (None, text):
        return Spot(floor=_floor(text))
    return Spot(building=_number(text))


def _hall(text: str, scene: Scene) -> Spot:
    """「203楼」 is no floor: a building where they are called so, else what stands for room 203."""
    called_so = scene.building is None or len(scene.building) == len(text)
    return Spot(building=text) if called_so else Spot(room=text)


def _storey(match: re.Match[str], scene: Scene) -> Spot:
    """「12楼」 is a floor, but a building where no house is so high."""
    floor = _floor(match["floor"])
    too_high = scene.building is None and scene.floors is not None and (floor or 0) > scene.floors
    return Spot(building=str(floor)) if too_high and match[0].endswith("楼") else Spot(floor=floor)


def _tower(text: str, scene: Scene) -> Spot:
    """「B2」 is a basement, and 「C2」 a building where buildings are called so."""
    if scene.building == text or scene.towers:
        return Spot(building=text)
    return Spot(floor=-int(text[1:])) if _BASEMENT.fullmatch(text) else Spot()


def _pair(first: str, room: str, scene: Scene) -> Spot:
    """「2-502」: a unit's room in a building's group, a building's room in a compound's; 「B2-117」 may be a parking space."""
    if scene.building != first and (below := _tower(first, scene)).floor is not None:
        return below
    if scene.building is None and first not in scene.units:
        return Spot(building=first, room=room)
    if first == scene.building and first not in scene.units:
        return Spot(building=first, room=room)
    return Spot(unit=first, room=room) if first.isdecimal() else Spot(building=first, room=room)


#: What each kind of match states.
READ: Final[dict[str, Callable[[re.Match[str], Scene], Spot]]] = {
    "several": lambda _, __: Spot(),
    "r3": lambda found, _: Spot(_number(found["b3"]), _number(found["u3"]), None, _room(found["r3"])),
    "r2": lambda found, scene: _pair(_number(found["b2"]) or "", _room(found["r2"]), scene),
    "r4": lambda found, _: Spot(unit=_number(found["u4"]), room=_room(found["r4"])),
    "u2": lambda found, _: Spot(building=_number(found["bu"]), unit=found["u2"]),
    "u1": lambda found, _: Spot(building=found["block"], unit=_number(found["u1"])),
    "yard": lambda found, scene: Spot(building=_number(found["yard"])) if scene.building is None else Spot(),
    "hall": lambda found, scene: _hall(found["hall"], scene),
    "building": _building,
    "unit": lambda found, _: Spot(unit=_number(found["unit"])),
    "door": lambda found, _: Spot(unit=_number(found["door"])),
    "below": lambda found, _: Spot(floor=-int(_number(found["below"]) or "1") or None),
    "tower": lambda found, scene: _tower(found["tower"], scene),
    "floor": _storey,
    "theirs": lambda found, _: Spot(building=found["lettered"], room=found["theirs"]),
    "room": lambda found, _: Spot(room=_room(found["room"])),
    "spelled": lambda found, _: Spot(room=_room(found["spelled"])),
}


def _narrowest(spot: Spot) -> int:
    return max((i for i, part in enumerate(ORDER) if getattr(spot, part) is not None), default=-1)


def _widest(spot: Spot) -> int:
    return min((i for i, part in enumerate(ORDER) if getattr(spot, part) is not None), default=len(ORDER))


def addresses(text: str, scene: Scene) -> Iterator[tuple[int, int, Spot]]:
    """Every address said in `text` (as `plain` gives it), with where it begins and ends."""
    if not WORTH_A_LOOK.search(text):
        return
    begin = end = 0
    spot = Spot()
    for match in PARTS.finditer(text):
        part = READ[match.lastgroup or ""](match, scene)
        if part == Spot():
            continue
        if spot != Spot() and (_widest(part) <= _narrowest(spot) or match.start() - end > 2):
            yield begin, end, spot
            spot = Spot()
        if spot == Spot():
            begin = match.start()
        spot, end = spot.updated(part), match.end()
    if spot != Spot():
        yield begin, end, spot


def home_of(name: str, scene: Scene) -> Spot:
    """The home that a nickname states, such as 「2-1203 李姐」."""
    return _home_of(name[:LONGEST_NAME], scene)


@lru_cache(maxsize=4096)
def _home_of(name: str, scene: Scene) -> Spot:
    apart = _INITIALS.sub(" ", plain(name))  # 1-1203Amy lives in 1203
    return next((spot for _, _, spot in addresses(apart, scene)), Spot())


def spot_name(spot: Spot, *, rooms: bool = True) -> str:
    """The spot in Chinese, empty for nowhere; without `rooms` building and unit at most, for what a group may read."""
    words = [f"{spot.building}栋" if spot.building else "", f"{spot.unit}单元" if spot.unit else ""]
    if rooms and spot.floor is not None:
        words.append(f"{spot.floor}楼" if spot.floor > 0 else f"负{-spot.floor}楼")
    if rooms and spot.room:
        words.append(f"{spot.room}室")
    return "".join(words)
