"""Several notices as one message."""

from collections.abc import Sequence

RULE = "————————"


def digest(texts: Sequence[str]) -> str:
    """The notices one under the other, each whole and with its own signature."""
    parts = [f"{number}. {text}" for number, text in enumerate(texts, start=1)]
    return f"【今天还有 {len(texts)} 条通知，一起发给大家】\n\n" + f"\n{RULE}\n".join(parts)
