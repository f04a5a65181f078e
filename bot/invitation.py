"""`guanjia invite`: how the first admin comes in. He is made one by saying a code to the bot, on whatever channel."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.webchat import WebchatConfig
from bot.config import Config
from bot.joining import prepare
from bot.section import Misconfigured
from bot.transact import transact
from handlers.community import codes
from handlers.community.invitations import NoCommunity, invite_admin
from handlers.moment import Moment
from storage import identities, members
from storage.codes import Purpose
from storage.database import open_database
from storage.members import Member

NEWCOMER: Final = "社区管理员"


async def invited(config: Config, community: str | None, clock: Callable[[], datetime]) -> str:
    """What the operator passes on to the new admin.

    Raises:
        Misconfigured: It cannot be said for which community, or the database cannot be used.
    """
    await prepare(config)
    async with open_database(config.database_url) as sessions:
        try:
            return await transact(sessions, lambda session: _letter(session, config, community, clock()))
        except NoCommunity as unclear:
            raise Misconfigured(str(unclear)) from unclear


async def _letter(session: AsyncSession, config: Config, community: str | None, now: datetime) -> str:
    house = config.house()
    code = await invite_admin(session, now, house, community)
    steps = []
    if any(isinstance(channel, WebchatConfig) for channel in config.channels):
        moment = Moment(session=session, now=now, house=house, reach={})
        token = await codes.issue(moment, Purpose.ENTER, codes.LINK, member=(await _newcomer(moment)).id)
        steps.append(f"点开这个链接进来（只能用一次）：{config.address}/enter/{token}")
    steps.append(f"单独给机器人发：我是管理员 {code}")
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return f"请把下面的话转给管理员，{house.code_for // timedelta(hours=1)} 小时内有效，别发到群里：\n{numbered}"


async def _newcomer(moment: Moment) -> Member:
    """Somebody without an office, who may come in and say the code; asked twice, it is the same one."""
    for member in await members.called(moment.session, NEWCOMER):
        if not await identities.of_members(moment.session, [member.id]):
            return member
    member = Member(name=NEWCOMER, created_at=moment.now)
    moment.session.add(member)
    await moment.session.flush()
    return member
