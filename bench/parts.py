"""What each part of understanding gives: the same reader with one of them taken away, on the same groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bench.judged import DEV, HELD, scored
from handlers.understanding.classify import ACTS
from handlers.understanding.decide import QUIET, Reader, opening
from handlers.understanding.scales import LINKED
from handlers.understanding.types import SILENCE, Heard, Judgement, Memory, OpenTicket, Question, Scene, Spot
from storage.types import Intent


@dataclass(frozen=True, slots=True)
class Forgetful:
    """Remembers the tickets, and not what was said."""

    reader: Reader

    def judge(self, heard: Heard, scene: Scene, _memory: Memory, tickets: Sequence[OpenTicket]) -> Judgement:
        return self.reader.judge(heard, scene, Memory(), tickets)


@dataclass(frozen=True, slots=True)
class Unattached:
    """Does not know of the open tickets."""

    reader: Reader

    def judge(self, heard: Heard, scene: Scene, memory: Memory, _tickets: Sequence[OpenTicket]) -> Judgement:
        return self.reader.judge(heard, scene, memory, ())


@dataclass(frozen=True, slots=True)
class Stranger:
    """Does not read homes in nicknames."""

    reader: Reader

    def judge(self, heard: Heard, scene: Scene, memory: Memory, tickets: Sequence[OpenTicket]) -> Judgement:
        return self.reader.judge(replace(heard, name="", home=Spot()), scene, memory, tickets)


@dataclass(frozen=True, slots=True)
class Literal:
    """Goes by the table of words alone: no networks, no rules of danger."""

    reader: Reader

    def judge(self, heard: Heard, scene: Scene, _memory: Memory, _tickets: Sequence[OpenTicket]) -> Judgement:
        if heard.from_bot:
            return SILENCE
        (view,) = self.reader.views((Question(heard, scene, Memory(), ()),))
        if view.acts[0] >= QUIET:
            return Judgement(Intent.REQUEST, (opening(view, scene, None),))
        return Judgement(Intent(ACTS[LINKED + int(view.acts[LINKED:].argmax())]))


WITHOUT: Final[dict[str, Callable[[Reader], Any]]] = {
    "全有": lambda reader: reader,
    "不记得前面说过什么": Forgetful,
    "不知道有哪些单开着": Unattached,
    "不看昵称里的房号": Stranger,
    "只有字表，没有两个小网络和危险规则": Literal,
}


def parts(reader: Reader) -> dict[str, dict[str, dict[str, float]]]:
    """The figures of the reader without each part, by set of groups."""
    return {
        name: {"dev": scored(make(reader), DEV), "held": scored(make(reader), HELD)} for name, make in WITHOUT.items()
    }
