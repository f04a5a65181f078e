"""Cards that were pressed: their buttons are taken away, so that nobody presses twice and wonders."""

import asyncio
import logging
from typing import Final

from bot.channels.wecom.api import Api, ApiError, Unanswered
from handlers.messages import Inbound

log = logging.getLogger(__name__)

LONGEST_LABEL: Final = 16  #: characters; longer ones are cut on a telephone


class Cards:
    """Changes cards beside everything else: the answer to a press is a message of its own, and waits for no card.

    A card can be changed once by the code that came with the press, within 72 hours. If that fails, the buttons stay,
    and pressing again is answered with the present state.
    """

    def __init__(self, api: Api, agent: int) -> None:
        self._api = api
        self._agent = agent
        self._changing: set[asyncio.Task[None]] = set()

    def was_pressed(self, press: Inbound, response_code: str) -> None:
        """The press is on disk; show on the card what was pressed."""
        task = asyncio.create_task(self._change(press, response_code))
        self._changing.add(task)
        task.add_done_callback(self._changing.discard)

    async def finish(self) -> None:
        """Wait for what is being changed."""
        await asyncio.gather(*self._changing)

    async def _change(self, press: Inbound, response_code: str) -> None:
        body = {
            "userids": [press.sender],
            "agentid": self._agent,
            "response_code": response_code,
            "button": {"replace_name": _label(press.text)},
        }
        try:
            await self._api.post("/cgi-bin/message/update_template_card", body)
        except (ApiError, Unanswered) as error:
            log.info("card_not_changed", extra={"channel": "wecom_app", "error": type(error).__name__})


def _label(payload: str) -> str:
    """“已发：接单 12”: a press says words to the bot, and these are the words."""
    return f"已发：{payload.partition('|')[2]}"[:LONGEST_LABEL]
