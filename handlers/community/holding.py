"""What could not be said to somebody before he wrote again, on channels where only answers are allowed.

All that has waited becomes one message, because each one counts. Of a ticket only the newest is told.
"""

from collections.abc import Sequence
from typing import Final

from handlers.context import Context
from handlers.messages import Happening, Words
from handlers.moment import Moment
from handlers.phrases import holding as phrases
from handlers.rules.outbox import HELD_FOR
from storage import held
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

OPENS: Final = (Happening.SAID, Happening.PRESSED)
MOST: Final = 5  #: messages told in one; who was away for long is not read a diary


async def catch_up(ctx: Context) -> None:
    """Somebody writes: let what has waited for that go before the answer."""
    reach = ctx.reach.get(ctx.inbound.channel)
    if ctx.is_group or reach is None or not reach.only_answers or ctx.inbound.happening not in OPENS:
        return
    waiting = await held.in_chat(ctx.session, ctx.inbound.address)
    if waiting:
        _fold(ctx, waiting)


def _fold(ctx: Context, waiting: Sequence[OutboxMessage]) -> None:
    *before, last = waiting
    told = [*_still_news(before, last), last]
    if len(told) > 1:
        said = [Words.from_body(message.body) for message in told]
        pictures = tuple(picture for words in said for picture in words.pictures)
        buttons = next((words.buttons for words in reversed(said) if words.buttons), ())
        last.body = Words(phrases.meanwhile([words.text for words in said]), buttons, pictures=pictures).to_body()
    for message in before:
        message.status = OutboxStatus.FOLDED
    last.status, last.due_at, last.error = OutboxStatus.PENDING, ctx.now, None


def _still_news(before: Sequence[OutboxMessage], last: OutboxMessage) -> list[OutboxMessage]:
    """What later messages have not made old."""
    newest = {message.ticket_id or -message.id: message for message in (*before, last)}
    return [message for message in newest.values() if message is not last][-(MOST - 1) :]


async def give_up(moment: Moment) -> None:
    """At the full hour, let go of what has waited too long; skipping an hour only delays it."""
    if not moment.now.minute:
        await held.give_up(moment.session, moment.now - HELD_FOR)
