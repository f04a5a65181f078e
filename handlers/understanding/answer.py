"""A model's answer → what the message means. Nothing is believed that is not possible for this message."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from handlers.understanding.classify import STAFF
from handlers.understanding.danger import danger
from handlers.understanding.masks import Masks
from handlers.understanding.sound import understood
from handlers.understanding.types import Item, Judgement, OpenTicket, Question, Spot
from handlers.understanding.whereabouts import anchored
from storage.types import Act, Category, Intent, Urgency

MOST_ITEMS: Final = 3
MOST_OPENED: Final = 2  #: as many as the local reader opens with one message
LONGEST: Final = 20_000  #: characters
_THOUGHTS: Final = re.compile(r"<think>.*?</think>", re.DOTALL)
_NAME: Final = re.compile(r"[0-9A-Z]{1,4}")
_NOTHING: Final = (None, "", "null", "none", "new")


class Nonsense(ValueError):  # noqa: N818 -- what a model said, not what we did
    """The answer cannot be used; the local one stands."""


def judged(text: str, question: Question, masks: Masks) -> Judgement:
    """What the answer `text` makes of the message.

    Raises:
        Nonsense: It is no JSON, has another shape, or says what is not possible for this message.
    """
    said = _parsed(text)
    try:
        intent = Intent(said["intent"])
        items = tuple(_item(item, question, masks) for item in said["items"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Nonsense("another shape") from error
    linked = [item.ticket for item in items if item.ticket is not None]
    if (intent is Intent.REQUEST) != bool(items) or len(items) > MOST_ITEMS or len(set(linked)) < len(linked):
        raise Nonsense("too little or too much")
    if len(items) - len(linked) > MOST_OPENED:
        raise Nonsense("too many openings")
    return Judgement(intent, items, confidence=float(bool(items)))


def _parsed(text: str) -> Mapping[str, Any]:
    """The JSON object in the answer: some models think aloud before it, or put it into a fence."""
    text = _THOUGHTS.sub("", text[:LONGEST])
    try:
        said = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except (ValueError, RecursionError) as error:
        raise Nonsense("no JSON") from error
    if not isinstance(said, dict):
        raise Nonsense("no object")
    return said


def _item(said: Mapping[str, Any], question: Question, masks: Masks) -> Item:
    act, category, urgency = Act(said["act"]), Category(said["category"]), Urgency(said["urgency"])
    spot = _spot(said.get("location") or {}, masks)
    peril = danger(understood(question.heard.text)) is not None and question.heard.role not in STAFF
    urgency = Urgency.EMERGENCY if peril else urgency
    if act is Act.OPEN:
        if said.get("ticket") not in _NOTHING:
            raise Nonsense("opens what is there")
        return Item(act, None, category, urgency, anchored(spot, question.scene))
    return _linked(act, _meant(said.get("ticket"), act, question), urgency, spot)


def _meant(number: object, act: Act, question: Question) -> OpenTicket:
    """The ticket of that id; nothing but another 'solved' follows 'solved'."""
    found = next((ticket for ticket in question.tickets if ticket.id == str(number)), None)
    if found is None or (found.closed_at is not None and act is not Act.RESOLVED):
        raise Nonsense("no such ticket")
    return found


def _linked(act: Act, ticket: OpenTicket, urgency: Urgency, spot: Spot) -> Item:
    """'Me too' and 'solved' do not move a ticket; a detail may turn it into an emergency, and never back."""
    item = Item(act, ticket.id, ticket.category, ticket.urgency, ticket.spot)
    if act is not Act.DETAIL:
        return item
    item = replace(item, spot=ticket.spot.updated(spot))
    return replace(item, urgency=urgency) if urgency is Urgency.EMERGENCY else item


def _spot(said: Mapping[str, Any], masks: Masks) -> Spot:
    """A place in so far as it can be one: a room is known by its stand-in or not at all."""
    floor, room = said.get("floor"), said.get("room")
    good = isinstance(floor, int) and not isinstance(floor, bool) and -9 < floor < 100 and floor != 0
    return Spot(
        _name(said.get("building")),
        _name(said.get("unit")),
        floor if good else None,
        masks.room(room) if isinstance(room, str) else None,
    )


def _name(said: object) -> str | None:
    """A building's or unit's digits or letters."""
    text = re.sub("[栋幢座号楼单元梯 ]", "", str(said)).upper() if isinstance(said, str | int) else ""
    return text if _NAME.fullmatch(text) and not isinstance(said, bool) else None
