"""A first look at a message: its words put right, its place read, and who spoke before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log1p

from handlers.understanding.classify import STAFF
from handlers.understanding.place import home_of
from handlers.understanding.sound import understood
from handlers.understanding.types import Heard, Memory, OpenTicket, Question, Spot
from handlers.understanding.whereabouts import place_said


@dataclass(frozen=True, slots=True)
class Look:
    """What a message is, before anything is weighed."""

    heard: Heard  #: with the home that its sender's nickname tells
    text: str  #: as `understood` gives it
    spot: Spot
    memory: Memory
    tickets: Sequence[OpenTicket]
    before: int  #: how many messages ago the sender spoke last, 0 for just before; -1 for not within memory
    question: Heard | None  #: the bot's or a staff's question that was the last message


def look(question: Question) -> Look:
    """The message of `question`, read."""
    heard, scene, memory = question.heard, question.scene, question.memory
    text = understood(heard.text)
    home = heard.home
    if home.unit is None or home.room is None:
        home = home_of(heard.name, scene).updated(home)
    if home != heard.home:
        heard = replace(heard, home=home)
    spot = place_said(text, scene, home)
    return Look(heard, text, spot, memory, question.tickets, _steps_back(heard.sender, memory), _asked(memory))


def minutes(seconds: float) -> float:
    """A span on a scale on which an hour and two differ as much as a day and two; 0 to about 1."""
    return min(log1p(seconds / 60) / 8, 1.0) if seconds > 0 else 0.0


def _steps_back(sender: str, memory: Memory) -> int:
    for steps, (said, _) in enumerate(reversed(memory.recent)):
        if said.sender == sender:
            return steps
    return -1


def _asked(memory: Memory) -> Heard | None:
    if not memory.recent:
        return None
    said = memory.recent[-1][0]
    asks = "?" in said.text or "？" in said.text or "吗" in said.text or "呢" in said.text
    return said if asks and (said.from_bot or said.role in STAFF) else None
