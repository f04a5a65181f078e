"""What happens to tickets by themselves, and how somebody is found for them, as it is stored. Imports nothing of ours."""

from enum import StrEnum


class StepKind(StrEnum):
    """What happens to an open ticket next, by itself."""

    ASK_NEXT = "ask_next"  #: the next one at the same step of the ladder is asked; taken, when nobody is left there
    CLIMB = "climb"  #: one step up the ladder
    SUPERVISOR = "supervisor"  #: the last step up, and whoever supervises is told
    REPEAT = "repeat"  #: an emergency is called out again; what can wait, once at each step
    NUDGE = "nudge"  #: who accepted it and is silent is asked how it goes
    TO_POOL = "to_pool"  #: he is silent still: it is called out again
    COORDINATOR = "coordinator"  #: the community is told that this did not help either
    WARN_LATE = "warn_late"  #: it will soon be late
    LATE = "late"  #: it is late, and the community is told
    REMIND = "remind"  #: late and still open: the community is told of it again, once a week
    RESUME = "resume"  #: the reporter was asked and has not answered: its time runs on
    CHASE = "chase"  #: a department outside has it and is asked how it goes


class Mode(StrEnum):
    """How somebody is found for a ticket."""

    ALL = "all"  #: everybody on duty is called at once, and the first one takes it
    IN_TURN = "in_turn"  #: one after another is asked
    WAVES = "waves"  #: a few are asked at once, then a few more
    POOL = "pool"  #: nobody is called: it waits in the open pool
    PROPERTY = "property"  #: the property company is called
    PARTIES = "parties"  #: the three parties have it together
    OUTSIDE = "outside"  #: a department outside has it
