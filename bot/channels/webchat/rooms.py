"""Which chats a person may see, what they show, and how a line looks on its way to the page."""

from collections.abc import Iterable, Sequence

from bot.channels.webchat.board import Board, Line
from bot.channels.webchat.door import Door, Person, Said, Tab, alone_with, person_alone
from bot.channels.webchat.guard import Refused
from bot.channels.webchat.reading import BOT


class Rooms:
    """The board behind the door: nobody is shown a chat that he is not in."""

    def __init__(self, door: Door, board: Board, bot_name: str) -> None:
        self._door = door
        self._board = board
        self._loaded: set[str] = set()
        self.bot_name = bot_name

    async def of(self, person: Person) -> list[Tab]:
        """His groups, then his chat with the bot alone; what was said there before the start is shown again."""
        tabs = [*await self._door.chats(person.id), Tab(alone_with(person.id), f"私聊{self.bot_name}")]
        for tab in tabs:
            await self.load(tab.address)
        return tabs

    async def enter(self, person: Person, chat: str) -> None:
        """Let `person` do something in `chat`.

        Raises:
            Refused: He is not in it (403).
        """
        if chat != alone_with(person.id) and all(chat != tab.address for tab in await self._door.chats(person.id)):
            raise Refused(403, "您不在这个群里，消息没有发出。要进群请找楼栋红管家。")
        await self.load(chat)

    async def members(self, chat: str) -> Sequence[Person]:
        """Who is in a group; nobody is listed in a chat with the bot alone."""
        return () if person_alone(chat) is not None else await self._door.members(chat)

    async def exists(self, chat: str) -> bool:
        """Whether the bot can say something at that address."""
        alone = person_alone(chat)
        if alone is not None:
            return await self._door.person(alone) is not None
        return await self._door.chat(chat) is not None

    async def load(self, chat: str) -> None:
        """Show what the bot said before the start, once a chat."""
        if chat not in self._loaded:
            said = await self._door.said(chat)
            self._loaded.add(chat)
            self._board.restore(chat, (self.spoken(chat, each) for each in said))

    def spoken(self, chat: str, said: Said) -> Line:
        """Words of the bot as a line of `chat`."""
        words = said.words
        return Line(
            id=said.id,
            chat=chat,
            sender=BOT,
            name=self.bot_name,
            role="机器人",
            text=words.text,
            at=said.at,
            place=self._board.tick(),
            from_bot=True,
            quote=words.quote,
            mentions=words.mentions,
            buttons=words.buttons,
            pictures=words.pictures,
            files=words.files,
        )


def shown(lines: Iterable[Line]) -> list[dict[str, object]]:
    """Lines as the page reads them."""
    return [
        {
            "id": line.id,
            "chat": line.chat,
            "sender": line.sender,
            "name": line.name,
            "role": line.role,
            "bot": line.from_bot,
            "text": line.text,
            "at": int(line.at.timestamp() * 1000),
            "place": line.place,
            "seq": line.seq,
            "quote": line.quote,
            "mentions": [{"id": mention.sender, "name": mention.name} for mention in line.mentions],
            "buttons": [{"label": button.label, "payload": button.payload} for button in line.buttons],
            "pictures": line.pictures,
            "files": [{"digest": file.digest, "name": file.name} for file in line.files],
            "recalled": line.recalled,
        }
        for line in lines
    ]
