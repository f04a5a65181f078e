"""Free text: what was understood opens a ticket, adds to one, counts one more who has it, or closes it.

Small talk is met with silence; its words are remembered in memory only, by the receiver, for as long as somebody may
still refer to them. Nothing here refuses in a group: who does not speak to the bot is not corrected by it.
"""

from typing import Final

from handlers.context import Context
from handlers.corrections.reasoning import note_why
from handlers.messages import Happening, Reply
from handlers.phrases import calls, text_please
from handlers.phrases import tickets as phrases
from handlers.phrases.parties import over
from handlers.reading.values import clean
from handlers.router import Router
from handlers.rules.tickets import WAITING
from handlers.tickets.asking import ask_if_unsure, is_answer
from handlers.tickets.authors import home_of, role_of
from handlers.tickets.board import Outlook, load
from handlers.tickets.effects import apply
from handlers.tickets.lifecycle import advance
from handlers.tickets.picking import community
from handlers.tickets.telling import tell_called
from handlers.tickets.together import tell_together
from handlers.understanding.scales import Weighed
from handlers.understanding.types import Heard, Item, Judgement, Question
from handlers.understanding.why import Way, told_outright
from storage import corrections, followers, outbox, receipts, words
from storage.tickets import Ticket
from storage.types import Intent, TicketAction

router: Final = Router()


@router.listen()
async def overhear(ctx: Context) -> Reply | None:
    """Judge what nobody gave as a command."""
    if (ctx.is_group and ctx.place is None) or ctx.inbound.from_bot:
        return None
    text = clean(ctx.inbound.text)
    if await is_answer(ctx, text):
        return None
    asked, weighed, judged = await judge(ctx, text)
    if judged.items and ctx.place is None:
        await community(ctx)  # to whoever speaks to the bot before it is set up, it says so
    replies = [await apply(ctx, item, text) for item in judged.items]
    await ask_if_unsure(ctx, asked, weighed, judged)
    answer = next((reply for reply in replies if reply is not None), None)
    return answer or _refused_picture(ctx, judged) or (None if judged.items else _small_answer(ctx, judged))


async def judge(ctx: Context, text: str) -> tuple[Question, Weighed, Judgement]:
    """What the message means among the tickets that it may be about, with what was known of it and what it weighs."""
    asked, weighed = await _weighed(ctx, text)
    judged = ctx.reader.decide(weighed, asked)
    outright = _said_to_be_done(ctx, judged)
    if outright:
        judged = Judgement(Intent.REQUEST, (ctx.reader.report(asked.heard, asked.scene),), judged.confidence)
    ctx.memory = ctx.memory.after(asked.heard, judged)
    note_why(ctx, asked, weighed, judged, outright=outright)
    return asked, weighed, judged


async def _weighed(ctx: Context, text: str) -> tuple[Question, Weighed]:
    ahead, outlook = ctx.foreseen, await outlook_here(ctx)
    if ahead is not None and ahead.outlook is outlook and ahead.question.memory is ctx.memory:
        return ahead.question, ahead.weighed
    asked = await question(ctx, text)
    (weighed,) = ctx.reader.weigh((asked,))
    return asked, weighed


async def question(ctx: Context, text: str) -> Question:
    """The message with everything by which it is judged."""
    outlook = await outlook_here(ctx)
    open_tickets = outlook.for_group() if ctx.is_group else outlook.tickets
    return Question(await heard_from(ctx, text), outlook.scene, ctx.memory, open_tickets)


def _said_to_be_done(ctx: Context, judged: Judgement) -> bool:
    """Whoever speaks to the bot wants something: less is needed than from who only talks in its presence."""
    doubtful = not judged.items and judged.intent is not Intent.QUESTION
    return ctx.inbound.to_bot and doubtful and judged.confidence >= ctx.house.asked_from


async def as_report(ctx: Context, text: str) -> Item:
    """What somebody reports outright, as an opening: only the kind and the place are judged."""
    heard = await heard_from(ctx, text)
    ctx.why = told_outright(Way.WORD, heard.role)
    return ctx.reader.report(heard, (await outlook_here(ctx)).scene)


async def outlook_here(ctx: Context) -> Outlook:
    """What understanding has to know of the chat's place, as it is after the messages before this one."""
    if ctx.place is None:
        return Outlook()
    known = ctx.board.get(ctx.place.id)
    if known is None or known.stale:
        await ctx.session.flush()
        ctx.board.update(await load(ctx.session, [ctx.place], ctx.now, ctx.house))
    return ctx.board[ctx.place.id]


async def heard_from(ctx: Context, text: str) -> Heard:
    """The message as understanding sees it."""
    inbound = ctx.inbound
    return Heard(
        id=inbound.message_id,
        at=inbound.at,
        sender=inbound.sender,
        name=inbound.sender_name,
        role=role_of(ctx),
        text=text,
        reply_to=inbound.reply_to,
        quoted_ticket=await quoted(ctx),
        mentions=inbound.mentions,
        attachments=tuple(seen.kind for seen in inbound.attachments),
        home=home_of(ctx),
    )


async def quoted(ctx: Context) -> str | None:
    """The ticket that the quoted message belongs to, whoever said it."""
    if ctx.inbound.reply_to is None:
        return None
    key = (ctx.inbound.channel, ctx.inbound.account, ctx.inbound.reply_to)
    found = await words.holding(ctx.session, key) or await receipts.about(ctx.session, key)
    return str(found) if found else None


def _small_answer(ctx: Context, judged: Judgement) -> Reply | None:
    """An answer to who speaks to the bot; silence for everybody else."""
    if not ctx.inbound.to_bot:
        return None
    if any(seen.kind == "voice" for seen in ctx.inbound.attachments) and not ctx.inbound.text.strip():
        return Reply(text_please())
    return Reply(phrases.cannot_answer() if judged.intent is Intent.QUESTION else phrases.how_to())


def _refused_picture(ctx: Context, judged: Judgement) -> Reply | None:
    """Why a picture that belongs to something was not taken: to its sender alone where that is possible."""
    reasons = [seen.refused for seen in ctx.inbound.attachments if seen.refused]
    if reasons and (judged.items or ctx.inbound.to_bot):
        return Reply(reasons[0], alone=True)
    return None


@router.listen(Happening.RECALLED)
async def withdraw(ctx: Context) -> None:
    """A message taken back before anybody accepted withdraws what it opened; its words go in any case."""
    inbound = ctx.inbound
    if inbound.about is None:
        return
    for ticket in await words.opened_by(ctx.session, inbound.channel, inbound.account, inbound.about):
        if ticket.status in WAITING and await _is_alone_with_it(ctx, ticket):
            advance(ctx, ticket, TicketAction.CANCEL, ticket.reporter_id)
            called = await outbox.called_about(ctx.session, ticket.id)
            await tell_called(ctx, ticket, calls.withdrawn(ticket))
            await tell_together(ctx, ticket, over(ticket), key="over", but=called)
    await words.drop(ctx.session, inbound.channel, inbound.account, inbound.about)
    await corrections.drop(ctx.session, (inbound.channel, inbound.account, inbound.about))
    ctx.memory = ctx.memory.without_words(inbound.about)


async def _is_alone_with_it(ctx: Context, ticket: Ticket) -> bool:
    """Where others have joined, the ticket is theirs as well."""
    return len(await followers.of_ticket(ctx.session, ticket.id)) <= 1
