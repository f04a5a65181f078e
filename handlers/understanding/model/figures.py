"""How well a reader does on groups whose tickets are known; the figures are those of tests/eval/score.py."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.understanding.group import Group, Judge, scene_of
from handlers.understanding.model.data import Line, Transcript
from storage.types import Act, Intent, Urgency

Items = Mapping[str, list[dict[str, Any]]]  #: of messages, by their ids


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1, and false tickets in a thousand messages that report nothing."""

    ticket_f1: float
    actionable_f1: float
    category: float
    emergencies: float
    false_tickets: float


@dataclass(slots=True)
class _Ticket:
    opened_by: str
    facts: dict[str, Any]
    messages: set[str]


def figures(reader: Judge, transcripts: Iterable[Transcript]) -> Figures:
    """What `reader` does with groups that it hears from their first message on."""
    counts: Counter[str] = Counter()
    for transcript in transcripts:
        group = Group(scene_of(transcript.lines[0]["chat"]))
        heard = {message["id"]: group.hear(reader, message)["items"] for message in transcript.lines[1:]}
        _count(transcript.lines[1:], heard, counts)
    both = counts["true"] + counts["opened"]
    return Figures(
        ticket_f1=_share(2 * counts["matched"], both),
        actionable_f1=_share(2 * counts["actionable"], both),
        category=_share(counts["category"], counts["matched"]),
        emergencies=_share(counts["called"], counts["emergencies"]),
        false_tickets=1000 * _share(counts["false"], counts["others"]),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _count(messages: Iterable[Line], heard: Items, counts: Counter[str]) -> None:
    """Add a group's counts; a ticket matches the true one that holds the message that opened it, once."""
    gold = {message["id"]: message["gold"] for message in messages}
    true, made = _tickets({name: one["items"] for name, one in gold.items()}), _tickets(heard)
    others = {name for name, one in gold.items() if one["intent"] != Intent.REQUEST}
    counts["true"] += len(true)
    counts["opened"] += len(made)
    counts["others"] += len(others)
    counts["false"] += sum(ticket.opened_by in others for ticket in made.values())
    counts["emergencies"] += sum(ticket.facts["urgency"] == Urgency.EMERGENCY for ticket in true.values())
    for ticket in made.values():
        holding = [name for name, one in true.items() if ticket.opened_by in one.messages]
        alike = [name for name in holding if true[name].facts["category"] == ticket.facts["category"]]
        if holding:
            _compare(ticket.facts, true.pop((alike or holding)[0]).facts, counts)


def _tickets(items: Items) -> dict[str, _Ticket]:
    """The tickets that a group's messages make; what is said later of one holds."""
    tickets: dict[str, _Ticket] = {}
    for message, several in items.items():
        for item in several:
            ticket = tickets.setdefault(item["ticket"], _Ticket(message, dict(item), set()))
            ticket.messages.add(message)
            place = ticket.facts["location"], item["location"]
            ticket.facts |= {name: item[name] for name in ("category", "urgency") if item[name] is not None}
            ticket.facts["location"] = _later(*place)
    return tickets


def _later(before: Line | None, after: Line | None) -> Line | None:
    if before is None or after is None:
        return before or after
    return {name: before[name] if after[name] is None else after[name] for name in before}


def _compare(made: Line, true: Line, counts: Counter[str]) -> None:
    category, urgency = (made[name] == true[name] for name in ("category", "urgency"))
    urgent, there = true["urgency"] == Urgency.EMERGENCY, true["location"]
    counts["matched"] += 1
    counts["category"] += category
    counts["called"] += urgency and urgent
    counts["actionable"] += category and (there is None or there == made["location"]) and (urgency or not urgent)


def sets_right(reader: Judge, transcript: Transcript) -> bool:
    """Whether `reader` takes the only message of a group for what it is; its place is another matter."""
    message = transcript.lines[1]
    heard = Group(scene_of(transcript.lines[0]["chat"])).hear(reader, message)["items"]
    facts = [[(i["act"], i["category"], i["urgency"]) for i in one] for one in (heard, message["gold"]["items"])]
    return facts[0] == facts[1] or (not message["gold"]["items"] and all(i["act"] != Act.OPEN for i in heard))
