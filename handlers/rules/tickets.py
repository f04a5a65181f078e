"""The life of a ticket as one table: where it is, what is done to it, where it is then."""

from collections.abc import Mapping
from typing import Final

from storage.types import TicketAction as A
from storage.types import TicketStatus as S

OPEN: Final = frozenset({S.REPORTED, S.DISPATCHED, S.ACCEPTED, S.IN_PROGRESS})
CLOSED: Final = frozenset(S) - OPEN
WAITING: Final = frozenset({S.REPORTED, S.DISPATCHED})  #: nobody has accepted it yet
WORKING: Final = frozenset({S.ACCEPTED, S.IN_PROGRESS})  #: somebody has
#: What is done to an open ticket and leaves it where it is.
STAYING: Final = (
    *(A.ESCALATE, A.DETAIL, A.JOIN, A.URGE, A.CORRECT),
    *(A.CONFER, A.LEAVE, A.SIGN_UP, A.SIGN_OFF),
)
#: What puts the ticket into the hands of who does it.
TAKING: Final = frozenset({A.ACCEPT, A.TAKE_OVER, A.TAKE_BACK, A.HAND_OUT})

TRANSITIONS: Final[Mapping[tuple[S, A], S]] = {
    (S.REPORTED, A.DISPATCH): S.DISPATCHED,
    **{(s, A.ACCEPT): S.ACCEPTED for s in WAITING},
    **{(s, A.PROGRESS): S.IN_PROGRESS for s in WORKING},
    **{(s, A.FINISH): S.DONE for s in WORKING},
    **{(s, A.RESOLVE): S.DONE for s in OPEN},
    **{(s, A.RATE): S.RATED for s in (S.DONE, S.RATED)},
    (S.VERIFIED, A.RATE): S.VERIFIED,  # late, and heard all the same
    **{(s, A.VERIFY): S.VERIFIED for s in (S.DONE, S.RATED)},
    **{(s, A.REJECT): S.ACCEPTED for s in (S.DONE, S.RATED)},
    **{(s, A.REOPEN): S.DISPATCHED for s in (S.DONE, S.RATED, S.VERIFIED)},
    **{(s, a): S.DISPATCHED for s in OPEN - {S.REPORTED} for a in (A.TRANSFER, A.RETURN)},
    **{(s, a): s for s in WORKING for a in (A.OFFER, A.DECLINE)},
    **{(s, a): S.ACCEPTED for s in WORKING for a in (A.TAKE_OVER, A.TAKE_BACK)},
    **{(s, A.HAND_OUT): S.IN_PROGRESS for s in OPEN},
    **{(s, A.RECRUIT): s for s in WAITING},
    **{(s, A.RECRUIT): S.IN_PROGRESS for s in WORKING},  # who looks for people is not silent
    **{(s, a): s for s in OPEN for a in STAYING},
    **{(s, a): s for s in WAITING for a in (A.REFUSE, A.NO_ANSWER)},
    **{(s, A.MERGE): S.MERGED for s in OPEN},
    **{(s, A.CANCEL): S.CANCELLED for s in OPEN},
}


def next_status(status: S, action: A) -> S | None:
    """What `status` becomes after `action`, or None where the rules do not allow it."""
    return TRANSITIONS.get((status, action))
