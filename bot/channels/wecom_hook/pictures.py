"""Pictures for a group webhook: in the message itself, so small enough for it."""

import base64
import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image

LARGEST: Final = 2 * 2**20  #: bytes before base64
SIDES: Final = (1600, 1000, 600)  #: pixels, tried in this order


def body_of(path: Path) -> dict[str, Any]:
    """The message that shows the picture at `path`, which is a JPEG of ours."""
    content = _small(path)
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()  # the protocol's choice
    return {"msgtype": "image", "image": {"base64": base64.b64encode(content).decode(), "md5": digest}}


def _small(path: Path) -> bytes:
    content = path.read_bytes()
    for side in SIDES:
        if len(content) <= LARGEST:
            break
        content = _shrunk(path, side)
    return content


def _shrunk(path: Path, side: int) -> bytes:
    with Image.open(path) as image:
        image.thumbnail((side, side))
        shrunk = BytesIO()
        image.save(shrunk, "JPEG", quality=80)
    return shrunk.getvalue()
