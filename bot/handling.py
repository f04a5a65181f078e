"""One message and its effect: all of it, or none and an answer that says why.

Most of what is refused is refused before anything was changed. Where something was, it goes with the whole transaction,
which is run again with the refusal known: a savepoint for every command would cost all of them more than that.
"""

from contextlib import suppress
from typing import Final

from bot.introduced import note_way
from handlers.community.gaps import answer_late
from handlers.community.holding import catch_up
from handlers.context import Context
from handlers.messages import Happening, Refusal
from handlers.router import Asked, Routes
from handlers.tickets.board import outdate
from storage import members
from storage.changes import changes, is_pending
from storage.inbox import Key

SPOKEN: Final = (Happening.SAID, Happening.PRESSED)


class Undone(Exception):  # noqa: N818 -- not an error
    """A message was refused: what it and those before it have changed goes with the transaction."""

    def __init__(self, key: Key, refusal: Refusal) -> None:
        super().__init__()
        self.key, self.refusal = key, refusal


async def handle(ctx: Context, routes: Routes, refused: Refusal | None) -> None:
    """Let the message have its effect, or say why it can have none.

    Args:
        refused: Why it could not be done when it was tried before.

    Raises:
        Undone: It is refused only now, after something was changed.
    """
    if ctx.inbound.from_bot and ctx.inbound.happening in SPOKEN:
        return  # two bots that answer each other never end
    await note_way(ctx)
    await catch_up(ctx)
    await (_let(ctx, routes) if refused is None else _refuse(ctx, routes, refused))


async def _let(ctx: Context, routes: Routes) -> None:
    before = changes(ctx.session)
    try:
        asked = None if ctx.foreseen else routes.asked(ctx)  # what was weighed ahead gives no command
        if asked is None and ctx.inbound.happening is Happening.SAID:
            await _answer(ctx, routes, None)
        else:
            before = await _begun(ctx)
            await _answer(ctx, routes, asked)
            outdate(ctx.board, ctx.place)
    except Refusal as refusal:
        if is_pending(ctx.session) or changes(ctx.session) != before:
            raise Undone(ctx.inbound.key, refusal) from None
        await _refuse(ctx, routes, refusal)


async def _begun(ctx: Context) -> int:
    """Write down what the messages before have changed, so that what this one changes can be told from it."""
    if ctx.known is not None:  # a command may change who gives it
        ctx.known = members.acting(ctx.session, ctx.known)
    await ctx.session.flush()
    return changes(ctx.session)


async def _refuse(ctx: Context, routes: Routes, refusal: Refusal) -> None:
    """Say why it cannot be done; everyday words, by which nothing was asked for, are only talk."""
    with suppress(Refusal):
        asked = routes.asked(ctx)
        if asked is not None and asked.loose:
            await _answer(ctx, routes, None)
            return
    if ctx.is_late:
        await answer_late(ctx)
    else:
        ctx.answer(refusal.reply)


async def _answer(ctx: Context, routes: Routes, asked: Asked | None) -> None:
    before = changes(ctx.session)
    reply = await routes.route(ctx, asked)
    if reply is None:
        return
    done = is_pending(ctx.session) or changes(ctx.session) != before
    if ctx.is_late and not done:
        await answer_late(ctx)
    else:
        ctx.answer(reply)
