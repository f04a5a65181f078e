"""A database for a scenario."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Sessions, open_database


@pytest.fixture
async def own_database(empty_file: Path, tmp_path: Path) -> AsyncIterator[Sessions]:
    """An empty database. Which kind makes no difference to a channel; the other tests use both."""
    async with open_database(f"sqlite+aiosqlite:///{shutil.copy(empty_file, tmp_path / 'kit.db')}") as sessions:
        yield sessions
