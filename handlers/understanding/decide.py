"""One message, its group's memory and its open tickets → what the message means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from handlers.understanding.classify import ACTS, CATEGORIES, LETTER, NOTICE, STAFF, URGENCIES, Scores
from handlers.understanding.danger import danger
from handlers.understanding.scales import LINKED, Scales, View, Weighed
from handlers.understanding.several import halves
from handlers.understanding.turns import goes_on, only_calls, says_over
from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Memory, OpenTicket, Question, Scene, Spot
from handlers.understanding.whereabouts import added, anchored, answered, place_said
from storage.types import Act, Category, Intent, Urgency

QUIET: Final = 0.55  #: a new ticket is opened from this probability on
OF_A_LETTER: Final = 0.6  #: … a letter from so much of it on: hardly anybody writes that much about nothing
PERIL: Final = 0.02  #: … and from this one on, where a rule sees danger to life
IN_DOUBT: Final = 0.3  #: an emergency is called from this probability on
GRAVE: Final = 0.5  #: … and from this one on, where it is told of a ticket that was none until then
OF_ITS_OWN: Final = 0.5  #: share of the acts that report something, which half a message needs to be a second ticket
SURER: Final = 0.2  #: by so much more than that a message must be a request to open one by being nothing likelier
LONGEST_ANSWER: Final = 12  #: characters of what may be an answer to where it is
OVER: Final = 0.7  #: a word about a ticket says that it is over from this probability on: to close in error is worse
AFTERMATH: Final = timedelta(hours=6)  #: after a danger is over, in which the staff tell what it was
OVER_SAID: Final = 0.15  #: … and from this one on, where it ends with the words for that


@dataclass(frozen=True, slots=True)
class Reader(Scales):
    """Who decides by what the scales show."""

    quiet: float = QUIET

    def judge(self, heard: Heard, scene: Scene, memory: Memory, tickets: Sequence[OpenTicket]) -> Judgement:
        """What `heard` means where `tickets` are open or were closed in the last days; silence when in doubt."""
        question = Question(heard, scene, memory, tickets)
        (weighed,) = self.weigh((question,))
        return self.decide(weighed, question)

    def report(self, heard: Heard, scene: Scene) -> Item:
        """What `heard` would open, where somebody has said outright that it is to be opened."""
        (view,) = self.views((Question(heard, scene, Memory(), ()),))
        return opening(view, scene, danger(view.text))

    def decide(self, weighed: Weighed, question: Question) -> Judgement:
        """What the message means by its weights; silence when in doubt."""
        view, verdict, scene, tickets = weighed.view, weighed.verdict, question.scene, question.tickets
        if question.heard.from_bot:
            return SILENCE
        second, first = sorted(verdict)[-2:]
        confidence, margin, choice = sum(verdict[:LINKED]), first - second, chosen(verdict, view.text)
        peril = danger(view.text) if confidence >= PERIL else None
        at_it = view.heard.role in STAFF and (
            peril is None or ACTS[choice] == NOTICE or is_known(peril, tickets, view.heard.at)
        )
        if (
            peril is not None and not at_it and (choice >= LINKED or view.heard.role in STAFF)
        ):  # in danger it is no talk
            choice = 0 if view.heard.role in STAFF else verdict.index(max(verdict[:LINKED]))
        best = tied_to(tickets, weighed.links, ACTS[choice]) if 0 < choice < LINKED else None
        if best is not None:
            item = linking(Act(ACTS[choice]), view, scene, question.memory, tickets[best])
            grave = peril is not None or view.urgencies[0] >= GRAVE
            # "The same here" raises nothing; who tells of danger where there was none says more than that.
            worse = peril is not None and item.act is Act.ME_TOO and item.urgency is not Urgency.EMERGENCY
            if (worse or (grave and item.act is Act.DETAIL)) and view.heard.role not in STAFF:
                item = replace(item, act=Act.DETAIL, urgency=Urgency.EMERGENCY)
            return Judgement(Intent.REQUEST, (item,), confidence, margin)
        surely = choice == 0 and confidence >= self.quiet + SURER
        if only_calls(view.text):
            return SILENCE
        if surely or verdict[0] >= (self.enough(view.text) if peril is None or at_it else PERIL):
            opened = self._openings(view, scene, peril)
            items = tuple(told_before(item, view.heard, tickets) or item for item in opened)
            return Judgement(Intent.REQUEST, items, confidence, margin)
        return Judgement(Intent(ACTS[verdict.index(max(verdict[LINKED:]), LINKED)]), (), confidence, margin)

    def enough(self, text: str) -> float:
        """The probability from which on `text` (as `understood` gives it) opens a ticket, where no rule sees danger."""
        return self.quiet * (OF_A_LETTER if len(text) >= LETTER else 1)

    def _openings(self, view: View, scene: Scene, peril: Category | None) -> tuple[Item, ...]:
        """One ticket, or two where the halves of the message are surely about different things."""
        whole = opening(view, scene, peril)
        if peril is None:
            for first, second, trust in halves(view.text):
                one, other = (self._topic(half, view.heard, trust) for half in (first, second))
                if one and other and one != other:
                    return self._two(view, scene, whole, (first, one), (second, other))
        return (whole,)

    def _topic(self, text: str, heard: Heard, trust: float) -> Category | None:
        """What a part of a message is about, if it is surely a problem of its own."""
        acts, topics, _ = self.words.shares([(text, heard.role, ())])
        best = int(topics.argmax())
        return CATEGORIES[best] if topics[0, best] >= trust and acts[0, :3].sum() >= OF_ITS_OWN else None

    def _two(
        self, view: View, scene: Scene, whole: Item, one: tuple[str, Category], other: tuple[str, Category]
    ) -> tuple[Item, ...]:
        here = place_said(one[0], scene, view.heard.home)
        there = place_said(other[0], scene, view.heard.home)
        there = here if there == Spot() else Spot(here.building).updated(there)
        return (
            replace(whole, category=one[1], spot=anchored(here, scene)),
            replace(whole, category=other[1], spot=anchored(there, scene)),
        )


def is_known(peril: Category, tickets: Sequence[OpenTicket], at: datetime) -> bool:
    """Whether a ticket is open, or was until lately, that a word of the staff about such a danger may be about."""
    lately = (t for t in tickets if t.closed_at is None or at - t.closed_at < AFTERMATH)
    return any(t.urgency is Urgency.EMERGENCY or t.category is peril for t in lately)


def chosen(verdict: Sequence[float], text: str) -> int:
    """The likeliest of ACTS. That something is over is believed sooner and later than that, as the words go."""
    choice = verdict.index(max(verdict))
    if ACTS[choice] in (Act.DETAIL, Act.RESOLVED):
        over = OVER_SAID if says_over(text) else OVER
        return _RESOLVED if verdict[_RESOLVED] >= over and not goes_on(text) else _DETAIL
    return choice


_DETAIL, _RESOLVED = ACTS.index(Act.DETAIL), ACTS.index(Act.RESOLVED)


def tied_to(tickets: Sequence[OpenTicket], links: Scores, act: str) -> int | None:
    """The ticket that the message most likely belongs to; nothing but another 'solved' follows 'solved'."""
    fits = [row for row, ticket in enumerate(tickets) if ticket.closed_at is None or act == Act.RESOLVED]
    return min(fits, key=lambda row: links[row, 0], default=None)


def opening(view: View, scene: Scene, peril: Category | None) -> Item:
    """The ticket that the message opens; a danger that a rule saw is an emergency whatever the model thinks."""
    category = CATEGORIES[int(view.topics.argmax())]
    urgency = URGENCIES[int(view.urgencies.argmax())]
    if peril is not None or view.urgencies[0] >= IN_DOUBT:
        urgency = Urgency.EMERGENCY
    return Item(Act.OPEN, None, category, urgency, anchored(view.spot, scene))


def told_before(item: Item, heard: Heard, tickets: Sequence[OpenTicket]) -> Item | None:
    """What an opening does to the ticket that is open for the same at exactly that spot, if there is one."""
    exact = item.spot.room is not None or (item.spot.unit is not None and item.spot.floor is not None)
    same = (t for t in tickets if t.closed_at is None and (t.category, t.spot) == (item.category, item.spot))
    ticket = next(same, None) if exact else None
    if ticket is None:
        return None
    grave = item.urgency is Urgency.EMERGENCY
    act = Act.DETAIL if grave or heard.sender in ticket.people else Act.ME_TOO
    return Item(act, ticket.id, ticket.category, item.urgency if grave else ticket.urgency, ticket.spot)


def linking(act: Act, view: View, scene: Scene, memory: Memory, ticket: OpenTicket) -> Item:
    """What the message does to a ticket that is there; 'me too' and 'solved' do not move it."""
    spot = ticket.spot
    heard = view.heard
    theirs, staff = heard.sender == ticket.opened_by, heard.role in STAFF
    if act is Act.DETAIL or (act is Act.RESOLVED and (theirs or staff)):
        spot = added(spot, view.text, scene, heard.home, theirs=theirs and act is Act.DETAIL, staff=staff)
        if len(view.text) < LONGEST_ANSWER and memory.recent:
            spot = answered(view.text, memory.recent[-1][0].text, scene).updated(spot)
    return Item(act, ticket.id, ticket.category, ticket.urgency, spot)
