"""docs/channels.md says what the code says."""

import re
from typing import Final

import pytest

from bot.channels.base import About
from tests.channel_table import DOCS, channels, tables

PAPER: Final = DOCS / "channels.md"
TABLES: Final = re.compile(r"(<!-- channels[^>]*-->\n).*?(<!-- /channels -->)", re.DOTALL)


def test_the_paper_says_what_every_channel_can_do() -> None:
    text = PAPER.read_text(encoding="utf-8")
    wanted = TABLES.sub(lambda found: found[1] + "\n" + tables() + "\n" + found[2], text)
    if wanted != text:
        PAPER.write_text(wanted, encoding="utf-8")
    assert wanted == text, "docs/channels.md was out of date; it has been written anew, look at it and commit it"


@pytest.mark.parametrize("about", channels().values(), ids=channels())
def test_every_channel_says_what_it_costs(about: About) -> None:
    assert about.people
    assert about.cost
    assert about.risk
