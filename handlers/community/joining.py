"""入群码 入群欢迎语: codes by which people join a place's group, and what greets them. (tick) Tell what came of it."""

from typing import Any, Final

from handlers.community.gazetteer import known_places, title
from handlers.community.listings import state_of
from handlers.context import Context
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import groups as group_phrases
from handlers.phrases import listings as phrases
from handlers.reading.values import SEPARATORS, Unclear, clean
from handlers.router import Router
from handlers.rules.roles import may
from storage import chats, errands, listings
from storage.chats import Address
from storage.errands import Errand, ErrandKind
from storage.types import MessageKind, PlaceId, Role

router: Final = Router()

MOST_GROUPS: Final = 5  #: that one code may lead to
LONGEST_WELCOME: Final = 900  #: characters; the platform counts 3000 bytes


@router.command("入群码", example="入群码 3栋", does="要客户群的进群二维码，可以贴在楼道里", allow=Role.ADMIN)
async def ask_for_code(ctx: Context, rest: str) -> Reply:
    """A code by which people join the group of a place; who joined by it is known by its state."""
    found, after = (await known_places(ctx)).all_at(clean(rest))
    if len(found) != 1 or after.strip(SEPARATORS + "的群"):
        raise Unclear("not one place")
    place, name = found[0], await title(ctx.session, found[0].id)
    if not may(ctx.roles_at(place), Role.ADMIN):
        raise Refusal(group_phrases.not_your_place(name), alone=True)
    there = [address for address in await chats.at(ctx.session, place.id) if ctx.waits_in(address[0])]
    if not there:
        raise Refusal(phrases.no_group_there(name), alone=True)
    joined = [chat for channel, account, chat in there if (channel, account) == there[0][:2]]
    body = {"chats": joined[-MOST_GROUPS:], "state": state_of(place.id), "name": f"{name}居民群"}
    await _ask(ctx, there[0], ErrandKind.JOIN_CODE, body, place.id)
    return Reply(phrases.code_asked(name), alone=True)


@router.command(
    "入群欢迎语", example="入群欢迎语 欢迎进群，有事请找网格员", does="存一段进群时自动发的话", allow=Role.ADMIN
)
async def keep_welcome(ctx: Context, rest: str) -> Reply:
    """A text that greets whoever joins; without one, the usual."""
    text = clean(rest) or phrases.welcome_usual(ctx.house.operator)
    if len(text) > LONGEST_WELCOME:
        raise Refusal(phrases.welcome_too_long(), alone=True)
    listed = [group.address for group, _ in await listings.every(ctx.session) if ctx.waits_in(group.channel)]
    if not listed:
        raise Refusal(phrases.no_channel(), alone=True)
    await _ask(ctx, listed[0], ErrandKind.WELCOME, {"text": text}, None)
    return Reply(phrases.welcome_asked(), alone=True)


async def _ask(ctx: Context, through: Address, kind: ErrandKind, body: dict[str, Any], place: PlaceId | None) -> None:
    member = await ctx.member()
    ctx.session.add(
        Errand(
            channel=through[0],
            account=through[1],
            kind=kind,
            body=body,
            place_id=place,
            member_id=member.id,
            asked_in=[*ctx.inbound.address, ctx.is_group],
            due_at=ctx.now,
        )
    )
    ctx.note("入群码" if kind is ErrandKind.JOIN_CODE else "入群欢迎语", f"place:{place or 0}", member.id)
    await ctx.session.flush()


async def tell_errands(moment: Moment) -> None:
    """Tell whoever asked what came of it, alone, or else where he asked."""
    for errand in await errands.untold(moment.session):
        words, key = Words(await _outcome(moment, errand)), f"errand:{errand.id}"
        if not await moment.tell(errand.member_id, words, MessageKind.PERSONAL, key=key):
            channel, account, chat, is_group = errand.asked_in
            moment.say((channel, account, chat), words, MessageKind.ANSWER, key=key, is_group=is_group)
        errand.told, errand.asked_in = True, []


async def _outcome(moment: Moment, errand: Errand) -> str:
    if errand.result is None:
        return phrases.errand_failed(errand.error)
    if errand.kind is ErrandKind.JOIN_CODE and errand.place_id is not None:
        return phrases.code(await title(moment.session, errand.place_id), errand.result)
    return phrases.welcome_kept()
