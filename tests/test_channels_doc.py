"""docs/channels.md says what the code says."""

import re
from pathlib import Path
from typing import Final

import pytest

from bot.channels.base import About
from tests.channel_table import channels, tables

PAPER: Final = Path(__file__).parent.parent / "docs" / "channels.md"
TABLES: Final = re.compile(r"(<!-- channels[^>]*-->\n).*?(<!-- /channels -->)", re.DOTALL)


def test_the_paper_says_what_every_channel_can_do() -> None:
    text = PAPER.read_text(encoding="utf-8")
    wanted = TABLES.sub(lambda found: found[1] + "\n" + tables() + "\n" + found[2], text)
    if wanted != text:
        PAPER.write_text(wanted, encoding="utf-8")
    assert wanted == text, "docs/channels.md was out of date; it has been written anew, look at it and commit it"


@pytest.mark.parametrize(("kind", "about"), channels().items(), ids=channels())
def test_every_channel_has_its_own_page_and_says_what_it_costs(kind: str, about: About) -> None:
    assert (PAPER.parent / "channels" / f"{kind}.md").is_file()
    assert about.people
    assert about.cost
    assert about.risk
