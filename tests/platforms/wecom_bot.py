"""WeCom's long-connection server for AI bots: it speaks the real frames, and tests tell it what people say and press.

async with WecomBotServer() as server:
    await server.says("wrDUTY", "lihua", "@楼栋助手 今天谁值班")   # only with the mention does the bot hear it
    await server.writes("wangwei", "待办")                        # alone with the bot
    assert server.heard("wrDUTY") == [...]                        # what the bot said
"""

import json
from typing import Any, Final

from tests.platforms.wecom_bot_rules import JSON
from tests.platforms.wecom_bot_town import BOT_NAME, Conversation, Said
from tests.platforms.wecom_bot_wire import BOT_ID, Wire

CALL: Final = f"@{BOT_NAME}"


class WecomBotServer(Wire):
    """The connection, and the people behind it. Whoever speaks while no bot is connected is not heard, as it really is."""

    async def says(self, chat: str, who: str, text: str, **content: Any) -> JSON | None:
        """Somebody writes in a group; the frame, where the bot is mentioned and so hears it. `content`: see `message`."""
        conversation = self.town.conversation(chat, group=True)
        return await self.message(conversation, who, text, **content) if CALL in text else None

    async def writes(self, who: str, text: str = "", **content: Any) -> JSON:
        """Somebody writes to the bot alone."""
        return await self.message(self.town.conversation(who, group=False), who, text, **content)

    async def message(self, conversation: Conversation, who: str, text: str, **content: Any) -> JSON:
        """Deliver a message; the frame.

        Args:
            text: Of a plain message.
            content: Fields of the body besides: `msgtype` and its part for anything but text, `quote`.
        """
        conversation.spoken = True
        body = self._envelope(conversation, who) | ({"msgtype": "text", "text": {"content": text}} if text else {})
        request = self.town.may_be_answered("message", conversation, message=body["msgid"])
        return await self.deliver("aibot_msg_callback", request, body | content)

    async def enters(self, who: str) -> JSON:
        """Somebody opens his chat with the bot for the first time today."""
        conversation = self.town.conversation(who, group=False)
        request = self.town.may_be_answered("enter_chat", conversation)
        return await self._event(request, conversation, who, {"eventtype": "enter_chat"})

    async def presses(self, chat: str, who: str, label: str) -> JSON:
        """Somebody presses the newest button of that label in a chat."""
        for said in reversed(self.heard(chat)):
            if key := dict(said.buttons).get(label):
                return await self.presses_key(chat, who, said.task_id or "", key)
        raise AssertionError(f"no button {label}")

    async def presses_key(self, chat: str, who: str, task_id: str, key: str) -> JSON:
        """Somebody presses a button that perhaps is there no longer."""
        conversation = self.town.conversations[chat]
        request = self.town.may_be_answered("template_card_event", conversation, task_id=task_id)
        pressed = {"card_type": "button_interaction", "event_key": key, "task_id": task_id}
        event = {"eventtype": "template_card_event", "template_card_event": pressed}
        return await self._event(request, conversation, who, event)

    async def deliver(self, cmd: str, request: str, body: object) -> JSON:
        """Send a callback; the frame, which `again` can send once more."""
        frame = {"cmd": cmd, "headers": {"req_id": request}, "body": body}
        await self.again(frame)
        return frame

    async def again(self, frame: JSON) -> None:
        """The platform delivers a frame, perhaps not for the first time."""
        await self.tell(json.dumps(frame, ensure_ascii=False))

    def heard(self, chat: str) -> list[Said]:
        """What the bot said in a chat."""
        found = self.town.conversations.get(chat)
        return found.said if found else []

    async def _event(self, request: str, conversation: Conversation, who: str, event: JSON) -> JSON:
        body = {**self._envelope(conversation, who), "create_time": int(self.town.now)}
        return await self.deliver("aibot_event_callback", request, {**body, "msgtype": "event", "event": event})

    def _envelope(self, conversation: Conversation, who: str) -> JSON:
        where = {"chatid": conversation.chat, "chattype": "group"} if conversation.group else {"chattype": "single"}
        return {"msgid": self.town.next_message(), "aibotid": BOT_ID, **where, "from": {"userid": who}}
