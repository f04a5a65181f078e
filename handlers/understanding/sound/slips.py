"""Finds what was misheard or mistyped: characters that sound like a word of the lexicon and make no sense of their own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from operator import eq
from typing import Final

#: What south-western ears do not part: h before u and f, then how syllables begin and how they end.
H_IS_F: Final = {"hu": "fu", "hua": "fa", "huan": "fan", "huang": "fang", "hui": "fei", "hun": "fen", "hong": "feng"}
BEGINNINGS: Final = re.compile("^(?:([zcs])h|n)(?=.)")
ENDINGS: Final = re.compile("(?<=[ie]n)g$")
NUMERALS: Final = "一二三四五六七八九十"
#: 3洞2单元 is in building 3, 5搂 a floor; 洞 alone is a hole.
PLACES: Final = {"栋": "洞冻动董", "楼": "搂娄"}
BUILDING: Final = re.compile(rf"(?<=[\dA-Z{NUMERALS}])[洞冻动董](?=\d|[{NUMERALS}]?单元|楼[道梯下门]|电梯)")
UNIT: Final = re.compile(rf"(?<=[\d{NUMERALS}])单[圆员园原源缘]")
FLOOR: Final = re.compile(r"(?<=\d)[搂娄](?!着)")
TITLES: Final = frozenset("哥姐叔姨嬢伯爷奶婆妈总工师")
CALLED: Final = frozenset("老阿@")

Pair = tuple[str, str]


@cache
def folded(syllable: str) -> str:
    """The syllable as south-western ears hear it."""
    heard = BEGINNINGS.sub(lambda found: found[1] or "l", H_IS_F.get(syllable, syllable))
    return ENDINGS.sub("", heard)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the lexicon and one way to say it."""

    text: str
    syllables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """How characters sound, and which of them make words; what tells a slip from what is meant as it stands."""

    syllables: Mapping[str, str]  #: of a character
    alone: frozenset[str]  #: words that are meant even where no character of them was hit
    lexicon: frozenset[str]
    as_written: frozenset[str]  #: ordinary words that sound like one of the lexicon
    surnames: frozenset[str]
    small: frozenset[str]  #: characters that make sentences rather than words
    bound: Mapping[str, str]  #: after a character, those that make a word with it
    usual: Mapping[str, str]  #: … and those that are often seen there

    def slipped(self, text: str, at: int, word: Word) -> bool:
        """Whether what stands at `at` sounds like `word` and was meant to be it."""
        end = at + len(word.text)
        written = text[at:end] if at >= 0 else ""
        if len(written) < len(word.text) or self._ordinary(written, word) or not self._sounds(written, word):
            return False
        changed = [one != right for one, right in zip(written, word.text, strict=True)]
        if not self.small.isdisjoint(char for char, new in zip(written, changed, strict=True) if new):
            return False
        before, after = text[at - 1 : at] if at else "", text[end : end + 1]
        if before in self.surnames or (changed[0] and written[0] in self.surnames):
            return False
        return not self._tied(before, written[0], new=changed[0]) and not self._tied(
            written[-1], after, new=changed[-1]
        )

    def _ordinary(self, written: str, word: Word) -> bool:
        """Whether it is a word as it stands, or a part of it is that the lexicon's word has not."""
        parts = (written, *map("".join, pairwise(written)))
        return written in self.lexicon or any(part in self.as_written and part not in word.text for part in parts)

    def _sounds(self, written: str, word: Word) -> bool:
        """Whether it is said like `word`, and half of it right, or every syllable exactly where sound is enough."""
        kept = list(map(eq, written, word.text))
        said = [self.syllables.get(char, "") for char in written]
        if sum(kept) * 2 < len(kept):
            return word.text in self.alone and tuple(said) == word.syllables
        return all(
            right or folded(one) == folded(way) for right, one, way in zip(kept, said, word.syllables, strict=True)
        )

    def _tied(self, first: str, second: str, *, new: bool) -> bool:
        """Whether two characters on a slip's edge belong together; one that stays as it is is bound by words alone."""
        if not first or not second:
            return False
        first = "0" if first.isdecimal() else first
        if second in self.bound.get(first, ""):
            return True
        return new and (second in self.usual.get(first, "") or second in TITLES or first in CALLED)


READINGS: Final = 4  #: of one text at most


@dataclass(frozen=True, slots=True)
class Sounds:
    """Finds slips: a table over characters and one look-up for each two that stand side by side."""

    codes: list[str]  #: by a character's number itself where it is of a word, else its folded syllable's, else \0
    slips: Mapping[Pair, tuple[tuple[int, Word], ...]]  #: by codes: the words that are meant, begun so much before
    language: Language
    letters: Mapping[str, str]
    token: re.Pattern[str]  #: any of `letters` standing alone

    def meant(self, text: str) -> str:
        """`text` (as `plain` gives it) with the words that were meant; of the same length."""
        for _ in range(READINGS):  # a word put right may show that the one beside it is a slip, too
            before, text = text, self._meant(text)
            if text == before:
                break
        return text

    def _meant(self, text: str) -> str:
        codes = text.translate(self.codes)
        if self.slips.keys().isdisjoint(zip(codes, islice(codes, 1, None))):  # noqa: B905 -- three times as fast
            return text
        text = self.token.sub(lambda found: self.letters[found[0].lower()], self._respelled(text, codes))
        return FLOOR.sub("楼", BUILDING.sub("栋", UNIT.sub("单元", text)))

    def _respelled(self, text: str, codes: str) -> str:
        free = 0
        for at, word in sorted(self._heard(codes), key=lambda found: (found[0], -len(found[1].text))):
            if at >= free and self.language.slipped(text, at, word):
                free = at + len(word.text)
                text = text[:at] + word.text + text[free:]
        return text

    def _heard(self, codes: str) -> Iterator[tuple[int, Word]]:
        for number, pair in enumerate(pairwise(codes)):
            for before, word in self.slips.get(pair, ()):
                yield number - before, word
