"""The words about turns of duty that get stored; as in `storage.types`, nothing of ours is imported."""

from enum import StrEnum


class Days(StrEnum):
    """On which kind of days somebody is on duty, or free to be."""

    ANY = "any"
    WORKDAYS = "workdays"  #: those that make up for a holiday among them
    DAYS_OFF = "days_off"  #: weekends and holidays
    HOLIDAYS = "holidays"  #: the days off of a statutory holiday


class Cadence(StrEnum):
    """After what a rotation passes on to the next one."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TURN = "turn"  #: each time that the duty comes


class TurnSource(StrEnum):
    """Why somebody is on duty, or is not."""

    ROSTER = "roster"
    ROTATION = "rotation"
    TEMPORARY = "temporary"  #: a temporary roster, which holds instead of the ordinary one
    ADDED = "added"
    REMOVED = "removed"
    SWAP = "swap"  #: by agreement
    COVER = "cover"  #: stepped in for somebody
    LEAVE = "leave"


class SwapStatus(StrEnum):
    """Where the asking for a turn of duty is."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
