"""`guanjia parse --model`: predictions with the language model's opinion, and at the end what it cost."""

import sys
from collections.abc import Callable
from pathlib import Path

from bot.advisor.findings import told
from bot.advisor.opening import asking_reader
from bot.config import load
from bot.log import set_up
from bot.reader import make_reader
from bot.wall import utc_now
from handlers.understanding.parse import predictions


def parse_asking(config: Path | None, say: Callable[[str], None], complain: Callable[[str], None]) -> int:
    """One prediction a message from standard input, each at once."""
    model = load(config).model
    set_up("info")
    with asking_reader(model, make_reader(), utc_now) as reader:
        for line in predictions(reader, sys.stdin, complain):
            say(line)
        complain(f"{told(reader.purse, model)}。")
    return 0
