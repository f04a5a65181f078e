"""Groups behind a webhook: nobody can be heard there, so the configuration says which place each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.wecom_hook import WecomHookConfig
from bot.finding import Finding, missing, ready
from handlers.community.gazetteer import all_places, title
from handlers.messages import Refusal, Words
from handlers.moment import Moment
from handlers.phrases.groups import one_way_greeting
from handlers.phrases.places import no_place_named
from handlers.reading.values import Unclear, clean
from storage import chats
from storage.chats import Address, GroupChat
from storage.places import Place
from storage.types import MessageKind


@dataclass(slots=True)
class Hooking:
    """Keeps the group of one webhook bound to the place that the configuration names."""

    section: WecomHookConfig
    _place: Place | None = None  #: once it is known; the configuration does not change while the program runs

    async def bind_hook(self, moment: Moment) -> None:
        """A tick of the bot's own: bind the group as soon as its place is there, and let it follow a new key."""
        address: Address = (self.section.kind, self.section.account, self.section.chat)
        group = await _moved_here(moment.session, address)
        if group is not None and self._place is not None and group.place_id == self._place.id:
            return
        try:
            self._place = await place_named(moment.session, self.section.place)
        except Refusal:
            return  # nobody has imported it yet, or `guanjia check` tells what is wrong
        if group is None or group.place_id != self._place.id:
            await _bind(moment, address, self._place)


async def hooked(session: AsyncSession, sections: Sequence[WecomHookConfig]) -> list[Finding]:
    """Whether the places that the configuration names are there."""
    return [await _found(session, section) for section in sections]


async def place_named(session: AsyncSession, name: str) -> Place:
    """The one place of that name, in whatever community.

    Raises:
        Refusal: There is none, or more than one.
    """
    try:
        found, rest = (await all_places(session)).all_at(clean(name))
    except Unclear:
        raise Refusal(no_place_named(name)) from None
    if len(found) != 1 or rest.strip():
        raise Refusal(no_place_named(name))
    return found[0]


async def _found(session: AsyncSession, section: WecomHookConfig) -> Finding:
    name = f"企业微信群机器人 {section.account}"
    try:
        place = await place_named(session, section.place)
    except Refusal as refusal:
        return missing(f"{name}的 place 对不上地点：{refusal.reply.text}")
    return ready(f"{name}发到{await title(session, place.id)}的群里。")


async def _moved_here(session: AsyncSession, address: Address) -> GroupChat | None:
    """The group at `address`; what was bound under a former key of the same account has moved there."""
    channel, account, chat = address
    former = [group for group in await chats.of_account(session, channel, account) if group.chat != chat]
    for group in former:
        await chats.move(session, group.address, chat)
        if group.chat == chat:
            chats.come_back(session, group)
    return (await chats.bound(session, [address])).get(address, (None, None))[0]


async def _bind(moment: Moment, address: Address, place: Place) -> None:
    await chats.bind(moment.session, address, place, moment.now)
    group, _ = (await chats.bound(moment.session, [address]))[address]
    if group.greeted_at is None:
        group.greeted_at = moment.now
        text = one_way_greeting(await title(moment.session, place.id), moment.house.operator, moment.house.bot_name)
        moment.say(address, Words(text), MessageKind.GREETING, key=f"greeting:{group.id}", is_group=True)
