"""会办 退出会办: several parties settle a matter together, and one of them leads."""

from collections.abc import Sequence, Set
from typing import Final

from handlers.clocks.winding import wind
from handlers.context import Context
from handlers.dispatch.calling import call, call_words
from handlers.dispatch.handing import ask_to_take, keep_reason
from handlers.messages import Button, Refusal, Reply, Words
from handlers.parties.calling_in import Called, own_place, parties_said, parties_there
from handlers.parties.jointly import people_of
from handlers.phrases import parties as phrases
from handlers.phrases import refusals
from handlers.phrases import tickets as ticket_phrases
from handlers.router import Router
from handlers.rules.tickets import WAITING
from handlers.tickets.hands import in_my_hands, must_be_staff, must_hold, name_of
from handlers.tickets.lifecycle import advance
from handlers.tickets.picking import pick
from handlers.tickets.telling import tell_followers
from handlers.tickets.together import details
from storage import handoffs, members, parties, places
from storage.members import Member, Person
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind, Role, TicketAction

router: Final = Router()


@router.command(
    "会办",
    example="会办 12 牵头物业、业委会",
    does="请物业、业委会或别人一起办，可以定谁牵头",
    allow=Role.STEWARD,
    also=("三方会办", "三方联办"),
)
async def call_in(ctx: Context, rest: str) -> Reply:
    """Call parties in, say who leads, or see who is in it."""
    ticket, text = await pick(ctx, rest, "会办", lambda: in_my_hands(ctx))
    await must_be_staff(ctx, ticket)
    if not text.strip():
        return await _who(ctx, ticket)
    member = await ctx.member()
    await must_hold(ctx, ticket, member, or_waiting=True)
    called, missing = await parties_said(ctx, ticket, text)
    if not called:
        raise Refusal("".join(missing))
    lead = await _let_lead(ctx, ticket, member, called)
    new = await _enter(ctx, ticket, called, member)
    ctx.note("会办", f"ticket:{ticket.number}", member.id)
    advance(ctx, ticket, TicketAction.CONFER, member.id, value=len(new))
    unreached = await _tell_each(ctx, ticket, called, new, lead)
    return Reply(phrases.together(ticket, [party.name for party in called], lead, missing, unreached))


async def _who(ctx: Context, ticket: Ticket) -> Reply:
    found = await parties.of_ticket(ctx.session, ticket.id)
    there, missing = await parties_there(ctx, ticket)
    if not found:
        return Reply(phrases.how_to(ticket, await own_place(ctx, ticket), there, missing))
    by_role: dict[Role | None, list[str]] = {}
    for party, person in found:
        by_role.setdefault(party.role, []).append(person.name)
    names = [phrases.party(role, called) for role, called in by_role.items()]
    return Reply(phrases.who_is_in(ticket, names, await _lead(ctx, ticket)))


async def _lead(ctx: Context, ticket: Ticket) -> str:
    if ticket.assignee_id is not None:
        return phrases.leads(await name_of(ctx, ticket.assignee_id))
    return phrases.nobody_leads()


async def _let_lead(ctx: Context, ticket: Ticket, member: Member, called: Sequence[Called]) -> str:
    """Somebody leads from now on, or is asked to: who was named for it, or who calls the others in."""
    leading = [party for party in called if party.leads]
    people = [person for party in leading for person in party.people]
    if ticket.assignee_id is not None and (not people or ticket.assignee_id in [person.id for person in people]):
        return await _lead(ctx, ticket)
    if not people:
        advance(ctx, ticket, TicketAction.ACCEPT, member.id)
        text = ticket_phrases.accepted(ticket, member.name)
        await tell_followers(ctx, ticket, text, key=f"accepted:{ticket.round}", by=member.id)
        return await _lead(ctx, ticket)
    if member.id in [person.id for person in people]:
        advance(ctx, ticket, TicketAction.ACCEPT if ticket.status in WAITING else TicketAction.TAKE_BACK, member.id)
        return await _lead(ctx, ticket)
    if ticket.assignee_id is not None:
        await ask_to_take(ctx, ticket, await members.by_id(ctx.session, people[0].id), "")
    else:
        text = f"{phrases.come_and_lead(member.name)}\n{await call_words(ctx, ticket)}"
        reached = [await call(ctx, ticket, person.id, text) for person in people]
        if not any(reached):
            raise Refusal(refusals.cannot_be_called("、".join(person.name for person in people)))
        ticket.called_at = ctx.now
        wind(ctx, ticket)
    return phrases.asked_to_lead("、".join(party.name for party in leading))


