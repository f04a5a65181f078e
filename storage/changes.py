"""Whether a transaction has changed anything, however that was done."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_CHANGES: Final = "changes"  #: in the session's info


def changed(session: Session) -> None:
    """Note that a statement of the transaction has changed something."""
    session.info[_CHANGES] = session.info.get(_CHANGES, 0) + 1


def changes(session: AsyncSession) -> int:
    """How often that was; less than there were, but none where there was none."""
    return int(session.info.get(_CHANGES, 0))


def is_pending(session: AsyncSession) -> bool:
    """Whether the session holds changes that are not written down yet."""
    return bool(session.new or session.dirty or session.deleted)
