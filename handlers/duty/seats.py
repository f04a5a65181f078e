"""Who sits where in a rotation: entered, exchanged, and left without those who remain losing their turn."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.duty.lines import line_of, own_days_of, span_of
from handlers.moment import Moment
from handlers.rules.duty import DAY, Span, number_now
from handlers.rules.patterns import Pattern
from handlers.rules.rotations import STEPS, Rotation
from handlers.rules.wall import wall_of
from storage import duty, rotations
from storage.duty import DutyShift
from storage.rotations import DutyRotation
from storage.turns import Cadence
from storage.types import MemberId, PlaceId

Seats = Sequence[Sequence[MemberId]]  #: the order of a rotation; who shares a seat is on duty together


async def take_seats(moment: Moment, place: PlaceId, pattern: Pattern, seats: Seats) -> bool:
    """Let these people take turns so; whether that changes anything.

    Where others took turns so before, whoever of the new ones has the turn that runs, or is next, has it still.
    """
    new = await rotations.enter(moment.session, _row(place, pattern, len(seats)))
    row = await rotations.locked(moment.session, place, pattern.key)
    if row is None:
        raise LookupError("a rotation went away while it was entered")  # its transaction is run again
    lines = await duty.seats_of(moment.session, place, pattern.key)
    before = _order(lines)
    alike = not new and _passes_on_alike(row, pattern)
    if alike and before == [list(seat) for seat in seats]:
        return False
    active = 0 if new else _still_active(before, seats, await _seat_now(moment, row, lines))
    since = row.since if alike else pattern.since
    row.cadence, row.every, row.since, row.seats = pattern.cadence, pattern.every, since, len(seats)
    own_days = await own_days_of(moment, place, since.date() - DAY)
    line = replace(_line(pattern, 0, seats[0][0]), own_days=own_days)
    rotation = _rotation(row)
    is_ahead = new and (pattern.cadence is Cadence.TURN or pattern.since > wall_of(moment.now, moment.house.zone))
    number = 0 if is_ahead else number_now(line, rotation, moment.now, moment.house.zone)
    row.first_seat = rotation.with_active(active, number).first
    for old in lines:
        await moment.session.delete(old)
    await moment.session.flush()
    for at, people in enumerate(seats):
        moment.session.add_all(line_of(place, m, _line(pattern, at, m), pattern.key) for m in people)
    await moment.session.flush()
    return True


async def orders_at(moment: Moment, place: PlaceId) -> list[tuple[Pattern, list[list[str]], int]]:
    """The rotations of a place: how turns pass on, who is in the order, and whose turn it is or was last."""
    names = {member.id: member.name for _, member in await duty.shifts_at(moment.session, [place])}
    found = []
    for row in await rotations.at(moment.session, place):
        lines = await duty.seats_of(moment.session, place, row.pattern)
        if lines:
            seats = [[names[member] for member in seat] for seat in _order(lines)]
            found.append((_pattern(row, lines[0]), seats, await _seat_now(moment, row, lines)))
    return found


def _pattern(row: DutyRotation, line: DutyShift) -> Pattern:
    weekdays = frozenset(map(int, line.weekdays))
    return Pattern(row.cadence, row.every, row.since, line.first_day, weekdays, line.days, line.starts, line.ends)


async def leave_seats(moment: Moment, member: MemberId, place: PlaceId | None = None) -> None:
    """Take `member` out of the rotations of `place`, or of all places; the others keep their turns and their order."""
    for line in await duty.of_member(moment.session, member):
        if line.pattern and place in (None, line.place_id):
            await _leave(moment, line)


async def share_seats(moment: Moment, gone: MemberId, into: MemberId) -> None:
    """Before two turn out to be one: where both are in an order, only `into` is."""
    both = {(line.place_id, line.pattern) for line in await duty.of_member(moment.session, into)}
    for line in await duty.of_member(moment.session, gone):
        if line.pattern and (line.place_id, line.pattern) in both:
            await _leave(moment, line)


async def _leave(moment: Moment, line: DutyShift) -> None:
    row = await rotations.locked(moment.session, line.place_id, line.pattern)
    lines = [one for one in await duty.seats_of(moment.session, line.place_id, line.pattern) if one is not line]
    await moment.session.delete(line)
    if row is None or any(other.seat == line.seat for other in lines):
        return
    if not lines:
        await moment.session.delete(row)
        return
    fewer = _rotation(row).without(line.seat, await _number(moment, row, line))
    row.seats, row.first_seat = fewer.seats, fewer.first
    for other in lines:
        other.seat -= other.seat > line.seat
    await moment.session.flush()


def _passes_on_alike(row: DutyRotation, pattern: Pattern) -> bool:
    """Whether the turns begin when they did; the one that runs must not begin anew because people are exchanged."""
    if (row.cadence, row.every) != (pattern.cadence, pattern.every):
        return False
    if row.cadence is Cadence.MONTH:
        return (row.since.day, row.since.time()) == (pattern.since.day, pattern.since.time())
    return row.cadence is Cadence.TURN or (pattern.since - row.since) % STEPS[row.cadence] == timedelta()


def _order(lines: Sequence[DutyShift]) -> list[list[MemberId]]:
    found: dict[int, list[MemberId]] = {}
    for line in lines:
        found.setdefault(line.seat, []).append(line.member_id)
    return [found[seat] for seat in sorted(found)]


def _still_active(before: Sequence[Sequence[MemberId]], seats: Seats, now: int) -> int:
    """The new seat of who has the turn now, or of the next one after him who is still there."""
    for people in [*before[now:], *before[:now]]:
        for at, seat in enumerate(seats):
            if set(people) & set(seat):
                return at
    return 0


async def _seat_now(moment: Moment, row: DutyRotation, lines: Sequence[DutyShift]) -> int:
    return _rotation(row).seat(await _number(moment, row, lines[0])) if lines else 0


async def _number(moment: Moment, row: DutyRotation, line: DutyShift) -> int:
    own_days = await own_days_of(moment, line.place_id, row.since.date() - DAY)
    return number_now(span_of(line, own_days), _rotation(row), moment.now, moment.house.zone)


def _rotation(row: DutyRotation) -> Rotation:
    return Rotation(row.cadence, row.since, row.seats, row.every, row.first_seat)


def _row(place: PlaceId, pattern: Pattern, seats: int) -> DutyRotation:
    return DutyRotation(
        place_id=place,
        pattern=pattern.key,
        cadence=pattern.cadence,
        every=pattern.every,
        since=pattern.since,
        seats=seats,
    )


def _line(pattern: Pattern, seat: int, member: MemberId) -> Span:
    return Span(
        member,
        pattern.first_day,
        None,
        pattern.weekdays,
        pattern.starts,
        pattern.ends,
        pattern.days,
        seat=seat,
    )
