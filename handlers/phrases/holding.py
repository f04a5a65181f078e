"""What is said to somebody once he has written again and may be answered."""

from collections.abc import Sequence


def meanwhile(texts: Sequence[str]) -> str:
    """Several messages that had to wait for his next word, oldest first, as one."""
    return "\n\n".join(["有几件事还没告诉您：", *texts])
