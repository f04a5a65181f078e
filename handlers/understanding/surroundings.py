"""What a message is beside its words: who says it, to whom, and what was said just before."""

from collections.abc import Sequence

import numpy as np

from handlers.understanding.classify import STAFF, Scores
from handlers.understanding.look import Look, minutes
from handlers.understanding.thread import Row
from handlers.understanding.types import SILENCE, Spot
from storage.types import Act, Intent, Role


def around(looks: Sequence[Look], acts: Scores, loudest: Sequence[float]) -> Scores:
    """Facts of messages and of what was said before them, a row each.

    Args:
        acts: The shares that the words of each message give, a row a message.
        loudest: What `Words.loudest` says of each.
    """
    beside = np.array(
        [(loud, *_itself(look), *_before(look), *_own(look)) for look, loud in zip(looks, loudest, strict=True)],
        dtype=np.float32,
    )
    return np.concatenate((acts, np.log(acts + np.float32(1e-4)) / 4, beside), axis=1)


def _itself(look: Look) -> Row:
    heard, text = look.heard, look.text
    return (
        heard.role in STAFF,
        heard.role == Role.PROPERTY,
        heard.to_bot,
        heard.reply_to is not None,
        bool(heard.mentions),
        bool(heard.attachments),
        not text,
        min(len(text), 60) / 60,
        min(len(text), 400) / 400,
        text.endswith(("?", "吗", "没", "呢")),
        look.spot != Spot(),
    )


def _before(look: Look) -> Row:
    recent = look.memory.recent
    if not recent:
        return (0.0,) * 7
    said, judged = recent[-1]
    return (
        judged.intent == Intent.REQUEST,
        judged.intent == Intent.NOTICE,
        judged.intent == Intent.QUESTION,
        said.from_bot,
        said.role in STAFF,
        look.question is not None,
        min(len(recent), 20) / 20,
    )


def _own(look: Look) -> Row:
    """What the same sender said last, and how long ago anybody did."""
    recent, now = look.memory.recent, look.heard.at
    said, mine = recent[-1 - look.before] if look.before >= 0 else (None, SILENCE)
    last = recent[-1][0] if recent else None
    return (
        said is not None,
        minutes((now - said.at).total_seconds()) if said else 1.0,
        mine.intent == Intent.REQUEST,
        mine.intent == Intent.CHATTER,
        any(item.act is Act.OPEN for item in mine.items),
        minutes((now - last.at).total_seconds()) if last else 1.0,
    )
