"""撤回通知: what is out is taken back where the channel can; (tick) its people hear what came of it."""

from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.notices.delivery import names_of
from handlers.notices.releasing import advance
from handlers.notices.rounds import tell_author
from handlers.notices.which import mine_or_ours, numbered
from handlers.phrases import delivery as saying
from handlers.phrases import recalling as phrases
from handlers.router import Router
from handlers.rules.broadcasts import BroadcastAction, next_status
from handlers.rules.confirming import WITHDRAWN
from storage import broadcasts, recalls, receipts
from storage.broadcasts import Broadcast
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus, Role

router: Final = Router()


@router.command(
    "撤回通知",
    example="撤回通知 5",
    does="把发出去的收回来，收不回的说有多少",
    allow=Role.ADMIN,
    also=("收回通知",),
)
async def recall(ctx: Context, rest: str) -> Reply:
    """Stop what is not out yet, and take back what is, where that can be done."""
    found = await numbered(ctx, rest)
    await mine_or_ours(ctx, found)
    if not found.rounds:
        raise Refusal(saying.not_out_yet(found), alone=True)
    stopped = await _stop(ctx, found)
    out = [row for row, status in await receipts.rows_of(ctx.session, found.id, found.round_key) if status in _OUT]
    fit = [row for row in out if _can_be(ctx, row)]
    begun = await recalls.ask(ctx.session, found.id, [row.id for row in fit], ctx.now)
    ctx.note("撤回通知", f"broadcast:{found.id}", (await ctx.member()).id)
    if out and not begun and fit:
        raise Refusal(phrases.asked_already(found), alone=True)
    stay = await names_of(ctx, [row for row in out if row not in fit])
    return Reply(phrases.begun(found, stopped=stopped, begun=begun, stay=stay), alone=True)


_OUT: Final = (OutboxStatus.SENT, OutboxStatus.UNSURE, OutboxStatus.SENDING, OutboxStatus.CONFIRMING)


async def _stop(ctx: Context, found: Broadcast) -> int:
    if next_status(found.status, BroadcastAction.CANCEL) is None:
        return 0
    advance(found, BroadcastAction.CANCEL)
    return await broadcasts.take_back(ctx.session, found, WITHDRAWN)


def _can_be(moment: Moment, row: OutboxMessage) -> bool:
    """Whether its channel can take it back: it has a message of its own, which is surely out, or parts that are."""
    reach = moment.reach.get(row.channel)
    is_out = (row.status is OutboxStatus.SENT and row.platform_id is not None) or bool(row.parts)
    return is_out and reach is not None and reach.takes_back


async def tell_recalled(moment: Moment) -> None:
    """Tell once what was taken back and what was not."""
    for number in await recalls.untold(moment.session):
        found = await broadcasts.by_id(moment.session, number)
        if found is None or not await recalls.all_told(moment.session, number):
            continue
        asked = await recalls.of_notice(moment.session, number)
        gone = sum(one.error is None for one, _ in asked)
        stay = await names_of(moment, [row for one, row in asked if one.error is not None])
        words = Words(phrases.over(found, gone, stay))
        await tell_author(moment, found, words, f"recalled:{len(asked)}")
