"""为什么: the evidence for what was made of a message, to those who have to answer for it."""

from typing import Final

from handlers.context import Context
from handlers.corrections.correcting import must_be_staff
from handlers.messages import Refusal, Reply
from handlers.phrases import explaining as phrases
from handlers.phrases import not_allowed
from handlers.reading.values import Unclear, leading_number
from handlers.router import Passed, Router
from handlers.rules.roles import may
from handlers.tickets.authors import scene_of
from handlers.tickets.picking import numbered, quoted, spoken_of_here
from handlers.understanding.scales import Weighed
from handlers.understanding.sound import understood
from handlers.understanding.types import Heard, Item, Question
from handlers.understanding.why import Way, codes_of, likeliest, percent, rival, telling
from storage import reasons, words
from storage.reasons import Reason
from storage.tickets import Ticket
from storage.types import Act, Role

router: Final = Router()


@router.command(
    "为什么",
    example="为什么 12",
    does="问机器人为什么这样登记；也可以引用一句话来问",
    allow=Role.STEWARD,
    also=("为啥", "为什么？", "为什么?"),
    everyday=True,
)
async def explain(ctx: Context, rest: str) -> Reply:
    """One line of evidence, to the asker alone: of a ticket, of what was counted to one, or of what became nothing."""
    number, text = leading_number(rest)
    if text.strip():
        raise Unclear(text)
    if number is not None:
        return await _of_ticket(ctx, await numbered(ctx, number))
    if ctx.inbound.reply_to is None:
        if not ctx.inbound.to_bot:
            raise Passed
        raise Refusal(phrases.which_message(), alone=True)
    try:
        return await _of_what_is_quoted(ctx, ctx.inbound.reply_to)
    except Refusal as refusal:
        return refusal.reply  # who quotes a message means it, everyday as the word may be


async def _of_what_is_quoted(ctx: Context, message: str) -> Reply:
    ticket = await quoted(ctx)
    if ticket is None:
        return Reply(await _let_pass(ctx, message), alone=True)
    return await _of_quoted(ctx, await spoken_of_here(ctx, ticket), message)


async def _of_ticket(ctx: Context, ticket: Ticket) -> Reply:
    await must_be_staff(ctx, ticket)
    reason = await reasons.of_opening(ctx.session, ticket.id)
    if reason is None:
        return Reply(phrases.not_kept(ticket.number), alone=True)
    return Reply(phrases.opened(ticket.number, reason.codes, await _pieces(ctx, reason)), alone=True)


async def _of_quoted(ctx: Context, ticket: Ticket, message: str) -> Reply:
    """A message of the bot's own is about its ticket; anybody else's has a reason of its own."""
    found = await reasons.of_message(ctx.session, (ctx.inbound.channel, ctx.inbound.account, message))
    if not found or found[0].act is Act.OPEN:
        return await _of_ticket(ctx, ticket)
    await must_be_staff(ctx, ticket)
    text = phrases.joined(ticket.number, found[0].act, found[0].codes, await _pieces(ctx, found[0]))
    return Reply(text, alone=True)


async def _pieces(ctx: Context, reason: Reason) -> list[str]:
    """What weighed most, as long as the words are kept."""
    said = [
        row for row in await words.said_about(ctx.session, [reason.ticket_id]) if row.message_id == reason.message_id
    ]
    if not said or Way(reason.codes["way"]) is Way.WORD:
        return []
    text = understood(said[0].text)
    against = rival(reason.act, ctx.reader.words.shares([(text, Role(reason.codes["role"]), ())])[0][0].tolist())
    return telling(ctx.reader.words, text, reason.act, against)


async def _let_pass(ctx: Context, message: str) -> str:
    """Why nothing was made of a message that is still in mind."""
    if ctx.is_group and not may(ctx.roles_at(ctx.place), Role.STEWARD):
        raise Refusal(not_allowed("为什么", (Role.STEWARD,)), alone=True)
    said = ctx.memory.said(message)
    if said is None or not said[0].text:
        told = ctx.inbound.quoted
        return phrases.my_own() if told is not None and told.from_bot else phrases.forgotten()
    weighed, codes = await _weighed(ctx, said[0])
    act = likeliest(weighed.verdict)
    pieces = telling(ctx.reader.words, weighed.view.text, act, rival(act, weighed.verdict))
    share = percent(max(weighed.verdict))
    return phrases.let_pass(codes, act, share, pieces, percent(ctx.house.manner.asks))


async def _weighed(ctx: Context, heard: Heard) -> tuple[Weighed, dict[str, object]]:
    """The message on the scales among the tickets that there were when it came."""
    outlook = ctx.board[ctx.place.id] if ctx.place is not None and ctx.place.id in ctx.board else None
    tickets = tuple(t for t in outlook.for_group() if t.opened_at <= heard.at) if outlook is not None else ()
    question = Question(heard, await scene_of(ctx), ctx.memory.before(heard.id), tickets)
    (weighed,) = ctx.reader.weigh((question,))
    item: Item = ctx.reader.report(heard, question.scene)
    return weighed, codes_of(weighed, question, item, Way.TALK, ctx.reader.enough(weighed.view.text))
