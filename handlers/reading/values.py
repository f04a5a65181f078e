"""What people type → values, or `Unclear`. Times are read in `handlers.reading.times`.

Nothing here is strict about width, blanks or what cannot be seen: a phone's keyboard puts all of them into a message.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from storage.types import Role

LONGEST: Final = 10_000
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs"})  # controls, zero-widths and bidi marks, halves of characters
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")  # drawn as nothing, yet letters or marks
_KEPT: Final = "，！？：；（）…"  # Chinese punctuation stays what it is: texts are shown again
_OTHERS: Final = re.compile(f"[^{_KEPT}]+")
_EDGES: Final = " \n\t,，.。、:：;；!！?？~～…-—\"'“”‘’「」『』()（）[]【】<>《》"

SEPARATORS: Final = " \n\t,，。.、:：;；-—"  #: between a number or a time and what is said with it

_CHINESE_DIGITS: Final = str.maketrans("零〇一二两三四五六七八九", "001223456789")
NUMERAL: Final = "[0-9]++|[零〇一二两三四五六七八九十百千]++"
_SPOKEN: Final = re.compile(r"(?:([1-9])千)?0?(?:([1-9])百)?0?(?:([1-9]?)十)?0?([1-9])?", re.ASCII)
_NAMED: Final = "(?:[#№]|no[.:]?|工单|编号|单号)"
_WHOLE: Final = re.compile(rf"(?:{_NAMED}|第|\s)*({NUMERAL})\s*(?:号工单|号单|号|#)?", re.IGNORECASE)
# 12栋, 12.5 and 12-1203 do not begin with a ticket's number; 工单12 and “12 ” do, whatever comes then.
_LEADING: Final = re.compile(
    rf"""\s*(?:
        (?:{_NAMED}\s*)+({NUMERAL})(?:\s*号(?:工单|单(?!元))?)?(?![.:\-/][0-9])
      | ({NUMERAL})\s*号(?:\s*工单|单(?!元))?(?![楼栋幢座院门线房铺库早晚夜]|[上中下]午|[今明]天|凌晨|单元)
      | ({NUMERAL})(?=$|[\s,，.。、:：;；!！?？~…\-—])(?![.,:、\-][0-9])
        (?!\s+(?:栋|幢|号楼|分钟|小时|点(?![名评检])))
    )""",
    re.VERBOSE | re.IGNORECASE,
)

_RATINGS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("满意", "好评", "点赞", "很好", "真好", "太好", "非常好", "特别好", "不错", "👍", "💯"), 5),
    **dict.fromkeys(("比较满意", "较满意", "挺好", "👌"), 4),
    **dict.fromkeys(("基本满意", "一般", "一般般", "还行", "还可以", "凑合", "马马虎虎", "中评"), 3),
    **dict.fromkeys(("不太满意", "不太好", "不大满意"), 2),
    **dict.fromkeys(("不满意", "差", "差评", "不好", "没解决", "👎"), 1),
}
_VERY: Final = "(?:非常|十分|特别|相当|太|很|挺|超|最|真)*"
_RATED: Final = re.compile(
    rf"(?:我?[给打评]|评价|我|对此)*{_VERY}(?:(?P<word>{'|'.join(sorted(_RATINGS, key=len, reverse=True))})"
    r"|(?P<points>[0-9]+|[一二两三四五])\s*(?:颗?星|分)?|(?P<stars>[⭐★🌟]{1,5}))"
    r"(?:\s|满意|好评|[🏻-🏿\ufe0f了的啊呀哦吧!！,，.。;；~、👍🌹🙏]|谢|辛苦|$)"
)

_ROLES: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.RESIDENT: ("居民", "业主", "住户", "租户"),
    Role.STEWARD: ("红管家", "楼栋红管家", "党员", "党员中心户", "在职党员", "志愿者"),
    Role.BUILDING_HEAD: ("楼栋长", "楼长", "单元长"),
    Role.GRID_WORKER: ("网格员", "网格长"),
    Role.PROPERTY: ("物业", "物业公司", "物业人员", "物业管家"),
    Role.COMMITTEE: ("业委会", "业主委员会", "业委会主任", "业委会委员", "业委会成员"),
    Role.ADMIN: ("管理员", "社区", "社区干部", "社区书记", "书记", "社工"),
    Role.SUPERVISOR: ("街道", "街道干部", "包保领导", "督导"),
}
ROLE_WORDS: Final[Mapping[str, Role]] = {word: role for role, words in _ROLES.items() for word in words}


class Unclear(ValueError):  # noqa: N818 -- not an error: a reason to show the example
    """The words cannot be read; the answer is the command's own example. It never carries the words themselves."""


