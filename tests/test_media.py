"""Pictures: what is kept of them, what is refused, and that neither fills the machine."""

import hashlib
import io
import struct
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.base import Media
from bot.media import APPLE, LONGEST_SIDE, NO_PICTURE, NOT_STORED, TOO_MANY_PIXELS, MediaStore, too_large

LIMIT = 2**20
GPS = 0x8825
ORIENTATION = 0x0112


async def pieces(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def picture(
    format: str = "JPEG", *, mode: str = "RGB", size: tuple[int, int] = (60, 40), exif: Image.Exif | None = None
) -> bytes:
    held = io.BytesIO()
    Image.new(mode, size, 0).save(held, format, **({"exif": exif} if exif else {}))
    return held.getvalue()


def small_file_of_a_huge_picture(side: int) -> bytes:
    """A PNG that says it has `side` times `side` pixels, and some of them."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    )


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path, LIMIT)


def test_the_store_is_what_channels_expect(store: MediaStore) -> None:
    media: Media = store
    assert media.path("0" * 64) is None


async def test_a_picture_is_kept_under_the_digest_of_what_is_stored(store: MediaStore) -> None:
    kept = await store.keep(pieces(picture()), "image")
    assert kept.digest is not None
    path = store.path(kept.digest)
    assert path is not None
    assert hashlib.sha256(path.read_bytes()).hexdigest() == kept.digest
    assert kept.size == path.stat().st_size
    assert kept.refused is None


async def test_the_same_picture_is_kept_once(store: MediaStore, tmp_path: Path) -> None:
    first = await store.keep(pieces(picture()), "image")
    assert await store.keep(pieces(picture(), 7), "image") == first
    assert len(files(tmp_path)) == 1


async def test_where_a_photo_was_taken_is_not_kept(store: MediaStore) -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS)[2] = (26.0, 35.0, 0.0)
    exif[0x010F] = "telephone"
    kept = await store.keep(pieces(picture(exif=exif)), "image")
    path = store.path(kept.digest or "")
    assert path is not None
    with Image.open(path) as image:
        assert not image.getexif()
        assert "exif" not in image.info


async def test_a_photo_taken_sideways_is_kept_upright(store: MediaStore) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    kept = await store.keep(pieces(picture(size=(60, 40), exif=exif)), "image")
    path = store.path(kept.digest or "")
    assert path is not None
    with Image.open(path) as image:
        assert image.size == (40, 60)


async def test_a_large_photo_is_made_small_enough_for_a_chat(store: MediaStore) -> None:
    kept = await store.keep(pieces(picture(size=(5000, 3000))), "image")
    path = store.path(kept.digest or "")
    assert path is not None
    with Image.open(path) as image:
        assert max(image.size) <= LONGEST_SIDE


@pytest.mark.parametrize(
    ("format", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("WEBP", "RGB"), ("GIF", "P"), ("JPEG", "CMYK"), ("BMP", "1")],
)
async def test_every_usual_kind_of_picture_becomes_a_photo(store: MediaStore, format: str, mode: str) -> None:
    kept = await store.keep(pieces(picture(format, mode=mode)), "image")
    path = store.path(kept.digest or "")
    assert path is not None
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        "不是图片".encode(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0" + b"\x00" * 500,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 500,
        picture()[:300],
        picture("PNG", size=(400, 400))[:90],
        b"GIF89a",
    ],
)
async def test_what_is_no_picture_is_refused_and_leaves_nothing(
    store: MediaStore, tmp_path: Path, content: bytes
) -> None:
    kept = await store.keep(pieces(content), "image")
    assert (kept.digest, kept.refused) == (None, NO_PICTURE)
    assert not files(tmp_path)


async def test_an_apple_photo_is_refused_with_what_helps(store: MediaStore) -> None:
    kept = await store.keep(pieces(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 100), "image")
    assert kept.refused == APPLE


@pytest.mark.parametrize("side", [8_000, 10_000, 60_000])
async def test_a_picture_that_would_fill_the_memory_is_refused(store: MediaStore, tmp_path: Path, side: int) -> None:
    kept = await store.keep(pieces(small_file_of_a_huge_picture(side)), "image")
    assert kept.refused == TOO_MANY_PIXELS
    assert not files(tmp_path)


async def test_a_film_is_refused(store: MediaStore) -> None:
    assert (await store.keep(pieces(b"film"), "video")).refused == NOT_STORED


async def test_a_huge_upload_is_read_no_further_than_the_limit(store: MediaStore, tmp_path: Path) -> None:
    read, most = 0, 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read, most
        while read < 200 * LIMIT:
            read += 2**16
            most = max(most, sum(path.stat().st_size for path in files(tmp_path)))
            yield bytes(2**16)

    kept = await store.keep(endless(), "image")
    assert kept.refused == too_large(LIMIT) == "这张图片超过 1 MB，请发小一点的。"
    assert read <= LIMIT + 2**16
    assert most <= LIMIT
    assert not files(tmp_path)


async def test_an_upload_that_breaks_off_leaves_nothing(store: MediaStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield picture()[:100]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.keep(broken(), "image")
    assert not files(tmp_path)


async def test_what_a_crash_left_half_written_is_removed_at_the_start(store: MediaStore, tmp_path: Path) -> None:
    kept = await store.keep(pieces(picture()), "image")
    (tmp_path / "arriving" / "half").write_bytes(b"half")
    again = MediaStore(tmp_path, LIMIT)
    assert again.path(kept.digest or "") in files(tmp_path)
    assert len(files(tmp_path)) == 1


async def test_a_deleted_picture_is_gone(store: MediaStore) -> None:
    kept = await store.keep(pieces(picture()), "image")
    assert kept.digest is not None
    store.delete(kept.digest)
    store.delete(kept.digest)
    assert store.path(kept.digest) is None


async def test_old_pictures_can_be_listed(store: MediaStore) -> None:
    kept = await store.keep(pieces(picture()), "image")
    now = datetime.now(UTC)
    assert store.kept_before(now + timedelta(days=1)) == [kept.digest]
    assert store.kept_before(now - timedelta(days=1)) == []


@pytest.mark.parametrize(
    "digest", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "/" * 64, "零" * 64]
)
def test_a_digest_is_never_a_path(store: MediaStore, digest: str) -> None:
    assert store.path(digest) is None
    store.delete(digest)
