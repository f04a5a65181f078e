"""One after another: whoever is asked and lets his time pass is noted, and the next one is asked."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.clocks.winding import plan_of
from handlers.dispatch import answered
from handlers.dispatch.calling import Called, call_up, call_words
from handlers.dispatch.choosing import choose, still_asked
from handlers.dispatch.levels import note_called, step_now
from handlers.dispatch.neighbours import without_neighbours
from handlers.moment import Moment
from handlers.phrases import calls
from handlers.tickets.lifecycle import advance, possible
from storage.steps import Mode
from storage.tickets import Ticket
from storage.types import MemberId, TicketAction


async def ask_next(moment: Moment, ticket: Ticket) -> Called:
    """Ask the next one at the ticket's step; where nobody is left there, it waits for the next step up.

    Whoever was asked last has until then: nobody waits behind him.
    """
    step = await step_now(moment, ticket)
    chosen = await choose(moment, ticket, step) if step is not None else None
    asked = await still_asked(moment, ticket)
    if step is None or chosen is None or not {person.id for person in chosen.people}.difference(asked):
        return Called()
    await no_answer(moment, ticket, asked)
    called = await call_up(moment, ticket, [step], await call_words(moment, ticket))
    return note_called(moment, ticket, called)


async def ask_all_again(moment: Moment, ticket: Ticket) -> Called:
    """Half of the time is over: all who are on duty at the ticket's step are called once more, but those who cannot go."""
    found_by = plan_of(moment, ticket).modes[ticket.urgency]
    if found_by not in (Mode.IN_TURN, Mode.WAVES, Mode.ALL) and ticket.level == 0:
        return Called()  # others than those on duty have it
    step = await step_now(moment, ticket)
    steps = [without_neighbours(replace(step, at_once=None))] if step is not None else []
    return note_called(moment, ticket, await call_up(moment, ticket, steps, calls.still_open(ticket), anew=True))


async def note_silence(moment: Moment, ticket: Ticket) -> None:
    """Note who was called at the step that is left behind now and has not said a word."""
    await no_answer(moment, ticket, await still_asked(moment, ticket))


async def no_answer(moment: Moment, ticket: Ticket, asked: Sequence[MemberId]) -> None:
    """Note that they have let their time pass: a fact of the ticket's history, and of their habits."""
    if possible(ticket, TicketAction.NO_ANSWER):
        await answered.note_silence(moment, ticket, asked)
        for member in asked:
            advance(moment, ticket, TicketAction.NO_ANSWER, member)
