"""Why a message is understood as it is: what was weighed, and against which thresholds.

What is kept of it with a ticket are codes: names of classes and shares in percent. The words that weighed most are
looked up again in the text, as long as that is there.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import numpy as np

from handlers.understanding.classify import ACTS, CATEGORIES, OPEN, URGENCIES, Words, grams
from handlers.understanding.danger import danger
from handlers.understanding.decide import IN_DOUBT, PERIL
from handlers.understanding.scales import LINKED, Weighed
from handlers.understanding.thread import agreement
from handlers.understanding.types import Item, OpenTicket, Question, Spot
from storage.types import Role, Urgency

MOST_WORDS: Final = 3
WORTH: Final = 0.3  #: what weighs less than this share of the weightiest piece explains nothing
JUST_NOW: Final = 10 * 60  #: seconds in which a ticket is still the talk
ALARM: Final = URGENCIES.index(Urgency.EMERGENCY)
_FREE: Final = 0  #: the column of the links that says that there is no tie
_WORTH_SHOWING: Final = re.compile(r"[^\s\0^$,.!?;:，。！？、…~\-—]{2,4}")

Codes = Mapping[str, Any]


class Way(StrEnum):
    """What made a ticket of a message."""

    TALK = "talk"  #: it was heard
    ASKED = "asked"  #: it was said to the bot, where less is needed
    WORD = "word"  #: a command
    MODEL = "model"  #: a language model's opinion
    ANSWER = "answer"  #: the bot asked, and somebody said yes
    STAFF = "staff"  #: a member of staff said so
    SPLIT = "split"  #: it was taken out of another ticket


class Tie(StrEnum):
    """What ties a message to a ticket."""

    QUOTE = "quote"
    SPEAKER = "speaker"  #: who opened it speaks
    TAKES_PART = "takes_part"  #: somebody speaks who joined it or works on it
    MENTION = "mention"
    TOPIC = "topic"
    PLACE = "place"
    HOME = "home"  #: the speaker lives where it is
    TIME = "time"  #: it was spoken of just before


def codes_of(weighed: Weighed, question: Question, item: Item, way: Way, needed: float) -> dict[str, Any]:
    """What decided that the message does `item`, without a word of it. Shares are in percent.

    Args:
        needed: The share from which on it was opened.
    """
    topics, peril = weighed.view.topics, danger(weighed.view.text)
    best = sorted(range(len(CATEGORIES)), key=lambda column: -float(topics[column]))[:2]
    row = next((n for n, ticket in enumerate(question.tickets) if ticket.id == item.ticket), None)
    return {
        "way": way.value,
        "share": percent(weighed.verdict[ACTS.index(item.act)]),
        "needed": percent(min(needed, PERIL) if peril else needed),
        "topics": [[CATEGORIES[column].value, percent(float(topics[column]))] for column in best],
        "alarm": percent(weighed.alarm),
        "alarm_needed": percent(IN_DOUBT),
        "danger": peril.value if peril else None,
        "role": question.heard.role.value,
        "ties": [] if row is None else [tie.value for tie in ties(weighed, question, question.tickets[row])],
        "tied": None if row is None else percent(1 - float(weighed.links[row, _FREE])),
    }


def percent(share: float) -> int:
    """A share as it is kept and said."""
    return round(share * 100)


def ties(weighed: Weighed, question: Question, ticket: OpenTicket) -> Sequence[Tie]:
    """What ties the message to `ticket`, the firmest first."""
    heard, view = question.heard, weighed.view
    found = {
        Tie.QUOTE: heard.quoted_ticket == ticket.id,
        Tie.SPEAKER: heard.sender == ticket.opened_by,
        Tie.TAKES_PART: heard.sender in ticket.people and heard.sender != ticket.opened_by,
        Tie.MENTION: not ticket.people.isdisjoint(heard.mentions),
        Tie.TOPIC: CATEGORIES[int(view.topics.argmax())] is ticket.category,
        Tie.PLACE: _agree(view.spot, ticket.spot),
        Tie.HOME: _agree(view.heard.home, ticket.spot),
        Tie.TIME: heard.at.timestamp() - ticket.last <= JUST_NOW,
    }
    return [tie for tie, holds in found.items() if holds]


def _agree(spot: Spot, other: Spot) -> bool:
    same, differ = agreement(spot, other)
    return same > 0 and not differ


def telling(words: Words, text: str, act: str, other: str) -> list[str]:
    """The pieces of `text` (as `plain` gives it) that speak most for `act` and against `other`, two to four characters."""
    pull = words.table[:, ACTS.index(act)] - words.table[:, ACTS.index(other)]
    weights = {gram: float(pull[row]) for gram in grams(text) if (row := words.rows.get(gram)) is not None}
    pieces = list(dict.fromkeys(filter(_WORTH_SHOWING.fullmatch, grams(text))))
    scores = {piece: _inside(piece, weights) for piece in pieces}
    least = max([0.0, *scores.values()]) * WORTH
    chosen: list[str] = []
    for piece in sorted(pieces, key=lambda piece: -scores[piece]):
        if scores[piece] <= least or len(chosen) == MOST_WORDS:
            break
        if set(piece).isdisjoint("".join(chosen)):
            chosen.append(piece)
    return [_as_written(piece, text) for piece in chosen]


def _inside(piece: str, weights: Mapping[str, float]) -> float:
    """What a piece and its parts weigh together, for its length: a long one holds more by itself."""
    parts = {piece[start:end] for start in range(len(piece)) for end in range(start + 1, len(piece) + 1)}
    return sum(weights.get(part, 0.0) for part in parts) / float(np.sqrt(len(piece)))


def _as_written(piece: str, text: str) -> str:
    """The piece with the digits that it stands for."""
    found = re.search("".join(r"\d" if char == "0" else re.escape(char) for char in piece), text, re.IGNORECASE)
    return found[0] if found else piece.replace("⊕", "+1")


def likeliest_silence(words: Words, text: str, role: Role) -> str:
    """What the message is, if it is no request: the likeliest of question, notice and chatter."""
    acts, _, _ = words.shares([(text, role, ())])
    return ACTS[LINKED + int(np.argmax(acts[0, LINKED:]))]


def told_outright(way: Way, role: Role) -> dict[str, Any]:
    """The codes of what nobody had to weigh."""
    return {"way": way.value, "role": role.value}


def likeliest(verdict: Sequence[float]) -> str:
    """The act with the largest share."""
    return ACTS[max(range(len(ACTS)), key=verdict.__getitem__)]


def rival(act: str, verdict: Sequence[float]) -> str:
    """What speaks against `act`: the likeliest silence for a request, an opening for silence."""
    if ACTS.index(act) >= LINKED:
        return OPEN
    silences = ACTS[LINKED:]
    return max(silences, key=lambda name: verdict[ACTS.index(name)])
