"""What stands in for understanding in `bench/year.py`."""

from collections.abc import Sequence

from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Question, Scene, Spot
from storage.types import Act, Category, Urgency


class Script:
    """Reads one thing alone: 报修 followed by the category and the urgency."""

    def weigh(self, questions: Sequence[Question]) -> list[None]:
        return [None for _ in questions]

    def decide(self, _weighed: None, _question: Question) -> Judgement:
        return SILENCE

    def report(self, heard: Heard, scene: Scene) -> Item:
        category, urgency = heard.text.split()[-2:]
        return Item(Act.OPEN, None, Category(category), Urgency(urgency), Spot(building=scene.building))