async def _enter(ctx: Context, ticket: Ticket, called: Sequence[Called], by: Member) -> set[MemberId]:
    """Enter the parties, the community and who calls them in always among them; who has to be told of it."""
    own = Called(None, (Person(by.id, by.name),), leads=False)
    place = await places.by_id(ctx.session, ticket.place_id)
    community = Called(Role.ADMIN, await people_of(ctx, place, Role.ADMIN), leads=False)
    rows = {
        person.id: dict(ticket_id=ticket.id, member_id=person.id, role=party.role, leads=party.leads, since=ctx.now)
        for party in (own, community, *called)
        for person in party.people
    }
    new = await parties.add(ctx.session, list(rows.values())) - {by.id}
    leading = [person.id for party in called if party.leads for person in party.people]
    if leading:
        await parties.let_lead(ctx.session, ticket.id, leading)
    return new


async def _tell_each(
    ctx: Context, ticket: Ticket, called: Sequence[Called], new: Set[MemberId], lead: str
) -> list[str]:
    """Tell each who is new, alone; the names of those who cannot be told."""
    asked = await handoffs.of_ticket(ctx.session, ticket.id)
    names = [party.name for party in called]
    known = "" if ticket.private else await details(ctx, ticket)
    by = (await ctx.member()).name
    text = phrases.come_and_help(ticket, by, lead, names, known)
    buttons = (Button("不归我管", f"退出会办 {ticket.number}"),)
    unreached = []
    asked_to_lead = {
        person.id for party in called if party.leads and ticket.assignee_id is None for person in party.people
    }
    if asked is not None:
        asked_to_lead.add(asked.taker_id)
    for person in sorted(new - asked_to_lead):
        key = f"together:{ctx.inbound.message_id}:{ticket.id}"
        if not await ctx.tell(person, Words(text, buttons), MessageKind.PERSONAL, key=key, ticket=ticket.id):
            unreached.append((await members.by_id(ctx.session, person)).name)
    return unreached


@router.command(
    "退出会办", example="退出会办 12", does="会办的事不归自己管，退出来", allow=Role.STEWARD, also=("不参加会办",)
)
async def leave(ctx: Context, rest: str) -> Reply:
    """A party leaves; who leads is told."""
    ticket, reason = await pick(ctx, rest, "退出会办", lambda: _mine(ctx))
    member = await ctx.member()
    if ticket.assignee_id == member.id:
        raise Refusal(phrases.you_lead(ticket))
    if not await parties.leave(ctx.session, ticket.id, member.id):
        raise Refusal(phrases.not_in(ticket))
    advance(ctx, ticket, TicketAction.LEAVE, member.id)
    await keep_reason(ctx, ticket, reason, member)
    remaining = await parties.of_ticket(ctx.session, ticket.id)
    community = [party.member_id for party, _ in remaining if party.role is Role.ADMIN]
    told = [ticket.assignee_id] if ticket.assignee_id is not None else community
    words = Words(phrases.somebody_left(ticket, member.name, reason))
    for lead in told:
        key = f"left:{ctx.inbound.message_id}"
        await ctx.tell(lead, words, MessageKind.PERSONAL, key=key, ticket=ticket.id)
    return Reply(phrases.you_left(ticket), alone=True)


async def _mine(ctx: Context) -> Sequence[Ticket]:
    return await parties.open_with(ctx.session, (await ctx.member()).id)
