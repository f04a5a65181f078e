"""Tickets: where each one is, and what was done to it. Nothing here holds words: see `words`, which a person may have forgotten."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

import storage.rewritten  # noqa: F401 -- it writes what is changed in a ticket
from storage.appended import append
from storage.base import Base, only, table_of
from storage.entities import ById, adopted, attached, made
from storage.places import Place
from storage.prepared import Prepared
from storage.steps import StepKind
from storage.types import Category, MemberId, PlaceId, TicketAction, TicketId, TicketStatus, Urgency

OPEN = (TicketStatus.REPORTED, TicketStatus.DISPATCHED, TicketStatus.ACCEPTED, TicketStatus.IN_PROGRESS)
UNACCEPTED = (TicketStatus.REPORTED, TicketStatus.DISPATCHED)


class Ticket(Base, kw_only=True):
    """Something that somebody has to do.

    `scope_id` is the place whose group it belongs to (a building or a compound); `place_id` is where it is as exactly
    as the tree knows. `private`: reported to the bot alone, or of a kind that is never mentioned in a group.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        sa.UniqueConstraint("community_id", "number"),
        sa.Index("ix_ticket_scope_closed", "scope_id", "closed_at"),
        sa.Index("ix_ticket_waiting", "status", "waiting_since"),
        sa.Index("ix_ticket_next", "next_at", **only("closed_at IS NULL")),
        sa.Index("ix_ticket_in_hand", "assignee_id", "accepted_at", "closed_at"),
    )

    id: Mapped[TicketId] = mapped_column(primary_key=True, init=False, autoincrement=True)
    community_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"))
    number: Mapped[int]
    scope_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"))
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"))
    category: Mapped[Category]
    urgency: Mapped[Urgency]
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime]  #: since when nobody has accepted it
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))  #: where it was reported
    in_group: Mapped[bool]  #: whether that is a group
    private: Mapped[bool] = mapped_column(default=False)
    status: Mapped[TicketStatus] = mapped_column(default=TicketStatus.REPORTED)
    building: Mapped[str | None] = mapped_column(sa.String(12), default=None)
    unit: Mapped[str | None] = mapped_column(sa.String(12), default=None)
    floor: Mapped[int | None] = mapped_column(default=None)
    room: Mapped[str | None] = mapped_column(sa.String(12), default=None)
    reporter_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)
    assignee_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None)
    #: who is asked by name just now, before anybody else is
    asking_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)
    round: Mapped[int] = mapped_column(default=0)  #: how often it has been handed back or opened again
    level: Mapped[int] = mapped_column(default=0)  #: how many steps up the ladder it has climbed
    called_at: Mapped[datetime | None] = mapped_column(default=None)  #: when somebody was last called about it
    group_notes: Mapped[int] = mapped_column(default=0)  #: unasked messages about it in groups so far
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)  #: done, merged or cancelled
    last_at: Mapped[datetime | None] = mapped_column(default=None)  #: when something was last said about it
    rating: Mapped[int | None] = mapped_column(default=None)  #: the mean of the ratings so far, rounded, 1 to 5
    before_id: Mapped[TicketId | None] = mapped_column(sa.ForeignKey("ticket.id"), default=None)  #: it is back
    plan: Mapped[dict[str, Any] | None] = mapped_column(
        default=None
    )  #: `handlers.rules.plans.Plan`, copied at dispatch
    asked: Mapped[int] = mapped_column(default=0)  #: how many were asked one after another at this level
    next_step: Mapped[StepKind | None] = mapped_column(default=None)  #: what happens next by itself; None: it is closed
    next_at: Mapped[datetime | None] = mapped_column(default=None)  #: … and when
    runs_since: Mapped[datetime | None] = mapped_column(default=None)  #: since when it has to be done; None: opened_at
    done_by: Mapped[datetime | None] = mapped_column(default=None)  #: until when it has to be done
    held: Mapped[int] = mapped_column(default=0)  #: seconds of that time for which the reporter was asked
    paused_since: Mapped[datetime | None] = mapped_column(default=None)  #: since when the reporter is asked
    outside_since: Mapped[datetime | None] = mapped_column(default=None)  #: since when a department outside has it
    #: which steps were taken, and when (seconds since 1970): each is taken once
    taken: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    version: Mapped[int] = mapped_column(default=1, nullable=False)

    # Two at once: the second one to write finds another version and is run again on what the first one left.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name and shape


