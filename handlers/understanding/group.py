"""One group followed from its first message on, with its tickets in memory: for `guanjia parse`, training and tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Protocol

from handlers.understanding.types import Heard, Item, Judgement, Memory, OpenTicket, Scene, Spot
from storage.types import Act, Role

KEPT_AFTER_CLOSING: Final = timedelta(days=2)
CHINA: Final = timezone(timedelta(hours=8))
ROLES: Final = frozenset(Role)


class Judge(Protocol):
    """Somebody who understands messages: `Reader`, or one who asks others as well."""

    def judge(self, heard: Heard, scene: Scene, memory: Memory, tickets: Sequence[OpenTicket]) -> Judgement:
        """See `Reader.judge`."""


def scene_of(chat: Mapping[str, Any]) -> Scene:
    """The group that a `chat` line describes."""
    building, floors = chat.get("building"), chat.get("floors")
    return Scene(
        str(building) if building not in (None, "") else None,
        tuple(str(unit) for unit in chat.get("units") or ()),
        floors if isinstance(floors, int) else None,
        str(chat.get("compound") or ""),
    )


@dataclass(slots=True)
class Group:
    """A chat, what was said in it last, and the tickets that its messages made."""

    scene: Scene
    memory: Memory = Memory()
    tickets: dict[str, OpenTicket] = field(default_factory=dict)
    ticket_of: dict[str, str] = field(default_factory=dict)  #: message id → the ticket that it belongs to

    def hear(self, reader: Judge, message: Mapping[str, Any]) -> dict[str, Any]:
        """The prediction for one message of tests/eval/FORMAT.md, which is remembered."""
        heard = self.heard(message)
        judged = reader.judge(heard, self.scene, self.memory, self.near(heard.at))
        return self.note(heard, judged)

    def heard(self, message: Mapping[str, Any]) -> Heard:
        """A message line as understanding takes it."""
        sender, reply = message["sender"], message.get("reply_to")
        role, mentions = sender.get("role"), tuple(message.get("mentions") or ())
        return Heard(
            id=str(message["id"]),
            at=_moment(message["ts"]),
            sender=str(sender.get("id")),
            name=str(sender.get("name") or ""),
            role=Role(role) if role in ROLES else Role.RESIDENT,
            text=str(message.get("text") or ""),
            from_bot=role == "bot",
            to_bot="bot" in mentions,
            reply_to=reply,
            quoted_ticket=self.ticket_of.get(reply or ""),
            mentions=mentions,
            attachments=tuple(message.get("attachments") or ()),
        )

    def near(self, at: datetime) -> tuple[OpenTicket, ...]:
        """The tickets that are open, or were closed not long before `at`."""
        return tuple(t for t in self.tickets.values() if t.closed_at is None or at - t.closed_at <= KEPT_AFTER_CLOSING)

    def note(self, heard: Heard, judged: Judgement) -> dict[str, Any]:
        """The prediction as FORMAT.md writes it; tickets and memory change as it says."""
        items = tuple(self._apply(heard, item) for item in judged.items)
        if items:
            self.ticket_of[heard.id] = items[0].ticket or ""
        elif heard.from_bot and heard.quoted_ticket:
            self.ticket_of[heard.id] = heard.quoted_ticket
        self.memory = self.memory.after(heard, judged)
        return {"id": heard.id, "intent": judged.intent.value, "items": [written(item) for item in items]}

    def _apply(self, heard: Heard, item: Item) -> Item:
        old = self.tickets.get(item.ticket or "")
        if old is None:
            number = item.ticket or f"t{len(self.tickets) + 1}"
            self.tickets[number] = OpenTicket(
                number, item.category, item.urgency, item.spot, heard.sender, heard.at, heard.at, heard.text,
                frozenset((heard.sender,)),
            )  # fmt: skip
            return replace(item, ticket=number)
        self.tickets[old.id] = replace(
            old,
            category=item.category,
            urgency=item.urgency,
            spot=item.spot,
            last_at=heard.at,
            people=old.people | {heard.sender},
            closed_at=heard.at if item.act is Act.RESOLVED else old.closed_at,
        )
        return item


def _moment(text: str) -> datetime:
    """A time of a transcript; China's, where it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def written(item: Item) -> dict[str, Any]:
    """An item as FORMAT.md writes it."""
    spot: Spot = item.spot
    return {
        "act": item.act.value,
        "ticket": item.ticket,
        "category": item.category.value,
        "urgency": item.urgency.value,
        "location": {"building": spot.building, "unit": spot.unit, "floor": spot.floor, "room": spot.room},
    }
