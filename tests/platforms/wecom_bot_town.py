"""What WeCom knows: conversations, what was said in them, the cards that hang there, and what still may be answered."""

import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from tests.platforms.wecom_bot_media import Media
from tests.platforms.wecom_bot_rules import (
    BAD_ARGUMENT,
    EVENT_SECONDS,
    HOUR_LIMIT,
    JSON,
    MESSAGE_SECONDS,
    MINUTE_LIMIT,
    NEVER_SPOKE,
    NO_SUCH_CHAT,
    NO_SUCH_REQUEST,
    STREAM_OVER,
    STREAM_SECONDS,
    TOO_FAST,
    Refused,
)

BOT_NAME: Final = "楼栋助手"


@dataclass
class Said:
    """Something that the bot said, as people see it."""

    kind: str  #: the platform's word for the sort of message
    text: str
    buttons: tuple[tuple[str, str], ...] = ()  #: labels and what they hand back
    task_id: str | None = None
    answers: str | None = None  #: the message that it answers
    media_id: str | None = None
    card: JSON = field(default_factory=dict)
    changes: int = 0  #: how often it was changed


@dataclass
class Conversation:
    """A group, or one person with the bot."""

    chat: str
    group: bool
    spoken: bool = False  #: somebody wrote to the bot here
    removed: bool = False  #: the bot was; nobody tells it
    said: list[Said] = field(default_factory=list)
    times: deque[float] = field(default_factory=deque)


@dataclass
class Pending:
    """A callback that may be answered. `kind`: message, enter_chat or template_card_event."""

    kind: str
    conversation: Conversation
    at: float
    message: str = ""
    task_id: str = ""
    streams: dict[str, tuple[Said, float, bool]] = field(
        default_factory=dict
    )  #: what, since when, and whether it is over


class Town:
    """The conversations of one bot. Time passes only when a test says so."""

    def __init__(self, media: Media) -> None:
        self.now = 1_790_000_000.0
        self.conversations: dict[str, Conversation] = {}
        self.pending: dict[str, Pending] = {}
        self._media = media
        self._requests = itertools.count(1)
        self._messages = itertools.count(1)

    def conversation(self, chat: str, *, group: bool) -> Conversation:
        return self.conversations.setdefault(chat, Conversation(chat, group))

    def next_message(self) -> str:
        return f"CAIQ{next(self._messages):08d}"

    def may_be_answered(self, kind: str, conversation: Conversation, **more: Any) -> str:
        """Remember a callback; its request id."""
        request = f"srv-{next(self._requests):06d}"
        self.pending[request] = Pending(kind, conversation, self.now, **more)
        return request

    def answered(self, request: str, kind: str) -> Pending:
        """The callback that a frame answers."""
        found = self.pending.get(request)
        patience = MESSAGE_SECONDS if kind == "message" else EVENT_SECONDS
        if found is None or found.kind != kind or self.now - found.at > patience:
            raise Refused(NO_SUCH_REQUEST, "invalid req_id")
        return found

    def pushed_to(self, body: JSON) -> Conversation:
        """Where a message goes that answers nothing."""
        found = self.conversations.get(str(body.get("chatid")))
        if found is None or found.removed or body.get("chat_type", 0) not in (0, 2 if found.group else 1):
            raise Refused(NO_SUCH_CHAT, "invalid chatid")
        if not found.spoken:
            raise Refused(NEVER_SPOKE, "no conversation")
        return found

    def count(self, conversation: Conversation) -> None:
        """One message more in a conversation, if it may have one."""
        times = conversation.times
        while times and self.now - times[0] >= 3600:
            times.popleft()
        if len(times) >= HOUR_LIMIT or sum(self.now - time < 60 for time in times) >= MINUTE_LIMIT:
            raise Refused(TOO_FAST, "freq out of limit")
        times.append(self.now)

    def say(self, conversation: Conversation, body: JSON, kind: str, answers: str | None = None) -> Said:
        """Show a message in a conversation."""
        said = Said(kind, _text(body, kind), answers=answers, media_id=body.get(kind, {}).get("media_id"))
        if said.media_id is not None and said.media_id not in self._media.uploaded:
            raise Refused(BAD_ARGUMENT, "invalid media_id")
        if "template_card" in body:
            show(said, body["template_card"])
            if said.task_id and self.card(said.task_id) is not None:
                raise Refused(BAD_ARGUMENT, "task_id exists")
        self.count(conversation)
        conversation.said.append(said)
        return said

    def stream(self, pending: Pending, body: JSON, kind: str) -> None:
        """Open a stream, or put its whole text anew."""
        stream = body["stream"]
        if stream["id"] not in pending.streams:
            said = self.say(pending.conversation, body, kind, pending.message)
            pending.streams[stream["id"]] = (said, self.now, bool(stream.get("finish")))
            return
        said, since, over = pending.streams[stream["id"]]
        if over or self.now - since > STREAM_SECONDS:
            raise Refused(STREAM_OVER, "stream message expired")
        said.text = stream["content"]
        pending.streams[stream["id"]] = (said, since, bool(stream.get("finish")))

    def change(self, pending: Pending, body: JSON) -> None:
        """Put another card in the place of the one that was pressed."""
        card = body.get("template_card", {})
        there = self.card(pending.task_id)
        if body.get("response_type") != "update_template_card" or card.get("task_id") != pending.task_id or not there:
            raise Refused(BAD_ARGUMENT, "invalid task_id")
        show(there, card)
        there.changes += 1

    def card(self, task_id: str) -> Said | None:
        every = (said for conversation in self.conversations.values() for said in conversation.said)
        return next((said for said in every if said.task_id == task_id), None)


def show(said: Said, card: JSON) -> None:
    """What people see of a card."""
    parts = (card.get("main_title", {}).get("title"), card.get("sub_title_text"))
    said.card, said.task_id = card, card.get("task_id")
    said.text = "\n".join(filter(None, [*([said.text] if said.kind.startswith("stream") else []), *parts]))
    said.buttons = tuple((button["text"], button["key"]) for button in card.get("button_list", ()))


def _text(body: JSON, kind: str) -> str:
    part = body.get("stream" if kind.startswith("stream") else kind, {})
    return str(part.get("content", ""))
