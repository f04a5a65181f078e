"""Whether a transaction has changed anything, however that was done."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

_CHANGES: Final = "changes"  #: in the session's info
_ASKED: Final = "asked"  #: in the session's info: whether it was asked for more than what a prepared question finds


def changed(session: Session) -> None:
    """Note that a statement of the transaction has changed something."""
    session.info[_CHANGES] = session.info.get(_CHANGES, 0) + 1


def changes(session: AsyncSession) -> int:
    """How often that was; less than there were, but none where there was none."""
    return int(session.info.get(_CHANGES, 0))


def is_pending(session: AsyncSession) -> bool:
    """Whether the session holds changes that are not written down yet."""
    return bool(session.new or session.dirty or session.deleted)


def is_untouched(session: AsyncSession) -> bool:
    """Whether nothing but prepared questions was asked: the session has changed nothing, locks and remembers no row."""
    return not (_ASKED in session.info or changes(session) or is_pending(session))


@sa.event.listens_for(Session, "do_orm_execute")
def _asked(state: ORMExecuteState) -> None:
    state.session.info[_ASKED] = True
