"""What `build` has gathered, laid out for finding slips: a table over characters, and one over codes side by side."""

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise, product
from operator import eq
from typing import Any, Final

from handlers.understanding.sound.slips import NUMERALS, PLACES, Language, Pair, Sounds, Word, folded

TABLE: Final = 0xA000  #: no character from here on has a syllable
OTHERS: Final = 0x3400  #: codes of syllables begin here, among characters that nobody writes


def assembled(data: Mapping[str, Any]) -> Sounds:
    """What finds slips, made of what `build` has gathered."""
    syllables = {char: syllable for syllable, chars in data["syllables"].items() for char in chars}
    words = [Word(word, tuple(way.split())) for word, ways in data["words"].items() for way in ways]
    codes = _codes(syllables, words)
    language = Language(
        syllables, frozenset(data["alone"]), frozenset(data["words"]), frozenset(data["as_written"]),
        frozenset(data["surnames"]), frozenset(data["small"]), data["bound"], data["usual"],
    )  # fmt: skip
    letters = data["letters"]
    token = re.compile(rf"(?i)(?<![a-z\d])(?:{'|'.join(letters)})(?![a-z\d])")
    slips = _slips(words, syllables, codes, language)
    for pair in (*(tuple(short[:2]) for short in letters), *product((*NUMERALS, "0"), "".join(PLACES.values()))):
        slips.setdefault(pair, ())
    return Sounds(codes, slips, language, letters, token)


def _codes(syllables: Mapping[str, str], words: list[Word]) -> list[str]:
    own = {*NUMERALS, *"".join(PLACES.values()), *(char for word in words for char in word.text)}
    heard = sorted({folded(syllable) for word in words for syllable in word.syllables})
    numbers = {syllable: chr(OTHERS + number) for number, syllable in enumerate(heard)}
    by_syllable = {syllable: numbers.get(folded(syllable), "\0") for syllable in set(syllables.values())}
    codes = ["\0"] * TABLE
    for char, syllable in syllables.items():
        codes[ord(char)] = char if char in own else by_syllable[syllable]
    for number in range(0x80):
        codes[number] = "0" if chr(number).isdecimal() else chr(number).lower()
    return codes


def _slips(
    words: list[Word], syllables: Mapping[str, str], codes: list[str], language: Language
) -> dict[Pair, tuple[tuple[int, Word], ...]]:
    """Of every two neighbours in a word: one as it should be beside one that only sounds so.

    What is often said, a small word or a neighbour of another word of the lexicon, gives no slip away: the other side does.
    """
    common = {pair for word in words for pair in pairwise(word.text)}
    variants: defaultdict[str, set[str]] = defaultdict(set)
    for char, syllable in syllables.items():
        if codes[ord(char)] != "\0":
            variants[folded(syllable)].add(codes[ord(char)])
    found: defaultdict[Pair, list[tuple[int, Word]]] = defaultdict(list)
    for word in words:
        sides = [variants[folded(syllable)] | {char} for char, syllable in zip(word.text, word.syllables, strict=True)]
        for before, (first, second) in enumerate(pairwise(sides)):
            right = word.text[before], word.text[before + 1]
            for pair in product(first, second):
                kept = sum(map(eq, pair, right))
                if pair in common or not language.small.isdisjoint(pair):
                    continue
                if kept == 1 or (word.text in language.alone and not kept):
                    found[pair].append((before, word))
    return {pair: tuple(meant) for pair, meant in found.items()}
