"""The clock on the wall. Nobody else reads it: what time it is, is handed to whoever needs it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """What time it is, aware UTC."""
    return datetime.now(UTC)
