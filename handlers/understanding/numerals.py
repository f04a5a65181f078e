"""Chinese numerals as addresses use them: 十二, 五零二, 二十三, 一千二百零三."""

from typing import Final

DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1, "○": 0}
SCALES: Final = {"十": 10, "百": 100, "千": 1000}
CHINESE: Final = "零〇○一二两三四五六七八九幺十百千"


def numeral(text: str) -> str | None:
    """Arabic digits for at most six characters of Chinese numeral, read digit by digit where no 十百千 is said."""
    if not text or len(text) > 6:
        return None
    if not any(c in SCALES for c in text):
        return "".join(str(DIGITS[c]) for c in text) if all(c in DIGITS for c in text) else None
    total, digit = 0, None
    for c in text:
        if c in SCALES:
            total += (1 if digit is None else digit or 1) * SCALES[c]
            digit = None
        elif c in DIGITS:
            digit = DIGITS[c]
        else:
            return None
    return str(total + (digit or 0))


def spoken(number: int) -> str:
    """The numeral that people say for 0 to 99."""
    ones = "零一二三四五六七八九"
    if number < 10:
        return ones[number]
    tens = "" if number < 20 else ones[number // 10]
    return f"{tens}十{ones[number % 10] if number % 10 else ''}"
