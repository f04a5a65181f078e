"""What the papers say is what there is: the command table, and every file they point to."""

import re
from pathlib import Path

import pytest

from handlers.features import ROUTES
from handlers.phrases import role_names
from handlers.router import Command
from storage.types import Role

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAPERS = sorted([README, *(ROOT / "docs").rglob("*.md")])
TABLE = re.compile(r"(<!-- commands[^>]*-->\n).*?(<!-- /commands -->)", re.DOTALL)


def table() -> str:
    """The command table as README has to show it."""
    rows = [row(command) for command in ROUTES.commands]
    return "\n".join(["| 说 | 做什么 | 谁能说 | 也可以说 |", "| --- | --- | --- | --- |", *rows]) + "\n"


def row(command: Command) -> str:
    who = "谁都行" if Role.RESIDENT in command.allow else role_names(command.allow)
    return f"| {command.example} | {command.does} | {who} | {'、'.join(command.also)} |"


def test_the_readme_lists_every_command() -> None:
    text = README.read_text(encoding="utf-8")
    wanted = TABLE.sub(lambda found: found[1] + table() + found[2], text)
    if wanted != text:
        README.write_text(wanted, encoding="utf-8")
    assert wanted == text, "README's command table was out of date; it has been written anew, look at it and commit it"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_every_link_in_the_papers_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", paper.read_text(encoding="utf-8"))
    missing = [link for link in links if not link.startswith("http") and not (paper.parent / link).exists()]
    assert not missing
