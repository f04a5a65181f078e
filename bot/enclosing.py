"""Files that are on this machine's disk, for notices that are taken from a file."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from bot.media import MediaStore
from bot.section import Misconfigured
from handlers.messages import File
from handlers.phrases import filing as phrases


async def kept_file(media: MediaStore, path: Path) -> File:
    """A file that goes with notices, put where they are kept.

    Raises:
        Misconfigured: It is not there, or is nothing that a notice may carry; the message says why.
    """
    try:
        kept = await media.keep(_contents(path), "file", path.name)
    except OSError:
        raise Misconfigured(phrases.no_such_file(path.name)) from None
    if kept.digest is None:
        raise Misconfigured(phrases.file_refused(path.name, kept.refused or ""))
    return File(kept.digest, kept.name)


async def _contents(path: Path) -> AsyncIterator[bytes]:
    yield await asyncio.to_thread(path.read_bytes)
