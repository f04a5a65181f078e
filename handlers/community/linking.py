"""关联码 关联: two identities that are one person."""

import re
from typing import Final

from handlers.community import codes
from handlers.context import Context
from handlers.duty.seats import share_seats
from handlers.messages import Refusal, Reply
from handlers.phrases import ROLE_NAMES
from handlers.phrases import codes as saying
from handlers.phrases import groups as group_phrases
from handlers.phrases import invitations as phrases
from handlers.reading.values import Unclear, words
from handlers.router import Router
from storage import codes as kept
from storage import identities, members, merging
from storage.codes import Purpose
from storage.identities import Identity
from storage.members import Member

router: Final = Router()

_MYSELF: Final = re.compile(r"\s*(?:是?我?本人|是我)[。.!！]?$")


@router.command("关联码", example="关联码", does="在另一个软件上也用自己的身份")
async def ask_to_link(ctx: Context, rest: str) -> Reply:
    """A code with which another identity joins the speaker."""
    if rest.strip():
        raise Unclear("nothing follows")
    if not codes.can_be_alone(ctx):
        raise Refusal(group_phrases.only_alone())
    member = await ctx.member()
    await kept.withdraw(ctx.session, Purpose.LINK, member.id)
    code = await codes.issue(ctx, Purpose.LINK, codes.LONG, member=member.id)
    ctx.note("关联码", f"member:{member.id}", member.id)
    return Reply(phrases.own_code(code, codes.good_hours(ctx)), alone=True)


@router.command("关联", example="关联 7F3KQX", does="用码把这个号和自己另一个号连起来", everyday=True)
async def link(ctx: Context, rest: str) -> Reply:
    """Join the speaker with the member of the code."""
    text = words(rest, 40)
    code, sure = codes.read(_MYSELF.sub("", text)), _MYSELF.search(text) is not None
    found = await codes.standing(ctx, code, Purpose.LINK)
    if isinstance(found, Reply):
        return found
    into = await ctx.session.get(Member, found.member_id) if found.member_id else None
    if into is None or into.gone_at is not None:
        return Reply(saying.wrong_code("关联码"))
    if ctx.known is not None and ctx.known.member.id == into.id:
        return Reply(phrases.same_already())
    offices = await _offices_only_here(ctx, into)
    if offices and not sure:
        return Reply(phrases.sure_to_link(offices, code))
    if await codes.tried(ctx, code, Purpose.LINK) is None:
        return Reply(saying.wrong_code("关联码"))
    await _join(ctx, into)
    return Reply(phrases.linked(into.name, len(await identities.of_members(ctx.session, [into.id]))))


async def _offices_only_here(ctx: Context, into: Member) -> list[str]:
    theirs = set((await members.grants_of(ctx.session, [into.id])).get(into.id, ()))
    return list(dict.fromkeys(ROLE_NAMES[grant.role] for grant in ctx.grants if grant not in theirs))


async def _join(ctx: Context, into: Member) -> None:
    if ctx.known is not None:
        await share_seats(ctx, ctx.known.member.id, into.id)
        await merging.merge(ctx.session, ctx.known.member, into)
    else:
        channel, account, sender = ctx.inbound.who
        ctx.session.add(
            Identity(
                channel=channel,
                account=account,
                sender=sender,
                member_id=into.id,
                one_to_one=ctx.inbound.one_to_one,
                seen_at=ctx.now,
            )
        )
        await ctx.session.flush()
    ctx.known = (await members.known(ctx.session, [ctx.inbound.who]))[ctx.inbound.who]
    ctx.note("关联", f"member:{into.id}", into.id)
    ctx.afresh = True
