"""The trained weights, and how they are read: plain arrays, nothing that could run code."""

import io
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handlers.understanding.classify import ACTS, WIDTH, Words
from handlers.understanding.decide import Reader
from handlers.understanding.network import Network, on_one_thread
from handlers.understanding.scales import LINKED
from handlers.understanding.thread import FACTS
from handlers.understanding.types import Heard, Memory, OpenTicket, Question, Scene, Spot
from storage.types import Category, Role, Urgency

WEIGHTS: Final = Path(__file__).with_name("weights.npz")


#: What reading a file may raise that is not what it should be.
DAMAGE: Final = (
    *(
        OSError,
        EOFError,
        MemoryError,
        ArithmeticError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        RuntimeError,
    ),
    *(SyntaxError, tokenize.TokenError, zlib.error, struct.error, zipfile.BadZipFile),
)


class ModelBroken(Exception):  # noqa: N818 -- a sentence for the person who starts the program
    """The weights cannot be used; the message says so in one Chinese sentence."""


def load_reader(path: Path = WEIGHTS) -> Reader:
    """The reader with the shipped weights.

    Raises:
        ModelBroken: the file is missing, damaged or made by another version.
    """
    on_one_thread()
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            return assembled({name: file[name] for name in file.files})
    except FileNotFoundError as missing:
        raise ModelBroken(f"找不到理解模型 {path.name}，请重新安装 guanjia，或用 train 重新训练。") from missing
    except DAMAGE as broken:
        raise ModelBroken(f"理解模型 {path.name} 已损坏，请重新安装 guanjia，或用 train 重新训练。") from broken


def assembled(arrays: Mapping[str, NDArray[Any]]) -> Reader:
    """The reader made of the arrays of a weights file.

    Raises:
        KeyError, ValueError: an array is missing, does not fit the others or holds what is no number.
    """
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError("not a number")
    *words, rest = arrays["grams"].tobytes().decode().split("\t")
    if rest:
        raise ValueError("the table of words is cut off")
    table = np.asarray(arrays["table"], np.float32) * np.asarray(arrays["scale"], np.float32)
    link, verdict = (_network(arrays, name) for name in ("link", "verdict"))
    if table.shape != (len(words) + 1, WIDTH) or link.first.shape[0] != FACTS + len(ACTS):
        raise ValueError("the weights were made for other features")
    return _rehearsed(Reader(Words({word: row for row, word in enumerate(words, 1)}, table), link, verdict))


def _rehearsed(reader: Reader) -> Reader:
    """The reader, having weighed a message: what does not fit together shows before anybody speaks."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    ticket = OpenTicket("t1", Category.WATER, Urgency.NORMAL, Spot(), "u1", at, at, "")
    heard = Heard("m1", at, "u1", "", Role.RESIDENT, "停水了")
    (weighed,) = reader.weigh((Question(heard, Scene(), Memory(), (ticket,)),))
    if weighed.links.shape != (1, LINKED) or len(weighed.verdict) != len(ACTS):
        raise ValueError("the networks answer something else")
    return reader


def _network(arrays: Mapping[str, NDArray[Any]], name: str) -> Network:
    first, bias, second, last = (
        np.asarray(arrays[f"{name}_{part}"], np.float32) for part in ("first", "first_bias", "second", "second_bias")
    )
    return Network(first, bias, second, last)
