"""这是工单: a message that was let pass is to be a ticket of its author's."""

from dataclasses import replace
from typing import Final

from handlers.context import Context
from handlers.corrections import examples
from handlers.corrections.examples import Gold, Said
from handlers.messages import Refusal, Reply
from handlers.phrases import corrections as phrases
from handlers.reading.values import clean
from handlers.router import Router
from handlers.rules.roles import may
from handlers.tickets.authors import as_author, home_of, open_for, role_of, scene_of
from handlers.tickets.picking import community, quoted, spoken_of_here
from handlers.tickets.reports import as_report
from handlers.understanding.types import Heard, Judgement
from handlers.understanding.why import Way, told_outright
from storage import words
from storage.types import Act, Intent, Role

router: Final = Router()


@router.command(
    "这是工单", example="这是工单", does="引用没登记的那句话，替说的人登记", allow=Role.STEWARD, also=("这是报修",)
)
async def admit(ctx: Context, rest: str) -> Reply | None:
    """Open a ticket of the quoted message, for its author; without its words, of what is copied after the command."""
    text = clean(rest)
    if ctx.inbound.reply_to is None and not text:
        raise Refusal(phrases.quote_it())
    if ctx.is_group and ctx.place is None:
        return None
    await community(ctx)
    if ctx.is_group and not may(ctx.roles_at(ctx.place), Role.STEWARD):
        raise Refusal(phrases.not_your_group())
    belongs = await quoted(ctx)
    if belongs is not None:
        raise Refusal(phrases.already(await spoken_of_here(ctx, belongs)))
    found = _quoted_message(ctx)
    if found is not None:
        return await _open_for_author(ctx, found, text)
    if not text:
        raise Refusal(phrases.said_what())
    return await _open_own(ctx, text)


def _quoted_message(ctx: Context) -> Heard | None:
    """What the message quotes: as it is remembered, or as the channel hands it over.

    Raises:
        Refusal: It is a bot's.
    """
    message, told = ctx.inbound.reply_to, ctx.inbound.quoted
    if message is None:
        return None
    if told is not None and told.from_bot:
        raise Refusal(phrases.my_own_words())
    remembered = ctx.memory.said(message)
    if remembered is not None and remembered[0].text:
        return remembered[0]
    if told is None:
        return None
    return Heard(message, ctx.now, told.sender, told.sender_name, Role.RESIDENT, clean(told.text))


async def _open_for_author(ctx: Context, heard: Heard, more: str) -> Reply | None:
    author = await as_author(ctx, heard.sender, heard.name, heard.id, heard.text)
    member = author.known.member.id if author.known else None
    heard = replace(heard, role=role_of(author), home=home_of(author))
    item = ctx.reader.report(replace(heard, text=f"{heard.text} {more}".strip()), await scene_of(ctx))
    said = Said(heard.id, heard.sender, heard.text, member)
    before = ctx.memory.said(heard.id)
    predicted: Gold = examples.silence(str(before[1].intent if before else Intent.CHATTER))
    # Of two who do this at once the second waits here for the first, and finds its ticket.
    entry = await examples.keep(ctx, author, said, predicted, examples.request(Act.OPEN, None, item))
    held = await words.holding(ctx.session, (ctx.inbound.channel, ctx.inbound.account, heard.id))
    if held:
        meant = await quoted(ctx)
        raise Refusal(phrases.already(meant) if meant else phrases.said_what())
    ticket = await open_for(author, item, told_outright(Way.STAFF, heard.role))
    if entry is not None:
        entry.member_id = ticket.reporter_id
    opened = replace(item, ticket=str(ticket.id))
    ctx.memory = ctx.memory.corrected(heard.id, Judgement(Intent.REQUEST, (opened,), 1.0))
    ctx.note("这是工单", f"ticket:{ticket.number}", (await ctx.member()).id)
    return Reply(phrases.opened_for(ticket), alone=True) if ticket.private else None


async def _open_own(ctx: Context, text: str) -> Reply | None:
    """A ticket of what the speaker copied; it is his, because nobody knows any more whose words they were."""
    item = await as_report(ctx, text)
    own = replace(ctx, inbound=replace(ctx.inbound, text=text), foreseen=None)
    ticket = await open_for(own, item, told_outright(Way.STAFF, role_of(ctx)))
    ctx.known = own.known
    ctx.note("这是工单", f"ticket:{ticket.number}", (await ctx.member()).id)
    return Reply(phrases.opened_for(ticket), alone=True) if ticket.private else None
