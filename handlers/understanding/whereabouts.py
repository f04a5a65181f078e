"""Which of the addresses in a message is the problem's place, and when 「我家」 means the speaker's own flat."""

import re
from dataclasses import replace
from typing import Final

from handlers.understanding.numerals import numeral
from handlers.understanding.own_home import NEAR_HOME, OWN_HOME, WHERE_HE_IS, lies_above, lies_on
from handlers.understanding.place import addresses
from handlers.understanding.sound import understood
from handlers.understanding.types import Scene, Spot

#: 901又搓麻将, 我在1001听得清清楚楚: where he is who tells of another place.
HE_STANDS: Final = re.compile(r"我[在住是]$")
ROOM_AFTER: Final = frozenset("室的家那户开")
#: 要280: money, where no more is said of it than three digits.
PRICE: Final = re.compile(r"(?:要|收费?|花了?|交了?|罚款?|卖|便宜)[我你他她]?$")
#: 4楼小韩你看看: who is spoken to is called by where he lives.
SPOKEN_TO: Final = re.compile(r"^的?[一-鿿]{1,3}[你您](?:再?[看试听瞧]|现在)")
#: 是九楼那家的婆婆: who somebody is, and not where.
SOMEBODY: Final = re.compile(r"^(?:那?家)?的(?:老?婆婆|老汉|老人家?|老太|老头|爷爷|奶奶|大爷|大妈|嬢嬢|孃孃|[娃孩])")
#: 是26楼窗户丢的: a finding, which goes before whatever was thought until then.
FOUND: Final = re.compile(
    r"[楼层房室户家\d][^,]{0,8}[丢扔抛甩倒泼](?:下来)?的|(?:^|[,. ])(?:就|还)?是[\d一二三四五六七八九十]{1,3}[楼层]"
)
NEIGHBOUR: Final = re.compile(r"(?:楼上|楼下|隔壁|对门|对面)的?$")
ON_THE_WAY: Final = re.compile(
    r"(?:爬[到了]?|跑[到上下]?|走到|敲了?|按|尾[号数]|车牌号?|车位号?|密码|电压|血压|通到|直到|贴在?|绕)[是在为 :]?$"
)
SEEN_FROM: Final = re.compile(
    r"^(?:[再朝]?往上|(?:的人|也)?都(?:能?闻|能?听|能?看)|那[头边]绕|[走爬跑](?:下|上|过|到)|以上|以下|到顶|车位|那[边头](?:跑|飞|走|去)|公[告示]栏)"
)
NO_FLOOR: Final = re.compile(r"(?:[厚薄盖积落糊包里外了起]|迫降)$")
BETWEEN: Final = re.compile(r"^(?:[和跟与到至、~/]|以及|还有)?$")
CORRECTS: Final = re.compile(r"[说打写报看搞]错|更正|不是.{0,8}是")
#: 对头, 是的嘛: says yes, where something was asked.
AGREES: Final = re.compile(r"嗯*(?:对头|对|是|系|没错|就是)*+[的滴啊呀嘛咯哦嗯]*+(?:(?<=[^ ,])[ ,].{0,8})?")
#: 1 我看到有手缩回去: a number first, where one was asked for.
NUMBER_FIRST: Final = re.compile(r"\d{1,2}(?=[ ,]|$)")
ASKS: Final = re.compile(r"[?？吗吧]|不是|是不")
MENTION: Final = re.compile(r"@\S+(?: (?=\S{1,4}(?:\s|$)))?")


def place_said(text: str, scene: Scene, home: Spot) -> Spot:
    """The place that `text` (as `plain` gives it) states: its first address, what later ones add, then the home."""
    spot = _his_own(said(text, scene, home), home)
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
    found = [each for each in addresses(text, scene) if not _passing(text, *each)]
    elsewhere = [each for each in found if not HE_STANDS.search(text[max(each[0] - 2, 0) : each[0]])]
    spot, until = Spot(), 0
    for begin, end, address in elsewhere or found:
        spot = _second(spot, address, text[until:begin]) if _clash(spot, address) else address.updated(spot)
        until = end
    return spot


def added(old: Spot, text: str, scene: Scene, home: Spot, *, theirs: bool, staff: bool) -> Spot:
    """A ticket's place after a further message; `theirs` where its reporter speaks, whose home counts.

    What was said once stays: an address that contradicts it is another place, unless it says that it corrects, or
    names the flat above, where water comes from.
    """
    new = said(text if theirs else WHERE_HE_IS.sub("", text), scene, home)
    if (
        theirs
        and (own := OWN_HOME.search(text))
        and not own["whose"]
        and (old.floor is None or lies_on(home.room, old.floor))
    ):
        new = _at_home(new, home, text) if old.room is None or old.room == home.room else Spot(home.building, home.unit)
    if theirs:
        new = _his_own(new, home)
    found = staff and FOUND.search(text) is not None
    if staff and not found and new.room is None and new.floor is not None and new.unit is None:
        new = replace(new, floor=None)
    if _clash(old, new):
        return old.updated(new) if found or CORRECTS.search(text) or lies_above(new.room, old.room) else old
    return old.updated(new)


def answered(text: str, question: str, scene: Scene) -> Spot:
    """The place in an answer that says none: 「2」 to 「请问是几单元？」, or 「对头」 to 「1单元的八楼？」."""
    bare = text.strip(" ,.!~。")
    if bare and AGREES.fullmatch(bare) and ASKS.search(question):
        return said(understood(question), scene, Spot())
    first = NUMBER_FIRST.match(bare)
    number = first[0] if first else numeral(bare)
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
    if (
        address == Spot(room=address.room)
        and len(address.room or "") == 3
        and PRICE.search(text[max(begin - 4, 0) : begin])
    ):
        return text[end : end + 1] not in ROOM_AFTER
    if text[begin - 1 : begin] == "是" and SOMEBODY.match(text[end : end + 8]):
        return True
    return bool(
        SPOKEN_TO.match(text[end : end + 8])
        or ON_THE_WAY.search(text[max(begin - 8, 0) : begin])
        or SEEN_FROM.match(text[end : end + 6])
    )


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
    if other == Spot(room=other.room) and (NEIGHBOUR.search(between) or lies_above(other.room, spot.room)):
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


def _his_own(spot: Spot, home: Spot) -> Spot:
    """The spot with building and unit of the speaker's home, where the room that he says is his own."""
    his = home.room is not None and spot.room == home.room and not _clash(replace(spot, floor=None), home)
    return Spot(home.building, home.unit).updated(spot) if his else spot


def _at_home(spot: Spot, home: Spot, text: str) -> Spot:
    """The spot with what the speaker's home adds: all of it, or building and unit where another flat is named."""
    elsewhere = spot.building and home.building and spot.building != home.building
    if elsewhere or (spot.unit and home.unit != spot.unit):
        return spot
    if spot.room in (None, home.room):
        room = home.room if spot.floor is None or lies_on(home.room, spot.floor) else None
        return Spot(home.building, home.unit, None, room).updated(spot)
    if NEAR_HOME.search(text):
        return Spot(home.building, home.unit).updated(spot)
    return spot
