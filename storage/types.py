"""The words that get stored: every enumeration and id type. Imports nothing of ours, and everything may import it."""

from enum import StrEnum
from typing import NewType

PlaceId = NewType("PlaceId", int)
MemberId = NewType("MemberId", int)
TicketId = NewType("TicketId", int)
BroadcastId = NewType("BroadcastId", int)


class PlaceKind(StrEnum):
    """What a node of the place tree is, from the widest to the narrowest; a grid stands beside the compounds."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    COMPOUND = "compound"
    BUILDING = "building"
    UNIT = "unit"
    HOUSEHOLD = "household"


class DayKind(StrEnum):
    """What a day is in the working calendar."""

    WORKDAY = "workday"  #: also a Saturday or Sunday that is made up for
    DAY_OFF = "day_off"  #: a weekend, or a day that the community gave itself
    HOLIDAY = "holiday"  #: inside the days off of a statutory holiday


class Role(StrEnum):
    """What a member may do at a place and everywhere below it."""

    RESIDENT = "resident"
    STEWARD = "steward"
    BUILDING_HEAD = "building_head"
    GRID_WORKER = "grid_worker"
    PROPERTY = "property"
    COMMITTEE = "committee"
    ADMIN = "admin"
    SUPERVISOR = "supervisor"


class Intent(StrEnum):
    """What a message is, one a message (tests/eval/FORMAT.md)."""

    REQUEST = "request"
    QUESTION = "question"
    NOTICE = "notice"
    CHATTER = "chatter"


class Act(StrEnum):
    """What a message does to a ticket (tests/eval/FORMAT.md)."""

    OPEN = "open"
    DETAIL = "detail"
    ME_TOO = "me_too"
    RESOLVED = "resolved"


class Urgency(StrEnum):
    """How fast somebody must answer."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"
    LOW = "low"


class Category(StrEnum):
    """What has to be done (tests/eval/FORMAT.md)."""

    WATER = "water"
    POWER = "power"
    GAS = "gas"
    LEAK = "leak"
    SEWER = "sewer"
    ELEVATOR = "elevator"
    LIGHTING = "lighting"
    FACILITY = "facility"
    ACCESS = "access"
    SANITATION = "sanitation"
    GREENING = "greening"
    NOISE = "noise"
    PARKING = "parking"
    FIRE_SAFETY = "fire_safety"
    FALLING = "falling"
    ILLEGAL_BUILD = "illegal_build"
    PETS = "pets"
    PESTS = "pests"
    DISPUTE = "dispute"
    SECURITY = "security"
    PROPERTY = "property"
    CARE = "care"
    AFFAIRS = "affairs"
    TELECOM = "telecom"
    PROPOSAL = "proposal"
    OTHER = "other"


class TicketStatus(StrEnum):
    """Where a ticket is."""

    REPORTED = "reported"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    RATED = "rated"
    VERIFIED = "verified"
    MERGED = "merged"
    CANCELLED = "cancelled"


class TicketAction(StrEnum):
    """What was done to a ticket; one row of its history each."""

    REPORT = "report"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    PROGRESS = "progress"
    FINISH = "finish"
    RESOLVE = "resolve"
    RATE = "rate"
    VERIFY = "verify"
    REJECT = "reject"  #: the community has looked, and it is not done: who did it has it again
    REOPEN = "reopen"
    TRANSFER = "transfer"
    RETURN = "return"
    OFFER = "offer"  #: somebody was asked to take it over; until he agrees it stays where it is
    TAKE_OVER = "take_over"
    DECLINE = "decline"  #: he did not agree, or did not answer
    HAND_OUT = "hand_out"  #: to a department outside
    TAKE_BACK = "take_back"
    CONFER = "confer"  #: a party was called in
    LEAVE = "leave"  #: a party left
    RECRUIT = "recruit"  #: so many people are wanted for it
    SIGN_UP = "sign_up"
    SIGN_OFF = "sign_off"
    ESCALATE = "escalate"
    MERGE = "merge"
    CANCEL = "cancel"
    DETAIL = "detail"
    JOIN = "join"
    URGE = "urge"
    CORRECT = "correct"
    REFUSE = "refuse"  #: somebody who was called cannot go, and says so in time
    NO_ANSWER = "no_answer"  #: somebody who was asked by name let his time pass without a word


class MessageKind(StrEnum):
    """Why the bot says something; decides what happens to a message whose outcome is unknown."""

    ANSWER = "answer"  #: to an explicit command or question, where it was asked
    TICKET_NOTE = "ticket_note"  #: unasked, into a group, about a ticket: at most three a ticket
    CALL = "call"  #: to one person on duty
    PERSONAL = "personal"  #: to one person: told, asked to rate
    EMERGENCY = "emergency"  #: emergency calls and advice, to a group or a person
    BROADCAST = "broadcast"  #: a notice, one a group
    WARNING = "warning"  #: the same of danger: it waits for no night, and for no other notice
    GREETING = "greeting"  #: once a group: who runs the bot and what it keeps


class OutboxStatus(StrEnum):
    """Where a message on its way out is."""

    PENDING = "pending"
    SENDING = "sending"
    CONFIRMING = "confirming"  #: a member of the group has it before him, and it goes out when he confirms it
    SENT = "sent"
    UNSURE = "unsure"  #: it may have been said; never repeated by itself
    GATHERING = "gathering"  #: a group has had its notices today: it goes out with others as one message
    HELD = "held"  #: it may not be said until the person writes again
    FOLDED = "folded"  #: its words are part of a later message
    DEAD = "dead"


class BroadcastStatus(StrEnum):
    """Where a notice is."""

    DRAFT = "draft"
    APPROVING = "approving"  #: its author has confirmed it, and a second person has not yet
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
