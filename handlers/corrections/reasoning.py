"""What decided that a message concerns a ticket, noted while it is known."""

from handlers.context import Context
from handlers.understanding.advice import AdvisedReader
from handlers.understanding.scales import Weighed
from handlers.understanding.types import Judgement, Question
from handlers.understanding.why import Way, codes_of


def was_advised(ctx: Context, question: Question) -> bool:
    """Whether a language model's opinion was gone by."""
    return isinstance(ctx.reader, AdvisedReader) and ctx.reader.advice_on(question) is not None


def note_why(ctx: Context, question: Question, weighed: Weighed, judged: Judgement, *, outright: bool) -> None:
    """Note why the message was taken for what it was, if it concerns a ticket; `outright`: because the bot was asked."""
    if not judged.items:
        return
    way = Way.MODEL if was_advised(ctx, question) else Way.ASKED if outright else Way.TALK
    needed = ctx.house.asked_from if outright else ctx.reader.enough(weighed.view.text)
    ctx.why = codes_of(weighed, question, judged.items[0], way, needed)
