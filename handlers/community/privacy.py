"""我的数据 删除我的数据 确认删除: what is kept of a person, shown and removed; and (tick) what is kept for a time only."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from handlers.community.codes import GUESSED_WITHIN, can_be_alone
from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.dispatch.leaving import hand_back
from handlers.duty.exchange import give_back
from handlers.duty.lines import span_of
from handlers.duty.seats import leave_seats
from handlers.messages import Button, Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import ROLE_NAMES
from handlers.phrases import privacy as phrases
from handlers.phrases.times import span_name
from handlers.reading.values import Unclear
from handlers.router import Router
from storage import (
    allowances,
    codes,
    confirmations,
    corrections,
    followers,
    inbox,
    leftovers,
    members,
    offers,
    places,
    privacy,
    receipts,
    tickets,
    warnings,
)
from storage.members import Member
from storage.privacy import Kept
from storage.types import MemberId, MessageKind, PlaceId, Role

router: Final = Router()

ASKED: Final = "删除我的数据"
CONFIRM_WITHIN: Final = timedelta(minutes=10)
KEPT_FOR: Final = timedelta(days=1)  #: what a bug left over


@router.command("我的数据", example="我的数据", does="看我留了您的哪些资料", also=("我的资料",))
async def show(ctx: Context, rest: str) -> Reply:
    """Everything that is kept of the speaker, to him alone."""
    member = _speaker(ctx, rest)
    kept = await privacy.kept_of(ctx.session, member.id)
    offices = [f"{await title(ctx.session, place)}的{ROLE_NAMES[role]}" for place, role in kept.roles]
    home = await title(ctx.session, member.home_id) if member.home_id else ""
    texts = (
        phrases.yours(
            member.name,
            f"{home}{member.room}室" if member.room else home,
            member.phone or "",
            [phrases.way(i.channel, i.sender) for i in kept.identities],
            offices,
            kept.abilities,
        ),
        phrases.your_tickets([(t.number, t.texts, t.pictures) for t in kept.tickets]),
        phrases.the_rest(
            kept.told,
            kept.held,
            len(kept.shifts),
            *kept.duty,
            kept.shared,
            kept.readbacks,
            kept.codes,
            kept.examples,
            writing=kept.writing,
        ),
    )
    return Reply("\n".join(texts), (Button("删除我的数据", ASKED),), alone=True)


@router.command(ASKED, example=ASKED, does="把您的资料和说过的话都删掉", also=("删除我的资料", "注销"))
async def ask(ctx: Context, rest: str) -> Reply:
    """Ask whether it is meant."""
    member = _speaker(ctx, rest)
    kept = await privacy.kept_of(ctx.session, member.id)
    followed = await followers.tickets_of(ctx.session, member.id)
    is_admin = any(role is Role.ADMIN for _, role in kept.roles)
    text = phrases.sure_to_delete(
        staff=bool(kept.roles or kept.shifts),
        open_numbers=[t.number for t in followed if t.closed_at is None and t.reporter_id == member.id],
        only_admin=is_admin and not await members.any_admin(ctx.session, but=member.id),
    )
    ctx.note(ASKED, f"member:{member.id}", member.id)
    return Reply(text, (Button("确认删除", "确认删除"),), alone=True)


@router.command("确认删除", example="确认删除", does="删除我的数据的第二步")
async def delete(ctx: Context, rest: str) -> Reply | None:
    """Remove the speaker; only facts without a name stay."""
    member = _speaker(ctx, rest)
    if not await privacy.asked_after(ctx.session, member.id, ASKED, ctx.now - CONFIRM_WITHIN):
        raise Refusal(phrases.not_asked(), alone=True)
    kept = await privacy.kept_of(ctx.session, member.id)
    await _tell_of_gap(ctx, member.id, kept)
    way = await ctx.way_to(member.id) if ctx.is_group else ctx.inbound.address
    await give_back(ctx, member.id)
    await leave_seats(ctx, member.id)
    await privacy.erase(ctx.session, member, ctx.now)
    await hand_back(ctx, member.id, told=True)
    ctx.note("确认删除", f"member:{member.id}", member.id)
    ctx.known, ctx.afresh = None, True
    if way is not None:
        # Under his number, so that this last message goes, too, once it is said.
        key = f"deleted:{ctx.inbound.message_id}"
        ctx.say(way, Words(phrases.deleted()), MessageKind.ANSWER, key=key, is_group=False, member=member.id)
        return None
    return Reply(phrases.deleted())


def _speaker(ctx: Context, rest: str) -> Member:
    """The speaker, who asks for himself and is answered alone."""
    if rest.strip():
        raise Unclear("nothing follows")
    if ctx.known is None:
        raise Refusal(phrases.nothing_kept())
    if not can_be_alone(ctx):
        raise Refusal(phrases.only_alone())
    return ctx.known.member


async def _tell_of_gap(ctx: Context, member: MemberId, kept: Kept) -> None:
    """Whoever answers for his places learns what has to be done by somebody else now."""
    today = ctx.now.astimezone(ctx.house.zone).date()
    alone = [shift for shift in kept.shifts if not shift.pattern]  # where turns are taken, the others go on
    shifts = [f"{await title(ctx.session, s.place_id)} {span_name(span_of(s), today)}" for s in alone]
    taken = list(dict.fromkeys([await title(ctx.session, s.place_id) for s in kept.shifts if s.pattern]))
    numbers = [ticket.number for ticket in await tickets.assigned_to(ctx.session, member)]
    if not (kept.roles or kept.shifts or numbers):
        return
    served = {place for place, _ in kept.roles} | {shift.place_id for shift in kept.shifts}
    words = Words(phrases.left_a_gap(shifts, taken, numbers))
    for admin in await _admins_above(ctx, sorted(served)):
        if admin != member:
            await ctx.tell(admin, words, MessageKind.PERSONAL, key=f"gap:{ctx.inbound.message_id}")


async def _admins_above(ctx: Context, served: Sequence[PlaceId]) -> list[MemberId]:
    line = [await places.by_id(ctx.session, place) for place in served] or [await ctx.community()]
    above = {p.id for place in line for p in await places.above(ctx.session, place)}
    return [admin.id for admin in await members.with_role(ctx.session, Role.ADMIN, above)]


async def forget_gone(moment: Moment) -> None:
    """What could not go when its owner went."""
    await leftovers.forget(moment.session)


async def forget_old(moment: Moment) -> None:
    """At the full hour, drop ids, words and codes whose time is over; skipping an hour only delays it."""
    if moment.now.minute:
        return
    now, house = moment.now, moment.house
    await inbox.forget(moment.session, ids_before=now - house.ids_for, kept_before=now - KEPT_FOR)
    await warnings.forget(moment.session, now - house.ids_for)
    await receipts.forget_words(moment.session, now - house.words_for)
    await corrections.forget(moment.session, now - house.corrections_for)
    await offers.forget(moment.session, now)
    await allowances.forget(moment.session, now - house.ids_for)
    await confirmations.forget(moment.session, now - house.ids_for)
    await codes.forget(moment.session, expired_before=now - house.code_for, guessed_before=now - GUESSED_WITHIN)
