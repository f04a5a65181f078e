"""The clocks of a ticket: its plan, copied when it is dispatched, and the next step that follows from where it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from handlers.clocks.openings import hours_of
from handlers.moment import Moment
from handlers.rules.escalations import DAY_AND_NIGHT
from handlers.rules.paces import pace_of
from handlers.rules.plans import Limits, Plan
from handlers.rules.steps import State, done_by, next_step
from handlers.rules.tickets import OPEN
from storage import places, policies
from storage.policies import Policy
from storage.steps import Mode, StepKind
from storage.tickets import Ticket
from storage.types import Category, PlaceId, Urgency

WORKING: Final = "working"  #: what a policy's row says of limits that run in working time


def wind(moment: Moment, ticket: Ticket, known: Plan | None = None) -> None:
    """Set what happens next to the ticket. Whatever changes it in a way that matters to its clocks ends here.

    Args:
        known: Its plan, where that was read already.
    """
    plan, state, policy = known or plan_of(moment, ticket), state_of(ticket), moment.house.escalation
    step = next_step(plan, state, policy.quiet, policy.zone)
    ticket.next_step, ticket.next_at = (step.kind, step.due_at) if step is not None else (None, None)
    if ticket.status in OPEN:
        ticket.done_by = done_by(plan, state, pace_of(plan, ticket.urgency, policy.quiet, policy.zone))


def by_now(moment: Moment, ticket: Ticket, plan: Plan, *, least: int = 0) -> int:
    """How far up the ladder the ticket is by now.

    Args:
        least: How many steps up it goes at the least, because its time has come.
    """
    policy = moment.house.escalation
    pace = pace_of(plan, ticket.urgency, policy.quiet, policy.zone)
    limit, level = plan.limits[ticket.urgency].accept, min(ticket.level + least, plan.top)
    while level < plan.top and pace.after(ticket.waiting_since, limit, level + 1) <= moment.now:
        level += 1
    return level


def plan_of(moment: Moment, ticket: Ticket) -> Plan:
    """The plan that the ticket has with it; before it is dispatched, the community's."""
    return Plan.of(ticket.plan) if ticket.plan is not None else Plan.by(moment.house.escalation)


def state_of(ticket: Ticket) -> State:
    """Where the ticket is, as the rules take it."""
    return State(
        status=ticket.status,
        urgency=ticket.urgency,
        waiting_since=ticket.waiting_since,
        runs_since=ticket.runs_since or ticket.opened_at,
        level=ticket.level,
        asked=ticket.asked,
        asking=ticket.asking_id is not None,
        called_at=ticket.called_at,
        accepted_at=ticket.accepted_at,
        paused_since=ticket.paused_since,
        outside_since=ticket.outside_since,
        held=timedelta(seconds=ticket.held),
        taken=ticket.taken,
    )


def pause_ends(moment: Moment, ticket: Ticket) -> None:
    """The reporter is not waited for any more: the time in which he was does not count."""
    if ticket.paused_since is None:
        return
    policy = moment.house.escalation
    pace = pace_of(plan_of(moment, ticket), ticket.urgency, policy.quiet, policy.zone)
    ticket.held += int(pace.between(ticket.paused_since, moment.now).total_seconds())
    ticket.paused_since = None
    wind(moment, ticket)


def take(ticket: Ticket, kind: StepKind, at: datetime) -> None:
    """Note that the step was taken, so that it is not taken again."""
    ticket.taken = {**ticket.taken, kind.value: at.timestamp()}


def forget(ticket: Ticket, *kinds: StepKind) -> None:
    """Let these steps be taken anew."""
    ticket.taken = {kind: at for kind, at in ticket.taken.items() if kind not in kinds}


async def plan_for(moment: Moment, ticket: Ticket) -> Plan:
    """What the ticket is dispatched by: the community's rules, and what its place and category have otherwise."""
    line = await places.above(moment.session, await places.by_id(moment.session, ticket.place_id))
    near = [place.id for place in line]
    rows = await policies.at(moment.session, near)
    plan = tailored(Plan.by(moment.house.escalation), ordered(rows, near, ticket.category))
    if any(limits.working for limits in plan.limits.values()):
        plan = replace(plan, hours=(await hours_of(moment, near)).kept())
    return plan


async def replan(moment: Moment, ticket: Ticket) -> None:
    """The plan anew, where the ticket turns out to be of another kind or somewhere else."""
    if ticket.plan is not None:
        ticket.plan = (await plan_for(moment, ticket)).kept()
    wind(moment, ticket)


def ordered(rows: Iterable[Policy], near: Sequence[PlaceId], category: Category | None) -> list[Policy]:
    """The rows that concern the category, the least particular first: far places, all categories, all urgencies."""
    meant = [row for row in rows if row.category in (None, category)]
    return sorted(meant, key=lambda r: (-near.index(r.place_id), r.category is not None, r.urgency is not None))


def tailored(plan: Plan, rows: Iterable[Policy]) -> Plan:
    """The plan with what the rows say otherwise, each after the other.

    What counts in working time where no urgency is named are the matters that can wait. Nobody has longer to accept than
    there is until it has to be done.
    """
    for row in rows:
        limits = {u: _with(limit, row, u) if concerns(row.urgency, u) else limit for u, limit in plan.limits.items()}
        plan = replace(plan, limits=limits, modes=_found_by(plan, row), ladder=row.kinds or plan.ladder)
    return plan


def _found_by(plan: Plan, row: Policy) -> Mapping[Urgency, Mode]:
    """How somebody is found with what the row says otherwise; in an emergency everybody is called whatever it says."""
    if row.mode is None:
        return plan.modes
    said = [u for u in Urgency if u is not Urgency.EMERGENCY and row.urgency in (None, u)]
    return {**plan.modes, **dict.fromkeys(said, row.mode)}


def concerns(named: Urgency | None, urgency: Urgency) -> bool:
    """Whether limits that name an urgency, or none, hold for this one; those of an emergency are named outright."""
    return urgency is (named or urgency) and (named is not None or urgency is not Urgency.EMERGENCY)


def _with(limits: Limits, row: Policy, urgency: Urgency) -> Limits:
    said = row.hours if row.urgency is not None or urgency not in DAY_AND_NIGHT else None
    done = _minutes(row.done_minutes, limits.done)
    return Limits(
        min(_minutes(row.accept_minutes, limits.accept), done),
        min(_minutes(row.progress_minutes, limits.progress), done),
        done,
        _minutes(row.ask_minutes, limits.ask),
        working=limits.working if said is None else said == WORKING,
        at_once=limits.at_once,
        few=_minutes(row.ask_minutes, limits.few),
    )


def _minutes(said: int | None, usual: timedelta) -> timedelta:
    return usual if said is None else timedelta(minutes=said)
