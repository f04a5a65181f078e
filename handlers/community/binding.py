"""绑定码 绑定: which group belongs to which place, and what happens when the bot joins, is removed, or a group moves.

A group that belongs to no place hears only 绑定.
"""

from datetime import timedelta
from typing import Final

from handlers.community import codes
from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.messages import Happening, Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import codes as saying
from handlers.phrases import groups as phrases
from handlers.reading.values import SEPARATORS, Unclear, clean
from handlers.router import Router
from handlers.rules.quiet import quiet_until
from handlers.tickets.telling import answering_for, say_above
from storage import chats, identities, places
from storage.chats import GroupChat
from storage.codes import Purpose
from storage.places import Place
from storage.types import MemberId, MessageKind, Role

router: Final = Router()

ASK_AGAIN: Final = timedelta(days=1)


@router.command("绑定码", example="绑定码 3栋", does="要一个码，把群绑到楼栋上", allow=Role.ADMIN)
async def ask_for_code(ctx: Context, rest: str) -> Reply:
    """One-time codes for places, to the admin alone: whoever has one can bind any group."""
    if not codes.can_be_alone(ctx):
        raise Refusal(phrases.only_alone())
    found, after = (await known_places(ctx)).all_at(clean(rest))
    if after.strip(SEPARATORS + "群的"):
        raise Unclear("more than places")
    pairs = []
    for place in found:
        name = await title(ctx.session, place.id)
        if Role.ADMIN not in ctx.roles_at(place):
            raise Refusal(phrases.not_your_place(name), alone=True)
        pairs.append((name, await codes.issue(ctx, Purpose.BIND, codes.SHORT, place=place.id)))
        ctx.note("绑定码", f"place:{place.id}", _by(ctx))
    return Reply(phrases.codes_for(pairs, codes.good_hours(ctx)), alone=True)


@router.command("绑定", example="绑定 7F3K", does="在群里用码把群绑到楼栋上", unbound=True)
async def bind(ctx: Context, rest: str) -> Reply | None:
    """Bind the group to the place of the code; anybody may say it, because only an admin gets one."""
    code = codes.read(rest)
    if not ctx.is_group:
        raise Refusal(phrases.say_it_there())
    standing = await codes.tried(ctx, code, Purpose.BIND, use=False)
    if standing is None or standing.place_id is None:
        return Reply(saying.wrong_code("绑定码"))
    place = await places.by_id(ctx.session, standing.place_id)
    await _must_be_free_for(ctx, place)
    if await codes.tried(ctx, code, Purpose.BIND) is None:
        return Reply(saying.wrong_code("绑定码"))
    return await _bound(ctx, place)


async def _must_be_free_for(ctx: Context, place: Place) -> None:
    if ctx.place is None or ctx.place.id == place.id:
        return
    if Role.ADMIN not in ctx.roles_at(ctx.place) | ctx.roles_at(place):
        raise Refusal(phrases.only_admins_move(await title(ctx.session, ctx.place.id)))


async def _bound(ctx: Context, place: Place) -> Reply | None:
    was_here = ctx.place is not None and ctx.place.id == place.id
    await chats.bind(ctx.session, ctx.inbound.address, place, ctx.now)
    ctx.note("绑定", f"place:{place.id}", _by(ctx))
    ctx.afresh = True
    group, _ = (await chats.bound(ctx.session, [ctx.inbound.address]))[ctx.inbound.address]
    name = await title(ctx.session, place.id)
    if group.greeted_at is None:
        _greet(ctx, group, name)
        return None
    return Reply(phrases.bound_already(name) if was_here else phrases.moved_to(name))


def _greet(ctx: Context, group: GroupChat, name: str) -> None:
    group.greeted_at = ctx.now
    text = phrases.greeting(name, ctx.house.operator, ctx.house.bot_name, hears_all=_hears_all(ctx))
    _say_here(ctx, text, f"greeting:{group.id}")


@router.listen(Happening.JOINED)
async def arrive(ctx: Context) -> None:
    """In a group that nobody has bound, ask an admin to, once a day; in one that was lost, go on."""
    if not ctx.is_group:
        return
    if ctx.group is None or ctx.place is None:
        if not await chats.greeted_after(ctx.session, ctx.inbound.address, ctx.now - ASK_AGAIN):
            text = phrases.who_binds_me(hears_all=_hears_all(ctx))
            _say_here(ctx, text, f"joined:{ctx.inbound.message_id}")
    elif ctx.group.lost_at is not None:
        chats.come_back(ctx.session, ctx.group)
        _say_here(ctx, phrases.back_again(await title(ctx.session, ctx.place.id)), f"joined:{ctx.inbound.message_id}")


@router.listen(Happening.SAID)
async def hear_again(ctx: Context) -> None:
    """A group in which somebody is heard is not lost, whatever was said of it before."""
    if ctx.group is not None and ctx.group.lost_at is not None and ctx.inbound.at > ctx.group.lost_at:
        chats.come_back(ctx.session, ctx.group)


@router.listen(Happening.REMOVED)
async def leave(ctx: Context) -> None:
    """Nothing more can be said there."""
    if not ctx.is_group:
        await identities.lose_way(ctx.session, ctx.inbound.address)
    await chats.lose(ctx.session, ctx.inbound.address, ctx.now)


@router.listen(Happening.MOVED)
async def follow(ctx: Context) -> None:
    """The group has another address now."""
    if ctx.inbound.about:
        await chats.move(ctx.session, ctx.inbound.address, ctx.inbound.about)
        ctx.afresh = True


async def tell_lost(moment: Moment) -> None:
    """Tell those who answer for a place that its group is lost, whether the channel said so or sending failed."""
    for group in await chats.lost_untold(moment.session):
        group.lost_told = True
        name = await title(moment.session, group.place_id)
        lost_at = group.lost_at or moment.now
        key = f"lost:{group.id}:{lost_at.timestamp():.0f}"
        due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
        words, told = Words(_lost(moment, group, name)), False
        for member in await answering_for(moment, group.place_id):
            told |= await moment.tell(member, words, MessageKind.PERSONAL, key=key, due_at=due_at)
        if not told:
            await say_above(moment, group.place_id, phrases.removed_from_in_group(name), key=key, due_at=due_at)


def _lost(moment: Moment, group: GroupChat, name: str) -> str:
    """What to do about it, which depends on how the bot came to the group."""
    reach = moment.reach.get(group.channel)
    if moment.waits_in(group.channel):
        return phrases.dissolved(name)
    return phrases.removed_from(name) if reach is None or reach.hears else phrases.address_lost(name)


def _say_here(ctx: Context, text: str, key: str) -> None:
    ctx.say(ctx.inbound.address, Words(text), MessageKind.GREETING, key=key, is_group=True)


def _hears_all(ctx: Context) -> bool:
    """Whether the bot hears what is said here without being called."""
    reach = ctx.reach.get(ctx.inbound.channel)
    return reach is None or reach.hears_all


def _by(ctx: Context) -> MemberId | None:
    return ctx.known.member.id if ctx.known else None
