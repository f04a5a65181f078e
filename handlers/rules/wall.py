"""The community's clock on the wall, and the moments that it means where it is put forward and back.

A time that the clock leaves out is the first instant after the gap; one that it shows twice is the first of the two.
"""

from datetime import UTC, datetime, timedelta, tzinfo

_SECOND = timedelta(seconds=1)


def moment_of(wall: datetime, zone: tzinfo | None) -> datetime:
    """The moment, in UTC, at which the clock shows the naive `wall`; without a zone `wall` itself."""
    if zone is None:
        return wall
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    return _after_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), at, zone)


def wall_of(moment: datetime, zone: tzinfo | None) -> datetime:
    """What the clock shows at `moment`, naive."""
    return moment if zone is None else moment.astimezone(zone).replace(tzinfo=None)


def _after_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant between the two at which the clock is put forward."""
    offset = after.astimezone(zone).utcoffset()
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high
