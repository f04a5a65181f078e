"""What decided that a message concerns a ticket, noted while it is known."""

from handlers.context import Context
from handlers.understanding.advice import AdvisedReader
from handlers.understanding.types import Judgement, Question
from handlers.understanding.why import Way, codes_of, weigh


def was_advised(ctx: Context, question: Question) -> bool:
    """Whether a language model's opinion was gone by."""
    reader = ctx.reader
    advice = reader.advice.get(question.heard) if isinstance(reader, AdvisedReader) and reader.advice else None
    return advice is not None and advice.holds(question.tickets)


def note_why(ctx: Context, question: Question, judged: Judgement, *, outright: bool) -> None:
    """Note why the message was taken for what it was, if it concerns a ticket; `outright`: because the bot was asked."""
    if not judged.items:
        return
    way = Way.MODEL if was_advised(ctx, question) else Way.ASKED if outright else Way.TALK
    needed = ctx.house.asked_from if outright else ctx.reader.quiet
    ctx.why = codes_of(weigh(ctx.reader, question), question, judged.items[0], way, needed)
