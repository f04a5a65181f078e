"""One message to one channel, and what came of it."""

import asyncio
import logging
from datetime import timedelta

from bot.channels.base import Channel, SendError
from bot.channels.wording import Wording
from bot.outcomes import Outcome
from handlers.messages import Words
from storage.outbox import INCOMPLETE, NOTICES, UNSHOWN, OutboxMessage

log = logging.getLogger(__name__)


async def say(channel: Channel, message: OutboxMessage, within: timedelta, wording: Wording) -> Outcome:
    """Say `message` as the channel can say it; whatever goes wrong is told, never raised."""
    talk = message.is_group and message.kind not in NOTICES  # to a notice nobody need answer
    whole = Words.from_body(message.body)
    left = wording.left(whole)
    words = wording.of(left, channel.can, is_group=talk)
    try:
        async with asyncio.timeout(within.total_seconds()):
            sent = await channel.send(message.chat, words)
    except SendError as error:
        return Outcome(error=error, parts=error.parts)
    except TimeoutError:
        return Outcome(error=SendError("no answer in time", unsure=True))
    except Exception:
        log.exception("channel_failed", extra={"outbox_id": message.id})
        return Outcome(error=SendError("the channel failed", unsure=True))
    lacks = UNSHOWN if sent.unshown else None if left is whole else INCOMPLETE
    return Outcome(sent.id, parts=sent.parts, lacks=lacks)
