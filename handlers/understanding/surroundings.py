"""What a message is beside its words: who says it, to whom, and what was said just before."""

import numpy as np

from handlers.understanding.classify import STAFF, Scores
from handlers.understanding.thread import Row, asked, minutes, steps_back
from handlers.understanding.types import SILENCE, Heard, Memory, Spot
from storage.types import Act, Intent, Role


def around(heard: Heard, text: str, spot: Spot, memory: Memory, acts: Scores) -> Scores:
    """Facts of the message itself and of what was said before it; `acts` are the shares that its words give."""
    beside = np.array((*_itself(heard, text, spot), *_before(memory), *_own(heard, memory)), dtype=np.float32)
    return np.concatenate((acts, np.log(acts + np.float32(1e-4)) / 4, beside))


def _itself(heard: Heard, text: str, spot: Spot) -> Row:
    return (
        heard.role in STAFF,
        heard.role == Role.PROPERTY,
        heard.to_bot,
        heard.reply_to is not None,
        bool(heard.mentions),
        bool(heard.attachments),
        not text,
        min(len(text), 60) / 60,
        text.endswith(("?", "吗", "没", "呢")),
        spot != Spot(),
    )


def _before(memory: Memory) -> Row:
    if not memory.recent:
        return (0.0,) * 7
    said, judged = memory.recent[-1]
    return (
        judged.intent == Intent.REQUEST,
        judged.intent == Intent.NOTICE,
        judged.intent == Intent.QUESTION,
        said.from_bot,
        said.role in STAFF,
        asked(memory) is not None,
        min(len(memory.recent), 20) / 20,
    )


def _own(heard: Heard, memory: Memory) -> Row:
    """What the same sender said last, and how long ago anybody did."""
    steps = steps_back(heard, memory)
    said, mine = memory.recent[-1 - steps] if steps >= 0 else (None, SILENCE)
    last = memory.recent[-1][0] if memory.recent else None
    return (
        said is not None,
        minutes((heard.at - said.at).total_seconds()) if said else 1.0,
        mine.intent == Intent.REQUEST,
        mine.intent == Intent.CHATTER,
        any(item.act is Act.OPEN for item in mine.items),
        minutes((heard.at - last.at).total_seconds()) if last else 1.0,
    )
