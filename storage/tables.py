"""What outlives a crash: one file per noun, its tables and then its questions.

Every table is named here, so that whoever opens the database knows all of them.
"""

from storage import (
    allowances,
    audit,
    broadcasts,
    chats,
    codes,
    corrections,
    directory,
    duty,
    followers,
    identities,
    inbox,
    leases,
    members,
    numbers,
    offers,
    outbox,
    places,
    pulses,
    reasons,
    spending,
    tickets,
    words,
)

__all__ = [
    "allowances",
    "audit",
    "broadcasts",
    "chats",
    "codes",
    "corrections",
    "directory",
    "duty",
    "followers",
    "identities",
    "inbox",
    "leases",
    "members",
    "numbers",
    "offers",
    "outbox",
    "places",
    "pulses",
    "reasons",
    "spending",
    "tickets",
    "words",
]