class TicketEvent(Base, kw_only=True):
    """One thing that was done to a ticket. Append-only; `member_id` None is the bot itself."""

    __tablename__ = "ticket_event"
    __table_args__ = (sa.Index("ix_ticket_event_silent", "member_id", "at", **only("action = 'no_answer'")),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    action: Mapped[TicketAction]
    before: Mapped[TicketStatus | None]
    after: Mapped[TicketStatus]
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None)
    value: Mapped[int | None] = mapped_column(default=None)  #: a rating, a level, a number: never words


_TICKETS: Final = ById(Ticket)
_BY_NUMBER: Final = Prepared(
    sa.select(*table_of(Ticket).c).where(
        Ticket.community_id == sa.bindparam("community"), Ticket.number == sa.bindparam("numbered")
    )
)
_GIVEN: Final = tuple(column.key for column in table_of(Ticket).c if column.key != "id")
_NEW: Final = Prepared(sa.insert(table_of(Ticket)).returning(table_of(Ticket).c.id), _GIVEN)


async def enter(session: AsyncSession, new: Ticket) -> Ticket:
    """Write a new ticket down at once; what it points to must have been flushed. It is the session's own from then on."""
    row = {name: getattr(new, name) for name in _GIVEN}
    ((number,),) = await _NEW.each(session, [row])
    return adopted(session, made(Ticket, dict(row, id=number)))


async def by_number(session: AsyncSession, community: PlaceId, number: int) -> Ticket | None:
    """The ticket of that number in the community."""
    found = await _BY_NUMBER.all(session, {"community": community, "numbered": number})
    return attached(session, made(Ticket, found[0]._asdict())) if found else None


async def by_id(session: AsyncSession, ticket: TicketId) -> Ticket:
    """The ticket with that id, which exists."""
    return await _TICKETS.get(session, ticket)


async def current(session: AsyncSession, scopes: Collection[PlaceId], closed_since: datetime) -> Sequence[Ticket]:
    """The tickets of `scopes` that are open or were closed after `closed_since`, oldest first."""
    if not scopes:
        return ()
    recent = sa.or_(Ticket.closed_at.is_(None), Ticket.closed_at > closed_since)
    query = sa.select(Ticket).where(Ticket.scope_id.in_(scopes), recent).order_by(Ticket.id)
    return (await session.scalars(query)).all()


async def open_below(session: AsyncSession, places: Collection[PlaceId]) -> Sequence[Ticket]:
    """Open tickets whose scope is one of `places`, oldest first."""
    query = sa.select(Ticket).where(Ticket.scope_id.in_(places), Ticket.closed_at.is_(None))
    return (await session.scalars(query.order_by(Ticket.opened_at))).all()


async def assigned_to(session: AsyncSession, member: MemberId) -> Sequence[Ticket]:
    """Open tickets that `member` has accepted, oldest first."""
    query = sa.select(Ticket).where(Ticket.assignee_id == member, Ticket.closed_at.is_(None))
    return (await session.scalars(query.order_by(Ticket.opened_at))).all()


def happened(
    session: AsyncSession,
    ticket: Ticket,
    at: datetime,
    action: TicketAction,
    after: TicketStatus,
    by: MemberId | None,
    *,
    before: TicketStatus | None = None,
    value: int | None = None,
) -> None:
    """Enter into the ticket's history what `by` (None: the bot itself) did to it."""
    row = dict(ticket_id=ticket.id, at=at, action=action, before=before, after=after, member_id=by, value=value)
    append(session, TicketEvent, row)


async def history(session: AsyncSession, ticket: TicketId) -> Sequence[TicketEvent]:
    """What was done to it, in order."""
    query = sa.select(TicketEvent).where(TicketEvent.ticket_id == ticket).order_by(TicketEvent.id)
    return (await session.scalars(query)).all()


async def open_under(
    session: AsyncSession, paths: Collection[str], statuses: Collection[TicketStatus] = OPEN
) -> Sequence[Ticket]:
    """Tickets in one of `statuses` at or below the places with these paths, the most urgent and longest first."""
    if not paths:
        return ()
    grids = [int(path.strip("/").split("/")[-1]) for path in paths]
    all_paths = [*paths, *await session.scalars(sa.select(Place.path).where(Place.grid_id.in_(grids)))]
    below = sa.or_(*(Place.path.startswith(path, autoescape=True) for path in all_paths))
    query = sa.select(Ticket).join(Place, Place.id == Ticket.place_id).where(Ticket.status.in_(statuses), below)
    found = (await session.scalars(query.order_by(Ticket.opened_at, Ticket.id))).all()
    return sorted(found, key=lambda ticket: (list(Urgency).index(ticket.urgency), ticket.opened_at))
