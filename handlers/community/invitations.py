"""我是管理员 邀请: the first admin, and a personal link or code for anybody else."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.community import codes
from handlers.community.gazetteer import title
from handlers.community.homes import home_of, introduction, scene_here
from handlers.community.roll import member_meant, people_called
from handlers.context import Context
from handlers.house import HouseRules
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import codes as saying
from handlers.phrases import groups as group_phrases
from handlers.phrases import invitations as phrases
from handlers.reading.values import Unclear, words
from handlers.router import Router
from storage import codes as kept
from storage import members, places
from storage.codes import Purpose
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.types import MessageKind, PlaceKind, Role

router: Final = Router()


class NoCommunity(Exception):  # noqa: N818 -- a sentence for the operator
    """It is not clear for which community somebody is invited; the message says what to do."""


async def invite_admin(session: AsyncSession, now: datetime, house: HouseRules, community: str | None = None) -> str:
    """A code with which somebody becomes an admin of the community: `我是管理员 <code>`, said to the bot alone.

    Args:
        community: Its name; it is made where it does not exist. May be left out where there is just one.

    Raises:
        NoCommunity: None is named, and there is none or more than one.
    """
    place = await _community(session, community)
    moment = Moment(session=session, now=now, house=house, reach={})
    moment.note("邀请管理员", f"place:{place.id}", None)
    return await codes.issue(moment, Purpose.ADMIN, codes.LONG, place=place.id)


async def _community(session: AsyncSession, name: str | None) -> Place:
    there = await places.all_of(session, PlaceKind.COMMUNITY)
    if name is not None:
        wanted = words(name, 60)
        if not wanted:
            raise NoCommunity("社区名是空的。请这样写：guanjia invite --community 石龙社区")
        same = [place for place in there if place.name == wanted]
        return same[0] if same else await places.add(session, PlaceKind.COMMUNITY, wanted)
    if not there:
        raise NoCommunity("还没有社区。请带上社区名：guanjia invite --community 石龙社区，或者先导入社区资料。")
    if len(there) > 1:
        names = "、".join(place.name for place in there)
        raise NoCommunity(f"有几个社区：{names}。请写明是哪一个：guanjia invite --community {there[0].name}")
    return there[0]


@router.command("我是管理员", example="我是管理员 7F3KQX", does="用码登记成管理员", also=("管理员",), everyday=True)
async def become_admin(ctx: Context, rest: str) -> Reply:
    """Redeem the code that the operator made."""
    found = await codes.standing(ctx, codes.read(rest), Purpose.ADMIN)
    if isinstance(found, Reply):
        return found
    place = await places.by_id(ctx.session, found.place_id) if found.place_id else await ctx.community()
    name = await title(ctx.session, place.id)
    member = await ctx.member()
    if await ctx.session.get(RoleGrant, (member.id, place.id, Role.ADMIN)) is not None:
        return Reply(phrases.admin_already(name))
    if await codes.tried(ctx, codes.read(rest), Purpose.ADMIN) is None:
        return Reply(saying.wrong_code("管理员码"))
    await members.grant(ctx.session, member.id, place.id, Role.ADMIN)
    ctx.note("我是管理员", f"place:{place.id}", member.id)
    ctx.afresh = True
    return Reply(phrases.admin_now(name))


@router.command("邀请", example="邀请 王芳", does="要一个给某人用的链接或码", allow=Role.ADMIN)
async def invite(ctx: Context, rest: str) -> Reply:
    """A personal link and a code for a member; with an address, for somebody new as well."""
    member = await _invited(ctx, rest)
    if not codes.can_be_alone(ctx):
        raise Refusal(group_phrases.only_alone())
    if await _beyond(ctx, member):
        raise Refusal(phrases.not_yours_to_invite(member.name), alone=True)
    link = None
    if ctx.house.web_address:
        token = await codes.issue(ctx, Purpose.ENTER, codes.LINK, member=member.id)
        link = f"{ctx.house.web_address.rstrip('/')}/enter/{token}"
    await kept.withdraw(ctx.session, Purpose.LINK, member.id)
    code = await codes.issue(ctx, Purpose.LINK, codes.LONG, member=member.id)
    me = await ctx.member()
    ctx.note("邀请", f"member:{member.id}", me.id)
    if member.id != me.id:
        key = f"invited:{ctx.inbound.message_id}"
        await ctx.tell(member.id, Words(phrases.invited_by_admin()), MessageKind.PERSONAL, key=key)
    return Reply(phrases.invitation(member.name, link, code, codes.good_hours(ctx)), alone=True)


async def _invited(ctx: Context, rest: str) -> Member:
    text = words(rest, 60)
    said = introduction(text, scene_here(ctx))
    if said is not None and said.name:
        home = await home_of(ctx, said)
        there = [m for m in await people_called(ctx, said.name) if m.home_id in (home.place.id, home.building.id)]
        if there:
            return there[0]
        member = Member(name=said.name, created_at=ctx.now, home_id=home.place.id, room=home.room)
        ctx.session.add(member)
        await ctx.session.flush()
        return member
    if not text or " " in text or len(text) > 20:
        raise Unclear("no name")
    if not ctx.inbound.to_bot and not await people_called(ctx, text):
        raise Unclear("邀请 大家 is no command")
    return await member_meant(ctx, text, lambda who: f"邀请 {who}")


async def _beyond(ctx: Context, member: Member) -> bool:
    """Whether the member holds an office where the speaker is no admin: a code would hand that to him."""
    grants = (await members.grants_of(ctx.session, [member.id])).get(member.id, ())
    own = [grant.path for grant in ctx.grants if grant.role is Role.ADMIN]
    return not all(any(grant.path.startswith(path) for path in own) for grant in grants)
