"""The trained weights, and how they are read: plain arrays, nothing that could run code."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from handlers.understanding.classify import ACTS, WIDTH, Words
from handlers.understanding.decide import Reader
from handlers.understanding.network import Network
from handlers.understanding.thread import FACTS

WEIGHTS: Final = Path(__file__).with_name("weights.npz")


class ModelBroken(Exception):  # noqa: N818 -- a sentence for the person who starts the program
    """The weights cannot be used; the message says so in one Chinese sentence."""


def load_reader(path: Path = WEIGHTS) -> Reader:
    """The reader with the shipped weights.

    Raises:
        ModelBroken: the file is missing, damaged or made by another version.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            return assembled({name: file[name] for name in file.files})
    except FileNotFoundError as missing:
        raise ModelBroken(f"找不到理解模型 {path.name}，请重新安装 guanjia，或用 train 重新训练。") from missing
    except (OSError, EOFError, ValueError, TypeError, AttributeError, KeyError, zipfile.BadZipFile) as broken:
        raise ModelBroken(f"理解模型 {path.name} 已损坏，请重新安装 guanjia，或用 train 重新训练。") from broken


def assembled(arrays: Mapping[str, NDArray[Any]]) -> Reader:
    """The reader made of the arrays of a weights file.

    Raises:
        KeyError, ValueError: an array is missing or does not fit the others.
    """
    words = arrays["grams"].tobytes().decode().split("\t")
    table = np.asarray(arrays["table"], np.float32) * np.asarray(arrays["scale"], np.float32)
    link, verdict = (_network(arrays, name) for name in ("link", "verdict"))
    if table.shape != (len(words) + 1, WIDTH) or link.first.shape[0] != FACTS + len(ACTS):
        raise ValueError("the weights were made for other features")
    return Reader(Words({word: row for row, word in enumerate(words, 1)}, table), link, verdict)


def _network(arrays: Mapping[str, NDArray[Any]], name: str) -> Network:
    first, bias, second, last = (
        np.asarray(arrays[f"{name}_{part}"], np.float32) for part in ("first", "first_bias", "second", "second_bias")
    )
    return Network(first, bias, second, last)
