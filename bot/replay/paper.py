"""A channel on paper: the lines of a transcript come in, and what the bot says is written down between them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from bot.channels.base import Can, Link, Sent
from bot.replay.community import alone_with
from bot.replay.transcript import BOT, Line
from handlers.messages import Attachment, Inbound, Words
from storage.chats import Address

GROUP: Final[Address] = ("replay", "bot", "group")

CAN: Final = Can(buttons=True, mentions=True, quotes=True, pictures=True, one_to_one=True, first_word=True)
#: The call to the bot in front of a message, which channels take off.
_CALL: Final = re.compile(r"\s*[@＠]\S+\s*")
_THINGS: Final = {"image": "图片", "video": "视频", "voice": "语音", "file": "文件", "location": "位置"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the page; `by_bot`: by ours."""

    at: datetime
    name: str
    text: str
    by_bot: bool = False


@dataclass(slots=True)
class Paper:
    """Writes down what is said in the group. What is said to one person alone, nobody else sees."""

    now: datetime  #: moved by whoever replays
    bot_name: str
    page: list[Seen] = field(default_factory=list)
    name: str = GROUP[0]
    account: str = GROUP[1]
    can: Can = CAN
    _count: int = 0

    @property
    def link(self) -> Link:
        """See `Channel.link`: paper is always there."""
        return Link(self.name, self.account, lambda: self.now, up=True)

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        self._count += 1
        if chat == GROUP[2]:
            called = "".join(f"@{mention.name} " for mention in words.mentions)
            self.page.append(Seen(self.now, self.bot_name, called + words.text, by_bot=True))
        return Sent(f"said-{self._count}")

    def write(self, line: Line) -> None:
        """Put a line of the transcript on the page."""
        things = "".join(f"[{_THINGS.get(kind, kind)}]" for kind in line.attachments)
        self.page.append(Seen(line.at, line.name, line.text + things))


def heard(line: Line) -> Inbound:
    """A line of a transcript as a channel hands it over; everybody can be written to alone."""
    channel, account, chat = GROUP
    to_bot = BOT in line.mentions
    return Inbound(
        channel=channel,
        account=account,
        chat=chat,
        message_id=line.id,
        sender=line.sender,
        sender_name=line.name,
        text=_CALL.sub("", line.text, count=1) if to_bot and _CALL.match(line.text) else line.text,
        at=line.at,
        to_bot=to_bot,
        from_bot=line.role is None,
        reply_to=line.reply_to,
        mentions=tuple(mention for mention in line.mentions if mention != BOT),
        attachments=tuple(_attached(line, kind) for kind in line.attachments),
        one_to_one=alone_with(line.sender),
    )


def _attached(line: Line, kind: str) -> Attachment:
    """A picture counts as fetched, anything else as not kept."""
    return Attachment(kind, sha256(line.id.encode()).hexdigest() if kind == "image" else None)
