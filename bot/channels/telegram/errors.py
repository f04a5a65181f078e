"""What a failure of Telegram's means for the message that was to be said."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import SendError

#: Failures after which Telegram cannot have seen the request. Any other may have come after it was obeyed.
NEVER_LEFT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
LONGEST_REASON: Final = 120


def send_error(error: TelegramError, *, parts: Sequence[str] = ()) -> SendError:
    """How the sender should take `error`.

    Args:
        error: What the library raised.
        parts: The ids of what is out of the message already. Whatever stopped the rest, a repetition would say that
            twice, so the outcome is unsure.
    """
    if parts:
        return SendError(f"partly said: {type(error).__name__}", unsure=True, parts=parts)
    match error:
        case RetryAfter():
            return SendError("told to slow down", retry_after=asked_for(error))
        case ChatMigrated():
            return SendError("the chat has moved", moved_to=str(error.new_chat_id))
        case Forbidden() | BadRequest():  # BadRequest is a NetworkError too: it comes first
            return SendError(error.message[:LONGEST_REASON], permanent=True, gone=_shut_out(error))
        case InvalidToken():  # curable by the administrator, so the message stays
            return SendError("the token is refused")
    # Only the type's name: the text may hold an answer of the server, or its address with the token.
    return SendError(type(error).__name__, unsure=not isinstance(error.__cause__, NEVER_LEFT))


def _shut_out(error: Forbidden | BadRequest) -> bool:
    """Whether the chat is lost, and not only this message."""
    return isinstance(error, Forbidden) or "chat not found" in error.message.lower()


def asked_for(error: Exception) -> timedelta:
    """How long Telegram wants to be left alone; nothing where it did not say."""
    if not isinstance(error, RetryAfter):
        return timedelta(0)
    wish = error.retry_after
    return wish if isinstance(wish, timedelta) else timedelta(seconds=wish)
