"""What the bot cannot have heard is said openly: somebody may have asked for help meanwhile."""

from collections.abc import Sequence
from datetime import datetime

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Words
from handlers.moment import Moment, key_at
from handlers.phrases import gaps as phrases
from handlers.rules.quiet import quiet_until
from handlers.tickets.telling import answering_for
from storage import chats, members, places, receipts
from storage.chats import Address, GroupChat
from storage.types import MemberId, MessageKind, PlaceKind, Role


async def tell(moment: Moment, line: tuple[str, str], start: datetime, end: datetime) -> None:
    """Tell those who answer for the places of that account what it missed; where none can be told alone, its groups."""
    groups = [group for group in await chats.every(moment.session) if (group.channel, group.account) == line]
    zone = moment.house.zone
    names = [await title(moment.session, group.place_id) for group in groups]
    words, told = Words(phrases.missed(start, end, names, zone)), False
    key = f"gap:{':'.join(line)}:{start.isoformat()}"
    for member in await _people(moment, groups):
        told |= await moment.tell(member, words, MessageKind.PERSONAL, key=key, due_at=_awake(moment))
    if not told:
        _say(moment, [group.address for group in groups], phrases.missed_here(start, end, zone), key)


async def answer_late(ctx: Context) -> None:
    """Nobody waits for this answer any more: say so once a chat, however many were asked for."""
    at, address = ctx.inbound.at, ctx.inbound.address
    key = f"late:{ctx.now:%Y%m%d%H}"
    if not await receipts.is_there(ctx.session, key_at(key, address)):
        text = phrases.too_late_to_answer(at, ctx.house.zone)
        ctx.say(address, Words(text), MessageKind.ANSWER, key=key, is_group=ctx.is_group)


async def _people(moment: Moment, groups: Sequence[GroupChat]) -> list[MemberId]:
    """Those who look after the groups' places; where there are no groups, every admin."""
    found = [member for group in groups for member in await answering_for(moment, group.place_id)]
    if not groups:
        everywhere = [community.id for community in await places.all_of(moment.session, PlaceKind.COMMUNITY)]
        found = [admin.id for admin in await members.with_role(moment.session, Role.ADMIN, everywhere)]
    return list(dict.fromkeys(found))


def _say(moment: Moment, groups: Sequence[Address], text: str, key: str) -> None:
    for group in groups:
        moment.say(group, Words(text), MessageKind.TICKET_NOTE, key=key, is_group=True, due_at=_awake(moment))


def _awake(moment: Moment) -> datetime:
    return quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
