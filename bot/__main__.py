"""`guanjia`: its arguments, and what a mistake looks like."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Final

from bot.arguments import Mistaken, make_parser
from bot.commands import COMMANDS
from bot.section import Misconfigured

MISTAKE: Final = 2
INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 2 and a Chinese sentence where whoever called it has to change something."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever the terminal's language, ours is Chinese
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        given = make_parser().parse_args(argv)
        return COMMANDS[given.command](given)
    except (Mistaken, Misconfigured) as mistake:
        print(mistake, file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
