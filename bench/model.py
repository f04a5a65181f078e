"""What a language model would be asked about the development set, and how much: `python -m bench.model [files]`.

Tokens are counted as by the tests' local server; no model is asked, and nothing is said about how good one is.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.advisor.config import ModelConfig
from bot.reader import make_reader
from handlers.understanding.decide import Reader
from handlers.understanding.doubts import worth_asking
from handlers.understanding.group import Group, scene_of
from handlers.understanding.masks import Masks
from handlers.understanding.prompt import RULES, told
from handlers.understanding.types import Question, Scene
from tests.platforms.language_model import tokens

DEV = Path(__file__).parent.parent / "tests" / "eval" / "dev"


@dataclass(frozen=True)
class Heard:
    """One message: what asking about it would take, and whether the reader was right by itself."""

    asked: bool
    doubtful: bool
    right: bool
    tokens_in: int
    tokens_out: int  #: of the right answer


def heard(reader: Reader, path: Path, config: ModelConfig) -> Iterator[Heard]:
    """Every message of a file."""
    group, masks = Group(Scene()), Masks()
    for line in path.read_text(encoding="utf-8").splitlines():
        said: dict[str, Any] = json.loads(line)
        if "chat" in said:
            group, masks = Group(scene_of(said["chat"])), Masks(scene_of(said["chat"]))
            continue
        message = group.heard(said)
        question = Question(message, group.scene, group.memory, group.near(message.at))
        local = reader.judge(message, group.scene, group.memory, question.tickets)
        gold = {name: value for name, value in said["gold"].items() if name != "id"}
        yield Heard(
            worth_asking(question, local, 2.0),
            worth_asking(question, local, config.below),
            _acts(gold) == _acts(group.note(message, local)),
            tokens(RULES) + tokens(told(question, masks, config.recent_messages)),
            tokens(json.dumps(gold, ensure_ascii=False)),
        )


def _acts(said: dict[str, Any]) -> str:
    return str(said["items"][0]["act"] if said["items"] else said["intent"])


def main(paths: list[str]) -> None:
    """Print a line for each mode."""
    reader, config = make_reader(), ModelConfig()
    files = sorted(map(Path, paths) if paths else DEV.glob("*.jsonl"))
    every = [one for path in files for one in heard(reader, path, config)]
    wrong = [one for one in every if not one.right]
    print(f"{len(every)} messages, {len(wrong)} of them misread; {tokens(RULES)} tokens of rules")
    for mode, asked in (("doubtful", [o for o in every if o.doubtful]), ("all", [o for o in every if o.asked])):
        sent, answered = (sum(getattr(o, name) for o in asked) / len(asked) for name in ("tokens_in", "tokens_out"))
        misread = sum(not one.right for one in asked)
        print(f"{mode}: {len(asked)} asked, {misread} of them misread; {sent:.0f} tokens in, {answered:.0f} out each")


if __name__ == "__main__":
    main(sys.argv[1:])
