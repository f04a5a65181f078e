"""What a person does in a chat: say, press a button, take back. Answered when the bot has it on disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.channels.base import Receive
from bot.channels.webchat.board import Board, Line
from bot.channels.webchat.door import Person, alone_with, person_alone
from bot.channels.webchat.files import Files
from bot.channels.webchat.guard import Refused, as_json, body_as
from bot.channels.webchat.pictures import Pictures
from bot.channels.webchat.posted import Message, Press, Recall
from bot.channels.webchat.reading import BOT, LONGEST, cleaned, is_blank, read
from bot.channels.webchat.rooms import Rooms, shown
from bot.channels.webchat.visitors import Visitors
from handlers.messages import Happening, Inbound, Mention, Quoted

CHANNEL: Final = "webchat"
ACCOUNT: Final = "web"
RECALL_WITHIN: Final = timedelta(minutes=2)
MOST_PICTURES: Final = 9
MOST_FILES: Final = 5
IN_GROUP: Final = "文件请点开“私聊”单独发给机器人，群里只发照片和文字。"


@dataclass(frozen=True, slots=True)
class Talk:
    """The three things that people do. Each waits for `receive` before anybody is shown anything."""

    visitors: Visitors
    rooms: Rooms
    board: Board
    pictures: Pictures
    files: Files
    receive: Receive
    clock: Callable[[], datetime]

    async def say(self, request: web.Request) -> web.Response:
        """Somebody says something."""
        person = await self.visitors.who(request)
        message = await body_as(request, Message)
        await self.rooms.enter(person, message.chat)
        members = await self.rooms.members(message.chat) if _calls_somebody(message) else ()
        line = self._line(person, message, members)
        if self.board.line(line.chat, line.id) is None:
            await self.receive(await self._heard(person, message, members, line))
            # The same message, sent twice at once, may have been shown while we waited.
            if self.board.line(line.chat, line.id) is None:
                self.board.put(line)
        return as_json({"lines": shown([self.board.line(line.chat, line.id) or line])})

    async def press(self, request: web.Request) -> web.Response:
        """Somebody presses a button. Whether it still means anything is for the handlers to say."""
        person = await self.visitors.who(request)
        press = await body_as(request, Press)
        await self.rooms.enter(person, press.chat)
        pressed = self._inbound(person, press.chat, press.id, cleaned(press.payload))
        await self.receive(replace(pressed, happening=Happening.PRESSED, to_bot=True, reply_to=cleaned(press.message)))
        return as_json({})

    async def recall(self, request: web.Request) -> web.Response:
        """Somebody takes an own message back."""
        person = await self.visitors.who(request)
        recall = await body_as(request, Recall)
        await self.rooms.enter(person, recall.chat)
        line = self._recallable(person, recall)
        if not line.recalled:
            taken_back = self._inbound(person, line.chat, f"recall-{line.id}", "")
            await self.receive(replace(taken_back, happening=Happening.RECALLED, about=line.id))
            self.board.take_back(line)
        return as_json({})

    def _line(self, person: Person, message: Message, members: Sequence[Person]) -> Line:
        names = {member.id: member.name for member in members}
        return Line(
            id=f"{person.id}.{message.id}",
            chat=message.chat,
            sender=person.id,
            name=person.name,
            role=person.role,
            text=_said(message),
            at=self.clock(),
            place=self.board.tick(),  # now: an answer that overtakes the message still stands below it
            quote=message.quote and cleaned(message.quote),
            mentions=tuple(Mention(id, names[id]) for id in message.mentions if id in names),
            pictures=message.pictures,
            files=self.files.of(person, message.files),
        )

    async def _heard(self, person: Person, message: Message, members: Sequence[Person], line: Line) -> Inbound:
        said = read(line.text, self.rooms.bot_name, members)
        quoted = self.board.line(line.chat, line.quote) if line.quote else None
        heard = self._inbound(person, line.chat, message.id, said.text)
        return replace(
            heard,
            at=line.at,
            to_bot=said.calls_bot or BOT in message.mentions or not heard.is_group or _is_bots(quoted),
            reply_to=line.quote,
            quoted=_told(quoted),
            mentions=tuple(mention.sender for mention in line.mentions),
            attachments=(*await self.pictures.attached(person, message.pictures), *self.files.attached(line.files)),
        )

    def _inbound(self, person: Person, chat: str, key: str, text: str) -> Inbound:
        alone = alone_with(person.id)
        return Inbound(
            channel=CHANNEL,
            account=ACCOUNT,
            chat=chat,
            message_id=f"{person.id}.{key}",  # nobody can use up another's ids
            sender=person.id,
            sender_name=person.name,
            text=text,
            at=self.clock(),
            is_group=chat != alone,
            one_to_one=alone,
        )

    def _recallable(self, person: Person, recall: Recall) -> Line:
        line = self.board.line(recall.chat, recall.message)
        if line is None or line.sender != person.id:
            raise Refused(404, "这条消息撤不回了。如果是报修，请直接说“撤销”。")
        if not line.recalled and self.clock() - line.at > RECALL_WITHIN:
            raise Refused(409, "超过 2 分钟的消息不能撤回。如果是报修，请直接说“撤销”。")
        return line


def _said(message: Message) -> str:
    text = cleaned(message.text)
    if len(text) > LONGEST:
        raise Refused(413, f"一条消息最多 {LONGEST} 字，这条有 {len(text)} 字，请分几条发。")
    if len(message.pictures) > MOST_PICTURES:
        raise Refused(413, f"一条消息最多 {MOST_PICTURES} 张图片，请分几条发。")
    if len(message.files) > MOST_FILES:
        raise Refused(413, f"一条消息最多 {MOST_FILES} 个文件，请分几条发。")
    if message.files and person_alone(message.chat) is None:
        raise Refused(422, IN_GROUP)
    if is_blank(text) and not (message.pictures or message.files):
        raise Refused(422, "还没有写内容。写几个字或选一张照片再发。")
    return text


def _calls_somebody(message: Message) -> bool:
    return bool(message.mentions) or "@" in message.text or "＠" in message.text


def _told(line: Line | None) -> Quoted | None:
    """What a quoted line says; nothing where it was taken back."""
    return Quoted(line.text, line.sender, line.name, line.from_bot) if line is not None and line.text else None


def _is_bots(line: Line | None) -> bool:
    return line is not None and line.from_bot
