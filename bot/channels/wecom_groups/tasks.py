"""Tasks (企业群发): one text for some groups of one member, which go out when he confirms them on his telephone."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from bot.channels.base import Can, Media, Now, SendError
from bot.channels.confirmed import Progress, Task
from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.enclosures import hung_on
from bot.channels.wecom.errors import MALFORMED
from bot.channels.wecom_groups.asking import EXTERNAL, pages
from bot.channels.wecom_groups.reading import moment
from handlers.messages import Words
from handlers.rules.confirming import TOO_LONG

log = logging.getLogger(__name__)

MOST_ATTACHED: Final = 9
CONFIRMED: Final = 2  #: of a member's task
GOT_IT, QUOTA_USED = 1, 3  #: of a group


class Tasks:
    """Makes tasks and sees how they are. Raises as `Api` does, and `SendError` for what can never be said."""

    def __init__(self, api: Api, media: Media, can: Can, clock: Now) -> None:
        self._api = api
        self._media = media
        self._can = can
        self._clock = clock

    async def make(self, member: str, chats: Sequence[str], words: Words) -> Task:
        """Put a task before `member`. Nothing goes out before he confirms it."""
        text = _plain(words.text)
        if self._can.counts.of(text) > self._can.longest:
            raise SendError(TOO_LONG, permanent=True)
        body: dict[str, Any] = {"chat_type": "group", "sender": member, "chat_id_list": list(chats)}
        if text:
            body["text"] = {"content": text}
        if attached := await self._attached(words):
            body["attachments"] = attached
        answer = await self._api.post(EXTERNAL + "add_msg_template", body)
        refused = answer.get("fail_list")
        unknown = tuple(chat for chat in refused if chat in chats) if isinstance(refused, list) else ()
        if not isinstance(task := answer.get("msgid"), str) or not (task or len(unknown) == len(chats)):
            raise Unanswered("no id of the task", unsure=True)
        return Task(task, unknown, unshown=len(attached) < len(words.pictures) + len(words.files))

    async def _attached(self, words: Words) -> list[dict[str, Any]]:
        """The pictures and files, uploaded; where there are words, they are said without what the platform refuses."""
        found = []
        for thing in list(hung_on(words, self._media))[:MOST_ATTACHED]:
            try:
                found.append(await thing.uploaded(self._api))
            except ApiError as error:
                if not words.text.strip() or error.code not in MALFORMED:
                    raise
                log.warning("picture_refused", extra={"channel": "wecom_groups", "error": f"errcode_{error.code}"})
        return found

    async def find(self, member: str, words: Words, since: datetime, but: Collection[str]) -> str | None:
        """The task with these words that was put before `member` after `since` and is not in `but`."""
        span = {"start_time": int(since.timestamp()), "end_time": int(self._clock().timestamp())}
        wanted, body = _plain(words.text), {"chat_type": "group", **span, "filter_type": 0, "limit": 100}
        async for one in pages(self._api, "get_groupmsg_list_v2", body, "group_msg_list"):
            task, text = one.get("msgid"), one.get("text")
            said = text.get("content") if isinstance(text, dict) else ""
            same = isinstance(task, str) and task not in but and str(said or "").strip() == wanted
            if same and await self._status(str(task), member) is not None:
                return str(task)
        return None

    async def progress(self, task: str, member: str) -> Progress:
        """How the task is; of groups only those are told that got it, or that could not."""
        if await self._status(task, member) != CONFIRMED:
            return Progress()
        body = {"msgid": task, "userid": member, "limit": 1000}
        sent = [one async for one in pages(self._api, "get_groupmsg_send_result", body, "send_list")]
        got = {str(one.get("chat_id")): moment(one.get("send_time")) for one in sent if one.get("status") == GOT_IT}
        over = {str(one.get("chat_id")) for one in sent if one.get("status") == QUOTA_USED}
        return Progress(confirmed=True, got=got, over_quota=over)

    async def remind(self, task: str) -> None:
        """Remind the member; three times in 24 hours at most."""
        await self._api.post(EXTERNAL + "remind_groupmsg_send", {"msgid": task})

    async def cancel(self, task: str) -> None:
        """Take the task away."""
        await self._api.post(EXTERNAL + "cancel_groupmsg_send", {"msgid": task})

    async def _status(self, task: str, member: str) -> int | None:
        """0: not confirmed, 2: confirmed; None where the task is not that member's."""
        async for one in pages(self._api, "get_groupmsg_task", {"msgid": task, "limit": 1000}, "task_list"):
            if one.get("userid") == member:
                return int(one["status"]) if isinstance(one.get("status"), int) else 0
        return None


def _plain(text: str) -> str:
    return text.strip().encode("utf-8", "replace").decode()
