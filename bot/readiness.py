"""What `guanjia check` finds in the database: who is there, who can be reached, who answers now, and what lies about."""

from collections.abc import AsyncIterator, Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.ledger import NOT_ALLOWED
from bot.finding import Finding, missing, ready
from handlers.clocks.years import unknown_years
from handlers.community.gazetteer import title
from handlers.dispatch.levels import Rung, ladder
from handlers.moment import Moment
from handlers.phrases.places import names
from handlers.phrases.worktime import unknown_year
from storage import chats, duty, held, identities, inbox, members, places, receipts
from storage.members import Person
from storage.places import Place
from storage.types import PlaceKind


async def community(moment: Moment, kinds: Collection[str]) -> list[Finding]:
    """Whether the community could begin today; `kinds` are the channels on which people can be reached."""
    buildings = await places.all_of(moment.session, PlaceKind.BUILDING)
    if not buildings:
        return [missing("还没有社区资料。填好表格后运行 guanjia import 表格.xlsx。")]
    rungs = {building.id: await ladder(moment, building) for building in buildings}
    called = [member for line in rungs.values() for rung in line for member in rung.people]
    return [
        ready(f"社区资料有了，{len(buildings)} 栋楼。"),
        await _admin(moment.session),
        await _groups(moment.session, buildings),
        *[finding async for finding in _lost(moment.session)],
        await _on_duty(moment.session, buildings, [rungs[building.id] for building in buildings]),
        await _reachable(moment.session, called, kinds),
    ]


async def holidays(moment: Moment) -> list[Finding]:
    """Which years nobody knows the holidays of, soon enough to do something about it."""
    today = moment.now.astimezone(moment.house.zone).date()
    found = await places.all_of(moment.session, PlaceKind.COMMUNITY)
    years = {year for place in found for year in await unknown_years(moment, place, today)}
    return [missing(unknown_year(year)) for year in sorted(years)]


async def leftovers(session: AsyncSession) -> list[Finding]:
    """What was not said or not handled, and waits for somebody to look at it."""
    unsaid, kept = await receipts.backlog(session), len(await inbox.kept(session))
    found = []
    if unsaid.unsure:
        found.append(missing(f"有 {unsaid.unsure} 条消息不知道发出去没有。请到群里看一眼，没有的话补发一次。"))
    if unsaid.dead:
        found.append(
            missing(f"有 {unsaid.dead} 条消息发不出去（被移出群、被拉黑，或者试了多次）。请另想办法告诉人家。")
        )
    if silent := await receipts.dead_for(session, (NOT_ALLOWED, held.TOO_LONG)):
        found.append(
            missing(f"其中 {silent} 条是因为对方一直没再来话，平台不许主动说。要紧的请打电话；订阅通知能补上一部分。")
        )
    if unsaid.held:
        found.append(ready(f"有 {unsaid.held} 条话等对方下次开口再说（平台只许回话），等七天。"))
    if unsaid.confirming:
        found.append(ready(f"有 {unsaid.confirming} 条通知在等群主点确认；“通知列表”里看得到等谁。"))
    if kept:
        found.append(
            missing(f"有 {kept} 条消息因为程序出错还没办。重新启动会再试，最多留一天；日志里有 handler_failed。")
        )
    return found or [ready("没有积压的消息。")]


async def _admin(session: AsyncSession) -> Finding:
    if await members.any_admin(session):
        return ready("有管理员。")
    return missing("还没有管理员。运行 guanjia invite 请第一位进来。")


async def _groups(session: AsyncSession, buildings: Sequence[Place]) -> Finding:
    bound = {group.place_id for group in await chats.every(session)}
    without = [await title(session, building.id) for building in buildings if building.id not in bound]
    if without:
        return missing(f"还没有绑定群：{names(without)}。请管理员单独给机器人发“绑定码 3栋”，再把码发到群里。")
    return ready("每栋楼都有群。")


async def _lost(session: AsyncSession) -> AsyncIterator[Finding]:
    gone = [await title(session, group.place_id) for group in await chats.lost(session)]
    if gone:
        yield missing(f"机器人被移出了这些地方的群：{names(gone)}。请群主拉回来，管理员再绑定一次。")


async def _on_duty(session: AsyncSession, buildings: Sequence[Place], rungs: Sequence[Sequence[Rung]]) -> Finding:
    nobody = [await title(session, place.id) for place, line in zip(buildings, rungs, strict=True) if not line]
    if nobody:
        return missing(
            f"现在没人接单：{names(nobody)}。请管理员给机器人发“排班 3栋 王芳 每天 8:00-20:00”，或者“任命”一位红管家。"
        )
    above = sum(line[0].place.id != place.id for place, line in zip(buildings, rungs, strict=True))
    return ready("每栋楼现在都有人接单" + (f"，其中 {above} 栋由上一级接。" if above else "。"))


async def _reachable(session: AsyncSession, called: Sequence[Person], kinds: Collection[str]) -> Finding:
    """Whether everybody who may be called can be written to alone; they are named, for the operator must find them."""
    asked = {member.id: member.name for member in (*await duty.rostered(session), *called)}
    ways = await identities.of_members(session, list(asked))
    reached = {way.member_id for way in ways if way.channel in kinds and way.one_to_one}
    unreached = [name for member, name in asked.items() if member not in reached]
    if not asked:
        return missing("还没有人值班，也没有红管家。请管理员给机器人发“任命 王芳 红管家 3栋”。")
    if unreached:
        return missing(
            f"会叫到、但单独联系不上：{names(unreached, 20)}。请本人先给机器人单独发一句话，或者点自己的网页链接进一次。"
        )
    return ready(f"会叫到的 {len(asked)} 个人都能单独联系上。")
