"""我是 任命 免去: where somebody lives, and what he is for a place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.community.codes import can_be_alone
from handlers.community.gazetteer import Gazetteer, known_places, title
from handlers.community.homes import Home, home_of, introduction, scene_here
from handlers.community.roll import bare_name, member_meant
from handlers.context import Context
from handlers.dispatch.leaving import hand_back
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import groups as group_phrases
from handlers.phrases import members as phrases
from handlers.reading.values import ROLE_WORDS, Unclear, role_named, words
from handlers.router import Passed, Router
from handlers.understanding.place import spot_name
from handlers.understanding.types import Spot
from storage import duty, members, readbacks
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.types import MemberId, MessageKind, PlaceKind, Role

router: Final = Router()

SAYS_HOME: Final = re.compile(r"\s*[我俺](?:是|叫|住|家住|家在|家是)")
_ROLES: Final = tuple(sorted(ROLE_WORDS, key=len, reverse=True))
_FILLERS: Final = frozenset({"为", "当", "做", "是", "的"})


@router.command(
    "我是", example="我是 3-2-1203 李姐", does="登记住哪儿", also=("我住", "我家住", "我家在"), everyday=True
)
async def introduce(ctx: Context, rest: str) -> Reply:
    """Say where one lives; what is no home is left to whoever judges free text."""
    said = introduction(rest, scene_here(ctx))
    if said is None:
        raise Passed if len(rest) > 4 or not ctx.inbound.to_bot else Unclear("no home")
    return await _settle(ctx, await home_of(ctx, said), said.name)


@router.listen()
async def overhear_home(ctx: Context) -> Reply | None:
    """The same without a blank, 我住3栋2单元1203, said to the bot; among neighbours it is not the bot's business."""
    if not ctx.inbound.to_bot or not SAYS_HOME.match(ctx.inbound.text[:40]):
        return None
    said = introduction(ctx.inbound.text, scene_here(ctx))
    return None if said is None else await _settle(ctx, await home_of(ctx, said), said.name)


async def _settle(ctx: Context, home: Home, name: str) -> Reply:
    member = await ctx.member()
    member.home_id, member.room = home.place.id, home.room
    member.name = name or member.name
    if home.room is not None:
        await readbacks.move_in(ctx.session, member.id, (home.place.id, home.room))
    ctx.note("我是", f"member:{member.id}", member.id)
    ctx.afresh = True
    unit = home.place.name if home.place.kind is PlaceKind.UNIT else None
    if not can_be_alone(ctx):
        return Reply(phrases.home_noted_here(spot_name(Spot(home.building.name, unit))))
    return Reply(phrases.home_noted(name, spot_name(Spot(home.building.name, unit, None, home.room))), alone=True)


async def unreachable(moment: Moment, member: MemberId) -> bool:
    """Whether nobody could call `member` alone just now."""
    return await moment.way_to(member) is None


@dataclass(frozen=True, slots=True)
class _Office:
    name: str
    role: Role
    places: Sequence[Place]
    titles: Sequence[str]
    member: Member


@router.command("任命", example="任命 王芳 红管家 3栋", does="让谁担任什么", allow=Role.ADMIN)
async def appoint(ctx: Context, rest: str) -> Reply:
    """Give somebody a role for a place."""
    office = await _office(ctx, "任命", rest)
    news = False
    for place in office.places:
        key = (office.member.id, place.id, office.role)
        news |= await ctx.session.get(RoleGrant, key) is None
        await members.grant(ctx.session, *key)
        ctx.note("任命", f"member:{office.member.id} place:{place.id} {office.role}"[:80], await _by(ctx))
    # From now on he is named in groups, where a nickname with a room in it must not be said.
    office.member.name = office.name
    ctx.afresh = True
    text = phrases.appointed(office.name, office.role, office.titles, news=news)
    if await unreachable(ctx, office.member.id):
        return Reply(text + phrases.cannot_reach(office.name))
    if news:
        await _tell(ctx, office.member.id, phrases.you_are_now(office.role, office.titles))
    return Reply(text)


