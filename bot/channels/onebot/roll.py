"""Who is called what in which group: what `@昵称` means, and the names that a bridge does not send along."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.channels.onebot.bots import Bot
from bot.channels.onebot.ids import GROUP, USER, is_group
from bot.channels.onebot.values import Frame
from bot.channels.onebot.wire import Answer, NoAnswer, NotSent

GOOD_FOR: Final = timedelta(hours=1)  #: how long a list of members is not asked for again
MOST_CHATS: Final = 500
PATIENCE: Final = 2.0  #: seconds; a message waits for names, and must not wait long


@dataclass(slots=True)
class Page:
    """The names in one chat, by id, and when its list was asked for."""

    names: dict[str, str] = field(default_factory=dict)
    asked_at: datetime | None = None


@dataclass(slots=True)
class Roll:
    """Names in memory; nothing of it is stored."""

    clock: Callable[[], datetime]
    _pages: OrderedDict[str, Page] = field(default_factory=OrderedDict)

    def note(self, chat: str, id: str, name: str) -> None:
        """Somebody was seen under that name."""
        if name:
            self._page(chat).names[id] = name

    def forget(self, chat: str, id: str) -> None:
        """Somebody has left."""
        self._page(chat).names.pop(id, None)

    def names(self, chat: str) -> Mapping[str, str]:
        """Everybody who is known there, by id."""
        return self._page(chat).names

    async def read(self, bot: Bot, chat: str) -> Mapping[str, str]:
        """Everybody there, by id, asked for where that has not been done lately."""
        page, now = self._page(chat), self.clock()
        is_old = page.asked_at is None or now - page.asked_at > GOOD_FOR
        if is_old and bot.bridge.mouth is not None:
            page.asked_at = now
            page.names = {id: name for id, name in page.names.items() if name}  # the bridge may know more by now
            await self._ask_all(bot, chat, page)
        return page.names

    async def name_of(self, bot: Bot, chat: str, id: str) -> str:
        """What somebody is called there; empty where the bridge cannot say."""
        if not self._page(chat).names.get(id):
            await self.read(bot, chat)
        names = self._page(chat).names
        if id not in names and bot.bridge.mouth is not None:
            names[id] = ""  # not asked again for every word of his
            await self._ask_one(bot, chat, id)
        return names.get(id, "")

    async def _ask_all(self, bot: Bot, chat: str, page: Page) -> None:
        if not is_group(chat):
            return
        answer = await asked(bot, "get_group_member_list", _group(bot, chat))
        for entry in answer.entries if answer else ():
            self._enter(bot, page, entry)

    async def _ask_one(self, bot: Bot, chat: str, id: str) -> None:
        who: dict[str, Any] = {"user_id": bot.bridge.ids.back(USER, id)}
        if is_group(chat):
            answer = await asked(bot, "get_group_member_info", _group(bot, chat) | who)
        else:
            answer = await asked(bot, bot.bridge.version.WHO_IS, who)
        if answer:
            self._enter(bot, self._page(chat), answer.frame)

    def _enter(self, bot: Bot, page: Page, entry: Frame) -> None:
        bot.bridge.ids.learn(entry)
        person = bot.bridge.version.person(entry)
        if person is not None and person.name:
            page.names[person.id] = person.name

    def _page(self, chat: str) -> Page:
        page = self._pages.setdefault(chat, Page())
        self._pages.move_to_end(chat)
        if len(self._pages) > MOST_CHATS:
            self._pages.popitem(last=False)
        return page


async def asked(bot: Bot, action: str, params: Mapping[str, Any]) -> Answer | None:
    """What the bridge answers to a question; None where it cannot say, which is no trouble."""
    try:
        answer = await bot.bridge.call(bot.id, action, params, PATIENCE)
    except (NotSent, NoAnswer):
        return None
    return answer if answer.code == 0 else None


def _group(bot: Bot, chat: str) -> dict[str, Any]:
    _, _, id = chat.partition(":")
    return {"group_id": bot.bridge.ids.back(GROUP, id)}
