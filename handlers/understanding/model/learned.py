"""Learned weights as bytes: what they change, in which shipped weights, and from how much it was learned."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handlers.understanding.classify import WIDTH
from handlers.understanding.model import DAMAGE, ModelBroken
from handlers.understanding.model.adapting import Change

SENTENCE: Final = "学到的说法存坏了。"


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned from a community's corrections."""

    change: Change
    shipped: str  #: digest of the shipped weights that it changes
    until: datetime  #: when the last of the corrections was made
    count: int  #: of corrections


def written(learned: Learned) -> bytes:
    """`learned` as plain arrays; nothing that could run code."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        grams=_letters("\t".join(learned.change.grams)),
        weights=learned.change.weights,
        shipped=_letters(learned.shipped),
        until=_letters(learned.until.isoformat()),
        count=np.array(learned.count),
    )
    return file.getvalue()


def read(content: bytes) -> Learned:
    """What `written` wrote.

    Raises:
        ModelBroken: It is something else.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("grams", "weights", "shipped", "until", "count")}
        grams, weights = tuple(_text(arrays["grams"]).split("\t")), np.asarray(arrays["weights"], np.float32)
        until = datetime.fromisoformat(_text(arrays["until"]))
        if weights.shape != (len(set(grams)), WIDTH) or not np.isfinite(weights).all() or until.tzinfo is None:
            raise ValueError("not what was learned here")
        return Learned(Change(grams, weights), _text(arrays["shipped"]), until, int(arrays["count"]))
    except DAMAGE as broken:
        raise ModelBroken(SENTENCE) from broken


def _letters(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def _text(letters: NDArray[Any]) -> str:
    return letters.tobytes().decode()
