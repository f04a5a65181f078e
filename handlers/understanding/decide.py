"""One message, its group's memory and its open tickets → what the message means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handlers.understanding.classify import (
    ACTS,
    CATEGORIES,
    CHATTER,
    OPEN,
    STAFF,
    URGENCIES,
    Scores,
    Words,
    heads,
    shares,
)
from handlers.understanding.network import Network
from handlers.understanding.normalise import plain
from handlers.understanding.place import home_of
from handlers.understanding.thread import asked, evidence, last_own, minutes
from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Memory, OpenTicket, Scene, Spot
from handlers.understanding.whereabouts import anchored, place_said
from storage.types import Act, Intent

QUIET: Final = 0.5  #: a new ticket is opened from this probability on


@dataclass(frozen=True, slots=True)
class View:
    """A message as the networks see it, and what was read on the way."""

    text: str
    heard: Heard
    spot: Spot
    acts: Scores
    topics: Scores
    urgencies: Scores
    ties: Scores  #: evidence, a row a ticket
    around: Scores  #: facts of the message and what came before it


@dataclass(frozen=True, slots=True)
class Reader:
    """Everything that understanding has learned; immutable, and the same answer to the same question."""

    words: Words
    link: Network
    verdict: Network
    quiet: float = QUIET

    def judge(self, heard: Heard, scene: Scene, memory: Memory, tickets: Sequence[OpenTicket]) -> Judgement:
        """What `heard` means where `tickets` are open or were closed in the last days; silence when in doubt."""
        if heard.from_bot:
            return SILENCE
        view = self.view(heard, scene, memory, tickets)
        links = self.link.shares(view.ties) if tickets else np.zeros((0, 4), np.float32)
        verdict = self.verdict.shares(facts(view.around, view.ties, self.link))
        return self._judgement(view, scene, tickets, links, verdict)

    def view(self, heard: Heard, scene: Scene, memory: Memory, tickets: Sequence[OpenTicket]) -> View:
        text = plain(heard.text)
        home = heard.home if heard.home != Spot() else home_of(plain(heard.name), scene)
        heard = replace(heard, home=home)
        spot = place_said(text, scene, home)
        act_logits, topic_logits, urgency_logits = heads(self.words.scores(text, heard.role, heard.attachments))
        acts, topics = shares(act_logits), shares(topic_logits)
        ties = evidence(heard, text, spot, memory, tickets, acts, topics)
        return View(
            text, heard, spot, acts, topics, shares(urgency_logits), ties, around(heard, text, spot, memory, acts)
        )

    def _judgement(
        self, view: View, scene: Scene, tickets: Sequence[OpenTicket], links: Scores, verdict: Scores
    ) -> Judgement:
        ranked = sorted(range(len(ACTS)), key=lambda i: -verdict[i])
        confidence = float(verdict[:4].sum())
        for choice in ranked:
            act = ACTS[choice]
            if act == OPEN and verdict[choice] >= self.quiet:
                return Judgement(Intent.REQUEST, (self.opening(view, scene),), confidence)
            if choice in (1, 2, 3) and tickets:
                best = int((1 - links[:, 0]).argmax())
                return Judgement(Intent.REQUEST, (linking(Act(act), view, tickets[best]),), confidence)
            if choice > 3:
                return Judgement(Intent(act), (), confidence)
        return Judgement(Intent.CHATTER, (), confidence)

    def opening(self, view: View, scene: Scene) -> Item:
        category = CATEGORIES[int(view.topics.argmax())]
        urgency = URGENCIES[int(view.urgencies.argmax())]
        return Item(Act.OPEN, None, category, urgency, anchored(view.spot, scene))


def linking(act: Act, view: View, ticket: OpenTicket) -> Item:
    """What the message does to a ticket that is there."""
    spot = ticket.spot if act is Act.ME_TOO else ticket.spot.updated(view.spot)
    return Item(act, ticket.id, ticket.category, ticket.urgency, spot)


def around(heard: Heard, text: str, spot: Spot, memory: Memory, acts: Scores) -> Scores:
    """Facts of the message itself and of what was said before it."""
    last = memory.recent[-1] if memory.recent else None
    own = last_own(heard, memory)
    mine = next((judged for said, judged in reversed(memory.recent) if said.sender == heard.sender), SILENCE)
    staff = heard.role in STAFF
    question = asked(memory)
    return np.array(
        (
            *acts,
            *np.log(acts + 1e-4) / 4,
            staff,
            heard.role == "property",
            heard.to_bot,
            heard.reply_to is not None,
            bool(heard.mentions),
            bool(heard.attachments),
            not text,
            min(len(text), 60) / 60,
            text.endswith(("?", "吗", "没", "呢")),
            spot != Spot(),
            last is not None and last[1].intent == Intent.REQUEST,
            last is not None and last[1].intent == Intent.NOTICE,
            last is not None and last[1].intent == Intent.QUESTION,
            last is not None and last[0].from_bot,
            last is not None and last[0].role in STAFF,
            question is not None,
            own is not None,
            minutes((heard.at - own.at).total_seconds()) if own else 1.0,
            mine.intent == Intent.REQUEST,
            mine.intent == Intent.CHATTER,
            any(item.act is Act.OPEN for item in mine.items),
            minutes((heard.at - last[0].at).total_seconds()) if last else 1.0,
            min(len(memory.recent), 20) / 20,
        ),
        dtype=np.float32,
    )


def facts(surroundings: Scores, ties: Scores, link: Network) -> Scores:
    """What the verdict is given: the message, its surroundings and the ticket that fits best."""
    if not len(ties):
        return np.concatenate((surroundings, np.zeros(ties.shape[1] + 6, np.float32)))
    links = link.shares(ties)
    tied = 1 - links[:, 0]
    best = int(tied.argmax())
    second = float(np.partition(tied, -2)[-2]) if len(tied) > 1 else 0.0
    return np.concatenate((surroundings, ties[best], links[best], (tied[best], second))).astype(np.float32)