@router.command("免去", example="免去 王芳 红管家 3栋", does="免去谁的什么", allow=Role.ADMIN)
async def remove(ctx: Context, rest: str) -> Reply:
    """Take a role back."""
    office = await _office(ctx, "免去", rest)
    member = office.member
    if office.role is Role.ADMIN and not await members.any_admin(ctx.session, but=member.id):
        raise Refusal(phrases.last_admin())
    taken = [await members.revoke(ctx.session, member.id, place.id, office.role) for place in office.places]
    if not any(taken):
        raise Refusal(phrases.was_not(office.name, office.role, office.titles))
    ctx.note("免去", f"member:{member.id} place:{office.places[0].id} {office.role}"[:80], await _by(ctx))
    ctx.afresh = True
    given = await hand_back(ctx, member.id, await _by(ctx))
    await _tell(ctx, member.id, phrases.you_are_no_longer(office.role, office.titles) + phrases.given_from_you(given))
    text = phrases.removed(office.name, office.role, office.titles) + phrases.given_from(office.name, given)
    lines = await duty.shifts_at(ctx.session, [place.id for place in office.places])
    still_on = any(other.id == member.id for _, other in lines)
    return Reply(text + (phrases.still_on_roster(office.name, office.titles[0]) if still_on else ""))


async def _office(ctx: Context, word: str, text: str) -> _Office:
    """Who, what and where, in any order; what is missing or too much is `Unclear`."""
    role, rest = _role_in(text)
    found, name = await _places_and_name(ctx, rest, role)
    titles = [await title(ctx.session, place.id) for place in found]
    for place, where in zip(found, titles, strict=True):
        if Role.ADMIN not in ctx.roles_at(place):
            raise Refusal(group_phrases.not_your_place(where))
    if role is Role.RESIDENT:
        raise Refusal(phrases.not_for_residents())
    role_word = next(w for w, r in ROLE_WORDS.items() if r is role)
    member = await member_meant(ctx, name, lambda who: f"{word} {who} {role_word} {'、'.join(titles)}")
    called = name if name in member.name else bare_name(member.name)
    return _Office(called, role, found, titles, member)


def _role_in(text: str) -> tuple[Role, list[str]]:
    """The role among the words, and the other words: 红管家 by itself, or at the end of 3栋红管家."""
    parts = [part for part in re.split(r"[\s,，:：]+", words(text, 100)) if part and part not in _FILLERS]
    for i, part in enumerate(parts):
        if (role := role_named(part)) is not None:
            return role, parts[:i] + parts[i + 1 :]
    for i, part in enumerate(parts):
        word = next((word for word in _ROLES if part.endswith(word)), None)
        if word is not None:
            return ROLE_WORDS[word], [*parts[:i], part.removesuffix(word).removesuffix("的"), *parts[i + 1 :]]
    raise Unclear("no role")


async def _places_and_name(ctx: Context, parts: Sequence[str], role: Role) -> tuple[list[Place], str]:
    known, found, names = await known_places(ctx), list[Place](), list[str]()
    for part in parts:
        there = _places_called(known, part.removeprefix("为").removesuffix("的"))
        found.extend(there)
        if not there:
            names.append(part)
    if not found and ctx.is_group and ctx.place is not None:
        found = [ctx.place]
    elif not found and role is Role.ADMIN:
        found = [await ctx.community()]
    if len(names) != 1 or not found:
        raise Unclear("not one name and a place")
    return found, names[0]


def _places_called(known: Gazetteer, text: str) -> list[Place]:
    try:
        found, after = known.all_at(text)
    except Unclear:
        return []
    return found if not after else []


async def _tell(ctx: Context, member: MemberId, text: str) -> None:
    await ctx.tell(member, Words(text), MessageKind.PERSONAL, key=f"office:{ctx.inbound.message_id}")


async def _by(ctx: Context) -> MemberId:
    return (await ctx.member()).id