def clean(text: str, limit: int = LONGEST) -> str:
    """At most `limit` characters without what cannot be seen; line breaks stay, other blanks are spaces."""
    seen = text[: 4 * limit]
    if not seen.isprintable() or not _BLANK_LETTERS.isdisjoint(seen):
        seen = "".join(map(_visible, seen.replace("\r\n", "\n")))
    return seen.strip()[:limit].rstrip()


def words(text: str, limit: int = 200) -> str:
    """One line of at most `limit` characters: letters and digits of one width (NFKC), blanks collapsed."""
    plain = clean(text, 2 * limit)
    one_width = _OTHERS.sub(lambda part: unicodedata.normalize("NFKC", part[0]), plain)
    return " ".join((plain if one_width == plain else clean(one_width)).split())[:limit].rstrip()


def folded(text: str) -> str:
    """The text with every character in its plain width and lower case, as long as before, so that offsets agree."""
    return "".join(map(_plain, text))


def numeral(text: str) -> int | None:
    """The value of "12", "十二", "一百零三" or "一二三": at most nine digits; None for anything else."""
    digits = text.translate(_CHINESE_DIGITS)
    if re.fullmatch("[0-9]{1,9}", digits):
        return int(digits)
    spoken = _SPOKEN.fullmatch(digits)
    if spoken is None or not digits:
        return None
    thousands, hundreds, tens, ones = (int(part or 0) for part in spoken.groups())
    if spoken[3] == "":
        tens = 1
    if digits[-2:-1] in ("百", "千"):  # 一百二 is 120, 一百零二 is 102
        ones *= 10 if digits[-2] == "百" else 100
    return thousands * 1000 + hundreds * 100 + tens * 10 + ones


def number(text: str) -> int:
    """The ticket number that the text is, such as "12", "#１２", "十二" or "12 号工单".

    Raises:
        Unclear: It is anything else, nought, or has more than nine digits.
    """
    found = _WHOLE.fullmatch(folded(clean(text, 100)).strip(_EDGES))
    value = numeral(found[1]) if found else None
    if not value:
        raise Unclear("no ticket number")
    return value


def leading_number(text: str) -> tuple[int | None, str]:
    """The ticket number in front of the text, if there is one, and what follows it."""
    text = clean(text)
    found = _LEADING.match(folded(text))
    value = numeral(found[1] or found[2] or found[3]) if found else None
    return (value, text[found.end() :].lstrip(SEPARATORS)) if found and value else (None, text)


def rating(text: str) -> int:
    """One to five for what the text begins with: 满意, 一般, "五星", "4分", 👍; a comment may follow.

    Raises:
        Unclear: It does not begin with a rating.
    """
    found = _RATED.match(folded(clean(text, 100)).lstrip(_EDGES))
    if found is None:
        raise Unclear("no rating")
    if found["word"]:
        return _RATINGS[found["word"]]
    value = numeral(found["points"]) if found["points"] else len(found["stars"])
    if value is None or not 1 <= value <= 5:
        raise Unclear("not one to five")
    return value


def role_named(text: str) -> Role | None:
    """The role that people call so."""
    return ROLE_WORDS.get(words(text, 20).strip(_EDGES))


def _visible(char: str) -> str:
    if char == "\n" or unicodedata.category(char) in ("Zl", "Zp"):
        return "\n"
    if char.isspace():
        return " "
    return "" if char in _BLANK_LETTERS or unicodedata.category(char) in _HIDDEN else char


def _plain(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).lower()
    return plain if len(plain) == 1 else char
