"""Where a notice is on its way. How it repeats is in `handlers.rules.repeats`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from handlers.rules.quiet import QuietHours, quiet_until
from storage.types import BroadcastStatus as S

# What a message died of, as its receipt has it.
TOO_LATE: Final = "too late"  #: it was not out in time
EXPIRED: Final = "expired"  #: its notice is of no use any more
UNKNOWN_VALUE: Final = "unknown value"  #: a variable of its text has no value at that place


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """How notices are dealt with where a place has no rule of its own."""

    approval: bool = False  #: whether a second person has to approve one
    most_a_day: int = 5  #: in one group, before the rest of a day's become one message; 0: as many as there are
    digest_at: time = time(18)  #: when that message goes
    grace: timedelta = timedelta(hours=2)  #: how late one still goes without asking its author again
    ask: str = "收到请回复1"  #: the last line of one to which households are to answer
    remind_after: timedelta = timedelta(hours=24)  #: when who has not answered is reminded once; 0: never
    reminded_at_once: int = 500  #: in one transaction, each with a link of his own: nobody waits long behind it
    answers_for: timedelta = timedelta(days=7)  #: how long answers count, where it is not over before


class BroadcastAction(StrEnum):
    """What is done to a notice."""

    CONFIRM = "confirm"
    SUBMIT = "submit"  #: confirmed by its author; a second person has to approve it
    APPROVE = "approve"
    CHANGE = "change"  #: edited, or not approved: its author confirms it anew
    ASK = "ask"  #: its time went by while the bot was away: its author decides again
    START = "start"
    FINISH = "finish"
    REPEAT = "repeat"  #: one round is out, the next one is waited for
    RESEND = "resend"  #: once more to those who did not get it
    CANCEL = "cancel"


TRANSITIONS: Final[Mapping[tuple[S, BroadcastAction], S]] = {
    (S.DRAFT, BroadcastAction.CONFIRM): S.SCHEDULED,
    (S.DRAFT, BroadcastAction.SUBMIT): S.APPROVING,
    (S.APPROVING, BroadcastAction.APPROVE): S.SCHEDULED,
    **{(s, BroadcastAction.CHANGE): S.DRAFT for s in (S.DRAFT, S.APPROVING, S.SCHEDULED)},
    **{(s, BroadcastAction.ASK): S.DRAFT for s in (S.APPROVING, S.SCHEDULED)},
    (S.SCHEDULED, BroadcastAction.START): S.SENDING,
    (S.SENDING, BroadcastAction.FINISH): S.SENT,
    (S.SENT, BroadcastAction.RESEND): S.SENDING,
    (S.SENDING, BroadcastAction.REPEAT): S.SCHEDULED,
    **{(s, BroadcastAction.CANCEL): S.CANCELLED for s in (S.DRAFT, S.APPROVING, S.SCHEDULED, S.SENDING)},
}


def next_status(status: S, action: BroadcastAction) -> S | None:
    """What `status` becomes after `action`, or None where the rules do not allow it."""
    return TRANSITIONS.get((status, action))


def next_digest(now: datetime, at: time, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """When the next message of several notices goes out: at `at` by the community's clock, never at night; in UTC."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, tzinfo=zone)
    return quiet_until(today if today > local else today + timedelta(days=1), quiet, zone)
