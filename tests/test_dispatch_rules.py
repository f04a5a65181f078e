"""Whom to ask: fairly, the same again everywhere, and never a party to the matter."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.dispatch import BRAVED, PARTY, By, Candidate, Limits, Skip, order
from handlers.rules.weights import Weights, caught_up
from storage.types import MemberId, TicketId
from tests.drawn import QUICK

NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
TICKET = TicketId(12)

candidates = st.builds(
    Candidate,
    st.integers(1, 40).map(MemberId),
    st.frozensets(st.sampled_from(("电工", "水工", "调解"))),
    st.integers(0, 6),
    st.integers(0, 6),
    st.none() | st.integers(0, 500).map(lambda hours: NOON - timedelta(hours=hours)),
    st.none() | st.sampled_from(Skip),
)
crowds = st.lists(candidates, max_size=20, unique_by=lambda one: one.member)
needs = st.frozensets(st.sampled_from(("电工", "水工")))


def somebody(member: int, *skills: str, out: Skip | None = None, days_ago: float | None = None) -> Candidate:
    last = NOON - timedelta(days=days_ago) if days_ago is not None else None
    return Candidate(MemberId(member), frozenset(skills), last=last, out=out)


def test_fewest_open_goes_before_longest_without() -> None:
    busy = replace(somebody(1, days_ago=9), open=1)
    assert order([busy, somebody(2, days_ago=1), somebody(3, days_ago=3)], TICKET).asked == (3, 2, 1)


def test_who_never_had_one_goes_before_who_had() -> None:
    assert order([somebody(1, days_ago=500), somebody(2)], TICKET).asked == (2, 1)


def test_any_one_of_the_skills_is_enough() -> None:
    found = order([somebody(1), somebody(2, "电工"), somebody(3, "水工")], TICKET, ("电工", "水工"))
    assert set(found.asked) == {2, 3}
    assert found.passed == {1: Skip.UNABLE}
    assert found.able


def test_where_nobody_has_the_skill_everybody_is_asked_and_that_is_known() -> None:
    found = order([somebody(1), somebody(2, "调解")], TICKET, ("电工",))
    assert set(found.asked) == {1, 2}
    assert not found.able


def test_the_skill_of_who_cannot_come_keeps_nobody_from_being_asked() -> None:
    found = order([somebody(1), somebody(2, "电工", out=Skip.ON_LEAVE)], TICKET, ("电工",))
    assert (found.asked, found.able) == ((1,), False)


def test_an_emergency_spares_nobody_but_parties_and_those_on_leave() -> None:
    crowd = [somebody(number, out=why) for number, why in enumerate(Skip, 1)]
    found = order([*crowd, somebody(20, "电工")], TICKET, ("电工",), Limits(), emergency=True)
    assert set(found.passed.values()) == PARTY | {Skip.ON_LEAVE}


@pytest.mark.parametrize(
    ("open_now", "lately", "is_asked"),
    [(0, 0, True), (4, 0, True), (5, 0, False), (9, 0, False), (0, 3, True), (0, 5, False)],
)
def test_enough_is_enough(open_now: int, lately: int, *, is_asked: bool) -> None:
    one = Candidate(MemberId(1), open=open_now, lately=lately)
    found = order([one], TICKET, limits=Limits(most_open=5, most_an_hour=5))
    assert found.asked == ((1,) if is_asked else ())
    assert found.passed == ({} if is_asked else {1: Skip.FULL})
    assert order([one], TICKET).asked == (1,)  # where nobody else is left, it is asked without limits


@pytest.mark.parametrize("limits", [(0, 5), (5, 0), (-1, 5)])
def test_a_limit_of_nought_is_none(limits: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="nobody"):
        Limits(*limits)


@QUICK
@given(crowds, needs, st.booleans(), st.randoms())
def test_the_order_is_the_same_however_they_are_listed(
    crowd: list[Candidate],
    needed: frozenset[str],
    emergency: bool,
    random: Random,
) -> None:
    shuffled = random.sample(crowd, len(crowd))
    first = order(crowd, TICKET, needed, Limits(), emergency=emergency)
    again = order(shuffled, TICKET, needed, Limits(), emergency=emergency)
    assert first.passed == again.passed
    assert set(first.asked) == set(again.asked)
    assert emergency or first.asked == again.asked


@QUICK
@given(crowds, needs, st.booleans())
def test_everybody_is_asked_or_passed_over_and_never_a_party(
    crowd: list[Candidate],
    needed: frozenset[str],
    emergency: bool,
) -> None:
    found = order(crowd, TICKET, needed, Limits(), emergency=emergency)
    assert {*found.asked, *found.passed} == {one.member for one in crowd}
    assert not set(found.asked) & set(found.passed)
    out = {one.member for one in crowd if one.out is not None and one.out not in (BRAVED if emergency else ())}
    assert not out & set(found.asked)


@QUICK
@given(crowds, needs, candidates, st.sampled_from(sorted(PARTY)))
def test_who_cannot_be_asked_changes_nothing_for_the_others(
    crowd: list[Candidate], needed: frozenset[str], newcomer: Candidate, why: Skip
) -> None:
    party = replace(newcomer, member=MemberId(99), out=why)
    assert order([*crowd, party], TICKET, needed, Limits()).asked == order(crowd, TICKET, needed, Limits()).asked


@QUICK
@given(crowds.filter(bool), st.data())
def test_who_is_passed_over_keeps_his_place(crowd: list[Candidate], data: st.DataObject) -> None:
    crowd = [replace(one, out=None) for one in crowd]
    away = data.draw(st.sampled_from(crowd))
    there = order(crowd, TICKET).asked
    without = order([replace(one, out=Skip.ON_LEAVE if one is away else None) for one in crowd], TICKET).asked
    assert without == tuple(member for member in there if member != away.member)


def test_the_lot_favours_nobody() -> None:
    crowd = [somebody(number) for number in range(1, 11)]
    firsts = Counter(order(crowd, TicketId(ticket)).asked[0] for ticket in range(2000))
    assert len(firsts) == 10
    assert all(140 < times < 260 for times in firsts.values())  # 200 each, give or take more than four deviations


def test_the_lot_is_the_same_on_every_machine() -> None:
    crowd = [somebody(number) for number in range(1, 6)]
    assert order(crowd, TICKET).asked == (3, 4, 5, 2, 1)


def test_in_the_long_run_everybody_has_had_as_many() -> None:
    crowd = {MemberId(number): somebody(number) for number in range(1, 8)}
    had: Counter[MemberId] = Counter()
    for ticket in range(700):
        first = order(crowd.values(), TicketId(ticket)).asked[0]
        had[first] += 1
        crowd[first] = replace(crowd[first], last=NOON + timedelta(hours=ticket))
    assert set(had.values()) == {100}
    joined = somebody(8)
    assert order([*crowd.values(), joined], TICKET).asked[0] == 8  # and a newcomer is not made to wait


def test_where_a_few_are_asked_those_without_the_skill_fill_up_behind_those_with_it() -> None:
    crowd = [somebody(1), replace(somebody(2, "电工"), taken=9), somebody(3)]
    assert order(crowd, TICKET, ("电工",), fill=True).asked[0] == 2
    assert set(order(crowd, TICKET, ("电工",), fill=True).asked) == {1, 2, 3}


def test_fewest_lately_goes_before_longest_without_and_next_door_behind_until_it_is_too_much() -> None:
    had_two = replace(somebody(1, days_ago=9), taken=2)
    assert order([had_two, replace(somebody(2, days_ago=1), taken=1)], TICKET).asked == (2, 1)
    next_door = replace(somebody(3), far=True)
    assert order([replace(had_two, taken=1), next_door], TICKET).asked == (1, 3)
    assert order([had_two, next_door], TICKET).asked == (3, 1)


def test_who_never_answers_comes_last_and_who_was_called_enough_not_at_all() -> None:
    silent, called = replace(somebody(1), silent=True), replace(somebody(2), calls=Limits().most_calls)
    found = order([silent, called, replace(somebody(3), open=4)], TICKET, limits=Limits())
    assert found.asked == (3, 1)
    assert found.passed == {2: Skip.CALLED_ENOUGH}
    assert found.by is By.ANSWERS


def test_whoever_is_able_is_asked_among_a_few_however_much_he_has_had() -> None:
    plumbers = [replace(somebody(1, "水工"), taken=30), replace(somebody(2, "水工"), taken=20)]
    others = [replace(somebody(number), taken=number) for number in range(3, 9)]
    found = order([*plumbers, *others], TICKET, ("水工",), fill=True)
    assert found.asked[0] == 2
    assert found.asked[1:] == (3, 4, 5, 6, 7, 8, 1)  # and one of them is enough: the other one has done his share


def test_nothing_outweighs_for_good_what_somebody_has_had() -> None:
    """The other one is next door and slow: he is asked all the same when the first one is so many ahead."""
    near, other = replace(somebody(1), slow=-1.0), replace(somebody(2), far=True, slow=1.0)
    ahead = Weights().far + 2 * Weights().slow
    asked = [order([replace(near, taken=had), other], TICKET).asked[0] for had in range(10)]
    assert asked == [1 if had < ahead else 2 for had in range(10)]


def test_of_what_puts_him_first_the_most_is_told() -> None:
    quick, other = replace(somebody(1), slow=-2.0, taken=1), somebody(2)
    assert order([quick, other], TICKET).by is By.QUICK
    assert order([quick, replace(other, taken=9)], TICKET).by is By.TAKEN
    assert order([quick, replace(other, open=3)], TICKET).by is By.OPEN
    assert order([replace(quick, slow=0.0, taken=0), replace(other, far=True)], TICKET).by is By.NEAR
    assert order([quick, other], TICKET, weights=Weights(slow=0)).asked == (2, 1)


@pytest.mark.parametrize("weight", ["open", "far", "able", "slow", "behind"])
def test_no_weight_turns_the_order_round(weight: str) -> None:
    with pytest.raises(ValueError, match="nothing"):
        Weights(**{weight: -1.0})


@QUICK
@given(st.lists(st.integers(0, 60), max_size=30))
def test_nobody_makes_up_for_more_than_a_little(taken: list[int]) -> None:
    counted = caught_up(taken)
    average = sum(taken) / len(taken) if taken else 0.0
    assert all(had <= now for had, now in zip(taken, counted, strict=True))
    assert all(now >= average - Weights().behind for now in counted)
    assert all(now == had for had, now in zip(taken, counted, strict=True) if had >= average - Weights().behind)
