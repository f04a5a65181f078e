"""Builds `sounds.json` from `lexicon.toml`: `python -m handlers.understanding.sound.build`.

How characters are read is taken from pypinyin, which words there are from jieba, and what is often written side by
side from the training transcripts. Needs the test extra (jieba, pypinyin); the same data gives the same file.
"""

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from pathlib import Path
from typing import Any, Final

import jieba
from pypinyin import Style, lazy_pinyin
from pypinyin.phrases_dict import phrases_dict

from handlers.understanding.normalise import plain
from handlers.understanding.sound import DATA
from handlers.understanding.sound.slips import folded

LEXICON: Final = Path(__file__).with_name("lexicon.toml")
TALK: Final = Path("tests/eval/train/groups")
CHARSETS: Final = ("gb2312", "big5")
COMMON: Final = 10  #: how often jieba has seen a word that holds its characters together
OFTEN: Final = 3  #: how often two characters are seen side by side that are usual together
LIFT: Final = 0.7  #: … and how often against what chance alone would bring together
LONGEST: Final = 4

Words = Mapping[str, int]


def syllables_of(text: str) -> tuple[str, ...]:
    """How the characters are read, without tones."""
    return tuple(lazy_pinyin(text, style=Style.NORMAL, v_to_u=False))


def characters() -> Iterator[str]:
    """The characters in use, simplified and traditional."""
    for number in range(0x4E00, 0x9FA6):
        char = chr(number)
        if any(_within(char, charset) for charset in CHARSETS):
            yield char


def _within(char: str, charset: str) -> bool:
    try:
        code = char.encode(charset)
    except UnicodeEncodeError:
        return False
    return charset == "gb2312" or code < b"\xc9"  # beyond it stands what hardly anyone writes


def ways(word: str, alone: Mapping[str, str]) -> list[str]:
    """How a word is said, its characters read as in the word or as they are alone."""
    inside = syllables_of(word)
    return sorted({" ".join(way) for way in product(*({s, alone[c]} for s, c in zip(inside, word, strict=True)))})


def dictionary() -> Words:
    """Ordinary words with how often they were seen."""
    lines = Path(jieba.__file__).with_name("dict.txt").read_text("utf-8").splitlines()
    counted = {word: int(count) for word, count, _ in map(str.split, lines)}
    return dict.fromkeys(phrases_dict, 1) | counted


def side_by_side() -> set[str]:
    """The characters that are usual together in the groups that are learned from; digits are all alike."""
    seen: Counter[str] = Counter()
    each: Counter[str] = Counter()
    for path in sorted(TALK.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            text = re.sub(r"\d", "0", plain(json.loads(line).get("text") or ""))
            each.update(text)
            seen.update(map("".join, pairwise(text)))
    chance = LIFT / each.total()
    return {pair for pair, n in seen.items() if n >= OFTEN and n >= each[pair[0]] * each[pair[1]] * chance}


def homophones(words: Words, lexicon: Mapping[str, list[str]], alone: Mapping[str, str]) -> list[str]:
    """The ordinary words that sound like one of the lexicon."""
    taken = {tuple(map(folded, way.split())) for found in lexicon.values() for way in found}
    return sorted(
        word
        for word in words
        if 2 <= len(word) <= LONGEST and word not in lexicon and all(c in alone for c in word)
        and taken & {tuple(map(folded, way)) for way in (syllables_of(word), tuple(alone[c] for c in word))}
    )  # fmt: skip


def followers(
    pairs: Iterable[str], firsts: frozenset[str], lasts: frozenset[str], alone: Mapping[str, str]
) -> dict[str, str]:
    """After every character those that follow it, where either may stand at a slip's edge."""
    found: defaultdict[str, str] = defaultdict(str)
    for first, second in sorted(map(tuple, pairs)):
        if folded(alone.get(second, "")) in firsts or folded(alone.get(first, "")) in lasts:
            found[first] += second
    return found


def built() -> dict[str, Any]:
    """What `sounds.json` holds."""
    told = tomllib.loads(LEXICON.read_text("utf-8"))
    alone = {char: syllables_of(char)[0] for char in characters()}
    lexicon = {word: ways(word, alone) for group in told["words"].values() for word in group.split()}
    kept = told["as_written"]
    words, usual = dictionary(), side_by_side()
    firsts, lasts = (frozenset(folded(way.split()[n]) for w in lexicon.values() for way in w) for n in (0, -1))
    spelled: defaultdict[str, str] = defaultdict(str)
    for char, syllable in alone.items():
        spelled[syllable] += char
    bound = [word for word, count in words.items() if len(word) == 2 and count >= COMMON]
    bound += [word for word in lexicon if len(word) == 2]
    return {
        "syllables": dict(sorted(spelled.items())),
        "words": lexicon,
        "letters": told["letters"],
        "alone": told["alone"]["words"].split(),
        "small": told["small"]["characters"],
        "as_written": sorted(
            {*homophones(words, lexicon, alone), *kept["words"].split()} - {*kept["yet_slips"].split()}
        ),
        "surnames": told["names"]["surnames"].strip(),
        "bound": followers(set(bound), firsts, lasts, alone),
        "usual": followers((usual | {*told["beside"]["pairs"].split()}) - set(bound), firsts, lasts, alone),
    }


if __name__ == "__main__":
    DATA.write_text(json.dumps(built(), ensure_ascii=False, indent=0) + "\n", "utf-8")
