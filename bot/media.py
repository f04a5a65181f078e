"""Where pictures and files are kept: by the SHA-256 of what is stored, one file each.

Every picture is decoded and written anew as a JPEG. That drops what a telephone hides in a photo (above all the GPS
position of somebody's home), drops anything that only pretends to be a picture, and makes it small enough for a chat.
Other files are kept as they are, if they are what `bot/documents.py` takes.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.channels.base import Kept
from bot.documents import named, objection

MEDIA_TYPE: Final = "image/jpeg"

LONGEST_SIDE: Final = 2560  #: pixels; enough to read a meter or a notice
#: Of a JPEG, which is decoded small, and of anything else, which is not; either takes 150 to 270 MB, one at a time.
MOST_PIXELS: Final = {"JPEG": 50_000_000, "MPO": 50_000_000}
MOST_PIXELS_ELSE: Final = 25_000_000
_QUALITY: Final = 85
HEAD: Final = 4096  #: bytes by which a file is known

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
_DIGEST: Final = re.compile("[0-9a-f]{64}")

NO_PICTURE: Final = "这不是图片，请发照片。"
NOT_STORED: Final = "现在只收照片和文件，别的请用文字说一说。"
APPLE: Final = "这种苹果照片格式（HEIC）打不开，请截个图再发。"
TOO_MANY_PIXELS: Final = "这张图片的像素太多了，请截个图再发。"


def too_large(limit_bytes: int, what: str = "这张图片") -> str:
    """When `what` has more bytes than are taken."""
    size = f"{limit_bytes / 2**20:.1f}".removesuffix(".0")
    return f"{what}超过 {size} MB，请发小一点的。"


class Unfit(Exception):  # noqa: N818 -- not an error: a sentence for a person
    """What arrived is not kept; the argument says why, as a resident may read it."""


class MediaStore:
    """Implements `Media`. Files appear whole or not at all; what a crash left half-written is removed at the start.

    Args:
        folder: Made if it is not there.
        limit_bytes: Most bytes of a picture or a file as it arrives. What goes beyond is not read.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._folder = folder
        self._arriving = folder / "arriving"
        self._one_at_a_time = asyncio.Lock()  # decoding is what takes memory
        self._arriving.mkdir(parents=True, exist_ok=True)
        for left in self._arriving.iterdir():
            left.unlink()

    async def keep(self, chunks: AsyncIterable[bytes], kind: str, name: str = "") -> Kept:
        """Store a picture or a file that arrives piece by piece.

        Raises:
            OSError: The disk is full or gone.
        """
        if kind == "file":
            return await self._keep_file(chunks, named(name))
        if kind != "image":
            return Kept(None, 0, NOT_STORED)
        with self._draft() as arrived, self._draft() as clean:
            try:
                await self._collect(chunks, arrived)
                async with self._one_at_a_time:
                    return await asyncio.to_thread(self._settle, arrived, clean)
            except Unfit as unfit:
                return Kept(None, arrived.stat().st_size, str(unfit))

    async def _keep_file(self, chunks: AsyncIterable[bytes], name: str) -> Kept:
        with self._draft() as arrived:
            try:
                await self._collect(chunks, arrived, "这个文件")
                return await asyncio.to_thread(self._settle_file, arrived, name)
            except Unfit as unfit:
                return Kept(None, arrived.stat().st_size, str(unfit))

    def path(self, digest: str) -> Path | None:
        """The file of that digest, if it is there."""
        path = self._place(digest) if _DIGEST.fullmatch(digest) else None
        return path if path is not None and path.is_file() else None

    def delete(self, digest: str) -> None:
        """Remove a picture or a file; one that is not there is fine."""
        if _DIGEST.fullmatch(digest):
            self._place(digest).unlink(missing_ok=True)

    def kept_before(self, moment: datetime) -> list[str]:
        """The digests stored before `moment` and not brought again since: what nothing refers to may then be deleted."""
        files = self._folder.glob("[0-9a-f][0-9a-f]/*")
        return [path.name for path in files if path.stat().st_mtime < moment.timestamp()]

    async def _collect(self, chunks: AsyncIterable[bytes], arrived: Path, what: str = "这张图片") -> None:
        size = 0
        with arrived.open("wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.limit_bytes:
                    raise Unfit(too_large(self.limit_bytes, what))
                await asyncio.to_thread(file.write, chunk)

    def _settle(self, arrived: Path, clean: Path) -> Kept:
        write_anew(arrived, clean)
        return self._put(clean)

    def _settle_file(self, arrived: Path, name: str) -> Kept:
        with arrived.open("rb") as file:
            why = objection(name, file.read(HEAD))
        if why is not None:
            raise Unfit(why)
        return replace(self._put(arrived), name=name)

    def _put(self, ready: Path) -> Kept:
        content = ready.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        place.parent.mkdir(exist_ok=True)
        ready.replace(place)
        _to_disk(place)
        _to_disk(place.parent)  # a message may be committed next; its picture must outlive the same power cut
        return Kept(digest, len(content))

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        handle, name = tempfile.mkstemp(dir=self._arriving)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


def write_anew(source: Path, target: Path) -> None:
    """Write the picture in `source` to `target` as a plain JPEG, upright, at most `LONGEST_SIDE` wide and high.

    Raises:
        Unfit: It is not a picture, or decodes to too much.
    """
    try:
        with Image.open(source, formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS.get(image.format or "", MOST_PIXELS_ELSE):
                raise Unfit(TOO_MANY_PIXELS)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then decoded small
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # before anything makes a copy of it
            plain = _flat(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unfit(TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unfit(APPLE if _is_heic(source) else NO_PICTURE) from error
    plain.save(target, "JPEG", quality=_QUALITY, optimize=False)


def _flat(image: Image.Image) -> Image.Image:
    """`image` on white, for what is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white.convert("RGB")


def _is_heic(source: Path) -> bool:
    with source.open("rb") as file:
        head = file.read(12)
    return head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
