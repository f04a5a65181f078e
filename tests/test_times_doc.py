"""What the paper for secretaries says can be written, can be: every example in its tables."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from handlers.when.read import when
from handlers.when.understood import Again, Doubt
from tests.drawn import SHANGHAI

NOW = datetime(2026, 9, 17, 6, tzinfo=SHANGHAI)
PAPER = (Path(__file__).parent.parent / "docs" / "times.md").read_text("utf-8")
REST = "3栋：停水"


def examples(title: str) -> list[str]:
    section = PAPER.split(f"## {title}\n")[1].split("\n## ")[0]
    cells = [row.split("|")[2].strip() for row in section.splitlines() if row.startswith("| ")][2:]
    return [example for cell in cells for example in re.split("、(?!4)", re.sub("（[^）]*）", "", cell))]


@pytest.mark.parametrize("said", [one for one in examples("一次的") if "闰六月" not in one])
def test_what_the_paper_says_comes_once_does(said: str) -> None:
    found, rest = when(f"{said} {REST}", NOW, SHANGHAI)
    assert not isinstance(found, Again)
    assert rest == REST


@pytest.mark.parametrize("said", examples("重复的"))
def test_what_the_paper_says_comes_again_does(said: str) -> None:
    found, rest = when(f"{said} {REST}", NOW, SHANGHAI)
    assert isinstance(found, Again)
    assert rest == REST


def test_what_the_paper_says_is_asked_is_asked() -> None:
    asked = re.findall("“([^”]+)”", PAPER.split("## 会问您的\n")[1].split("\n点一下")[0])
    assert len(asked) > 15
    for said in asked:
        now = NOW.replace(month=11, day=18, hour=9) if said.endswith(("号", "）")) else NOW
        with pytest.raises(Doubt):
            when(f"{said} {REST}", now, SHANGHAI)
