"""部门: the directory of departments outside."""

import re
from typing import Final

from handlers.context import Context
from handlers.duty.entries import person
from handlers.messages import Refusal, Reply
from handlers.phrases import outside as phrases
from handlers.reading.values import folded, numeral, words
from handlers.router import Router
from handlers.rules.roles import may
from handlers.tickets.picking import community
from storage import departments, handouts
from storage.members import Member
from storage.types import Role

router: Final = Router()

LONGEST: Final = 30
CONTACT: Final = "联系人"
_PHONE: Final = re.compile(r"\+?[0-9][0-9\-]{2,19}")
_EVERY: Final = re.compile(r"每?(?:隔)?(?P<days>[0-9]{1,3}|[一二两三四五六七八九十]{1,3})天(?:催一次|一催|催)")
_GONE: Final = ("删除", "删掉", "去掉", "取消")


@router.command("部门", example="部门 供电局 95598", does="看、登记能移交的外面部门", allow=Role.STEWARD, everyday=True)
async def directory(ctx: Context, rest: str) -> Reply:
    """List the departments, enter one, or take one off."""
    here = await community(ctx)
    text = words(rest)
    if not text:
        found = await departments.of_community(ctx.session, here.id)
        return Reply(phrases.listed(found) if found else phrases.none_listed())
    if not may(ctx.roles_at(here), Role.ADMIN):
        raise Refusal(phrases.only_admins())
    parts = text.split(" ")
    if set(parts) & set(_GONE):
        return await _strike_off(ctx, " ".join(part for part in parts if part not in _GONE))
    return await _enter(ctx, parts)


async def _enter(ctx: Context, parts: list[str]) -> Reply:
    here = await community(ctx)
    name, *more = parts
    phones = [part for part in more if _PHONE.fullmatch(folded(part))]
    every = [said for part in more if (said := _EVERY.fullmatch(folded(part)))]
    if len(name) > LONGEST or _PHONE.fullmatch(folded(name)) or len(phones) > 1 or len(every) > 1:
        raise Refusal(phrases.name_please())
    days = numeral(every[0]["days"]) if every else None
    if days == 0:
        raise Refusal(phrases.name_please())
    found = await departments.enter(ctx.session, here.id, name)
    found.phone = folded(phones[0]) if phones else found.phone
    found.every_days = days or found.every_days
    named = await _contact(ctx, more)
    found.contact_id = named.id if named is not None else found.contact_id
    more = [part for at, part in enumerate(more) if part != CONTACT and (not at or more[at - 1] != CONTACT)]
    note = " ".join(part for part in more if part not in phones and not _EVERY.fullmatch(folded(part)))
    found.note = note[:60] or found.note
    ctx.note("部门", f"department:{found.id}", (await ctx.member()).id)
    without = named is not None and await ctx.way_to(named.id) is None
    return Reply(phrases.noted(found, named.name if named is not None else "", without=without))


async def _contact(ctx: Context, parts: list[str]) -> Member | None:
    """Who is named behind 联系人.

    Raises:
        Refusal: Nobody is, or nobody is called so.
    """
    if CONTACT not in parts:
        return None
    behind = parts[parts.index(CONTACT) + 1 :]
    if not behind:
        raise Refusal(phrases.name_please())
    return await person(ctx, behind[0])


async def _strike_off(ctx: Context, name: str) -> Reply:
    here = await community(ctx)
    found = await departments.called(ctx.session, here.id, name)
    if found is None or found.dropped_at is not None:
        known = await departments.of_community(ctx.session, here.id)
        raise Refusal(phrases.no_such(name, [one.name for one in known]))
    if out := await handouts.out_at(ctx.session, found.id):
        raise Refusal(phrases.still_out(name, out))
    found.dropped_at = ctx.now
    ctx.note("部门", f"department:{found.id} gone", (await ctx.member()).id)
    return Reply(phrases.struck_off(name))
