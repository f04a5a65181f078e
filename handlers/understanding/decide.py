"""One message, its group's memory and its open tickets → what the message means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handlers.understanding.classify import (
    ACTS,
    CATEGORIES,
    STAFF,
    URGENCIES,
    Scores,
    Words,
    heads,
    shares,
)
from handlers.understanding.danger import danger
from handlers.understanding.network import Network
from handlers.understanding.normalise import plain
from handlers.understanding.place import home_of
from handlers.understanding.thread import asked, evidence, last_own, minutes
from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Memory, OpenTicket, Scene, Spot
from handlers.understanding.whereabouts import added, anchored, answered, place_said
from storage.types import Act, Category, Intent, Urgency

QUIET: Final = 0.5  #: a new ticket is opened from this probability on
PERIL: Final = 0.05  #: … and from this one on, where a rule sees danger to life
IN_DOUBT: Final = 0.35  #: an emergency is called from this probability on
LINKED: Final = 4  #: so many of ACTS are requests


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
        return self._judgement(view, scene, memory, tickets, links, verdict)

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
        self, view: View, scene: Scene, memory: Memory, tickets: Sequence[OpenTicket], links: Scores, verdict: Scores
    ) -> Judgement:
        confidence = float(verdict[:LINKED].sum())
        choice = int(verdict.argmax())
        best = int((1 - links[:, 0]).argmax()) if tickets else None
        if 0 < choice < LINKED and best is not None:
            item = linking(Act(ACTS[choice]), view, scene, memory, tickets[best])
            return Judgement(Intent.REQUEST, (item,), confidence)
        peril = danger(view.text)
        staff = view.heard.role in STAFF
        if verdict[0] >= (self.quiet if peril is None or staff else PERIL) and choice not in range(1, LINKED):
            return Judgement(Intent.REQUEST, (opening(view, scene, peril),), confidence)
        if choice < LINKED:
            choice = LINKED + int(verdict[LINKED:].argmax())
        return Judgement(Intent(ACTS[choice]), (), confidence)


def opening(view: View, scene: Scene, peril: Category | None) -> Item:
    """The ticket that the message opens; a danger that a rule saw is an emergency whatever the model thinks."""
    category = CATEGORIES[int(view.topics.argmax())]
    urgency = URGENCIES[int(view.urgencies.argmax())]
    if peril is not None or view.urgencies[0] >= IN_DOUBT:
        urgency = Urgency.EMERGENCY
    return Item(Act.OPEN, None, category, urgency, anchored(view.spot, scene))


def linking(act: Act, view: View, scene: Scene, memory: Memory, ticket: OpenTicket) -> Item:
    """What the message does to a ticket that is there; 'me too' and 'solved' do not move it."""
    spot = ticket.spot
    if act is Act.DETAIL:
        heard = view.heard
        theirs, staff = heard.sender == ticket.opened_by, heard.role in STAFF
        spot = added(spot, view.text, scene, heard.home, theirs=theirs, staff=staff)
        if len(view.text) < 6 and memory.recent:
            spot = answered(view.text, memory.recent[-1][0].text).updated(spot)
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
