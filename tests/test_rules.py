"""What the rules promise about tickets, notices, the outbox and roles, whatever happens."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import broadcasts, outbox, roles
from handlers.rules.broadcasts import BroadcastAction
from handlers.rules.tickets import CLOSED, OPEN, TRANSITIONS, next_status
from storage.types import BroadcastStatus, MessageKind, Role, TicketAction, TicketStatus
from tests.drawn import QUICK

# Tickets


def test_a_closed_ticket_only_ever_is_judged_or_reopened() -> None:
    judged = {TicketAction.RATE, TicketAction.VERIFY, TicketAction.REJECT}
    assert {action for status, action in TRANSITIONS if status in CLOSED} == {*judged, TicketAction.REOPEN}


@pytest.mark.parametrize("status", sorted(OPEN))
@pytest.mark.parametrize("action", [TicketAction.DETAIL, TicketAction.JOIN, TicketAction.URGE, TicketAction.ESCALATE])
def test_words_about_an_open_ticket_leave_it_where_it_is(status: TicketStatus, action: TicketAction) -> None:
    assert next_status(status, action) is status


@pytest.mark.parametrize("status", sorted(OPEN))
def test_whoever_says_that_it_is_solved_is_believed_at_any_time(status: TicketStatus) -> None:
    assert next_status(status, TicketAction.RESOLVE) is TicketStatus.DONE


def test_an_accepted_ticket_is_not_accepted_again() -> None:
    assert next_status(TicketStatus.ACCEPTED, TicketAction.ACCEPT) is None


def test_merged_and_cancelled_tickets_are_left_alone() -> None:
    assert not [key for key in TRANSITIONS if key[0] in {TicketStatus.MERGED, TicketStatus.CANCELLED}]


def test_every_status_can_be_reached() -> None:
    assert {*TRANSITIONS.values(), TicketStatus.REPORTED} == set(TicketStatus)


def test_every_action_but_the_report_itself_has_its_place() -> None:
    assert {action for _, action in TRANSITIONS} == set(TicketAction) - {TicketAction.REPORT}


# Notices


def test_only_what_was_confirmed_is_ever_sent() -> None:
    assert broadcasts.next_status(BroadcastStatus.DRAFT, BroadcastAction.START) is None
    assert broadcasts.next_status(BroadcastStatus.DRAFT, BroadcastAction.CONFIRM) is BroadcastStatus.SCHEDULED


@QUICK
@given(st.lists(st.sampled_from(BroadcastAction)))
def test_what_was_withdrawn_stays_so_and_what_was_sent_only_goes_again(actions: list[BroadcastAction]) -> None:
    assert not [action for action in actions if broadcasts.next_status(BroadcastStatus.CANCELLED, action)]
    after = {action for action in actions if broadcasts.next_status(BroadcastStatus.SENT, action)}
    assert after <= {BroadcastAction.RESEND}


# The outbox


@QUICK
@given(st.integers(1, 10**9), st.floats(0, 1))
def test_patience_grows_and_has_an_end(attempt: int, jitter: float) -> None:
    wait = outbox.retry_after(attempt, jitter)
    assert timedelta(seconds=1) <= wait <= outbox.LONGEST_WAIT
    assert outbox.retry_after(attempt + 1, jitter) >= wait


@pytest.mark.parametrize("kind", MessageKind)
def test_a_group_hears_twice_only_what_may_save_a_life(kind: MessageKind) -> None:
    assert outbox.repeatable(kind, is_group=False)
    assert outbox.repeatable(kind, is_group=True) is (kind is MessageKind.EMERGENCY)


# Roles


@pytest.mark.parametrize("role", Role)
def test_what_a_role_includes_is_complete(role: Role) -> None:
    assert {role, Role.RESIDENT} <= roles.implied(role)
    assert all(roles.implied(part) <= roles.implied(role) for part in roles.implied(role))


@pytest.mark.parametrize("role", sorted(roles.STAFF | {Role.SUPERVISOR}))
def test_whoever_the_ladder_calls_may_accept(role: Role) -> None:
    assert roles.may([role], Role.STEWARD)


def test_a_stranger_is_a_resident_and_no_more() -> None:
    assert roles.may([], Role.RESIDENT)
    assert not roles.may([], *roles.STAFF)
    assert not roles.may([Role.RESIDENT], Role.STEWARD)


def test_nobody_verifies_his_own_work() -> None:
    assert roles.may_verify([Role.ADMIN], did_it=False)
    assert not roles.may_verify([Role.ADMIN], did_it=True)
    assert roles.may_verify([Role.GRID_WORKER], did_it=False)
    assert not roles.may_verify([Role.STEWARD], did_it=False)
