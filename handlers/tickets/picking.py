"""Which ticket somebody means: by its number, by what he quotes, or because only one can be meant."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from handlers.context import Context
from handlers.messages import Refusal
from handlers.phrases import no_community, refusals
from handlers.reading.values import Unclear, leading_number
from handlers.rules.roles import may
from storage import called, crews, followers, members, outbox, parties, places, receipts, tickets, words
from storage.members import Grant, Member
from storage.places import Place
from storage.tickets import Ticket
from storage.types import MemberId, Role

Candidates = Callable[[], Awaitable[Sequence[Ticket]]]


async def pick(ctx: Context, rest: str, word: str, among: Candidates) -> tuple[Ticket, str]:
    """The ticket meant, and the words that follow its number.

    Args:
        rest: What was said after the command's word.
        word: The command's word, for the answer where it is unclear which one is meant.
        among: The tickets that can be meant where none is named.

    Raises:
        Refusal: None or several can be meant, or the one that is must not be spoken of here.
    """
    number, text = leading_number(rest)
    if number is not None:
        return await numbered(ctx, number), text
    if text[:1].isdigit():
        raise Unclear(text)  # a number that is none: better asked than guessed
    meant = await quoted(ctx)
    if meant is None:
        meant = _only(await among(), word, ctx)
    return await spoken_of_here(ctx, meant), text


async def numbered(ctx: Context, number: int) -> Ticket:
    """The ticket of that number, if the speaker may know of it here."""
    found = await tickets.by_number(ctx.session, (await community(ctx)).id, number)
    if found is None and ctx.known is not None:  # he may be called from further up, where several communities count
        found = await called.numbered(ctx.session, ctx.known.member.id, number)
    if found is None or not await may_see(ctx, found):
        raise Refusal(refusals.no_such_ticket(number))
    return await spoken_of_here(ctx, found)


async def quoted(ctx: Context) -> Ticket | None:
    """The ticket that the quoted message, anybody's or the bot's own, is about."""
    if ctx.inbound.reply_to is None:
        return None
    key = (ctx.inbound.channel, ctx.inbound.account, ctx.inbound.reply_to)
    found = await words.holding(ctx.session, key) or await receipts.about(ctx.session, key)
    return await tickets.by_id(ctx.session, found) if found else None


async def community(ctx: Context) -> Place:
    """The community that numbers are counted in."""
    try:
        return await ctx.community()
    except LookupError:
        raise Refusal(no_community()) from None


async def is_staff_for(ctx: Context, ticket: Ticket) -> bool:
    """Whether the speaker may take this ticket: he works at its place or above it."""
    return await may_take(ctx, ticket, ctx.grants)


async def worker_named(ctx: Context, ticket: Ticket, name: str) -> Member:
    """The one who is called so and may take this ticket.

    Raises:
        Refusal: Nobody is, or several are.
    """
    name = name.removeprefix("给").strip("@ ")
    people = await members.called(ctx.session, name)
    grants = await members.grants_of(ctx.session, [member.id for member in people])
    found = [m for m in people if await may_take(ctx, ticket, grants.get(m.id, ()))]
    if len(found) != 1:
        raise Refusal(refusals.several_called() if found else refusals.nobody_called())
    return found[0]


async def may_take(ctx: Context, ticket: Ticket, grants: Iterable[Grant]) -> bool:
    """Whether somebody with these grants works at its place or above it."""
    line = await places.above(ctx.session, await places.by_id(ctx.session, ticket.place_id))
    paths = {place.path for place in line}
    return may({grant.role for grant in grants if grant.path in paths}, Role.STEWARD)


async def may_see(ctx: Context, ticket: Ticket) -> bool:
    """Residents see what they report and what their own group speaks of; staff what is below their place."""
    in_own_group = ctx.place is not None and ticket.scope_id in (ctx.place.id, *ctx.place.above_ids)
    if (in_own_group and not ticket.private) or await is_staff_for(ctx, ticket):
        return True
    if ctx.known is None:
        return False
    if await followers.includes(ctx.session, ticket.id, ctx.known.member.id):
        return True
    return await _has_a_hand_in(ctx, ticket, ctx.known.member.id) or await was_called(ctx, ticket)


async def was_called(ctx: Context, ticket: Ticket) -> bool:
    """Whether the speaker was called about it."""
    return ctx.known is not None and ctx.known.member.id in await outbox.called_about(ctx.session, ticket.id)


async def _has_a_hand_in(ctx: Context, ticket: Ticket, member: MemberId) -> bool:
    """Who has it, settles it with others, or comes to help."""
    if ticket.assignee_id == member or await parties.includes(ctx.session, ticket.id, member):
        return True
    return await crews.includes(ctx.session, ticket.id, member)


async def spoken_of_here(ctx: Context, ticket: Ticket) -> Ticket:
    """The ticket, unless this is a group and it is private."""
    if ctx.is_group and ticket.private:
        raise Refusal(refusals.not_here(), alone=True)
    return ticket


def _only(found: Sequence[Ticket], word: str, ctx: Context) -> Ticket:
    shown = [ticket for ticket in found if not (ctx.is_group and ticket.private)]
    if not shown:
        raise Refusal(refusals.none_to(word))
    if len(shown) > 1:
        raise Refusal(refusals.which_one(shown, word))
    return shown[0]
