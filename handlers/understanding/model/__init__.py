"""The trained weights, and how they are read: plain arrays, nothing that could run code."""

import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from handlers.understanding.classify import WIDTH, Words
from handlers.understanding.decide import Reader
from handlers.understanding.network import Network

WEIGHTS: Final = Path(__file__).with_name("weights.npz")


class ModelBroken(Exception):
    """The weights cannot be used; the message says so in one Chinese sentence."""


def load_reader(path: Path = WEIGHTS) -> Reader:
    """The reader with the shipped weights.

    Raises:
        ModelBroken: the file is missing, damaged or made by another version.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return assembled(arrays)
    except FileNotFoundError as missing:
        raise ModelBroken(f"找不到理解模型 {path.name}，请重新安装 guanjia，或用 train 重新训练。") from missing
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, UnicodeDecodeError) as broken:
        raise ModelBroken(f"理解模型 {path.name} 已损坏，请重新安装 guanjia，或用 train 重新训练。") from broken


def assembled(arrays: dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"]) -> Reader:
    """The reader made of the arrays of a weights file.

    Raises:
        KeyError, ValueError: an array is missing or does not fit the others.
    """
    words = arrays["grams"].tobytes().decode().split("\t")
    table = np.asarray(arrays["table"], np.float32) * np.asarray(arrays["scale"], np.float32)
    if table.shape != (len(words) + 1, WIDTH):
        raise ValueError("table")
    networks = [
        Network(*(np.asarray(arrays[f"{name}{part}"], np.float32) for part in ("_w1", "_b1", "_w2", "_b2")))
        for name in ("link", "verdict")
    ]
    return Reader(Words({word: row for row, word in enumerate(words)}, table), *networks)
