"""Calls that answer in pages, and what a refusal of WeCom's means for the sender."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from bot.channels.base import SendError
from bot.channels.wecom.api import Api, ApiError, TooLarge, Unanswered
from bot.channels.wecom.errors import send_error

EXTERNAL: Final = "/cgi-bin/externalcontact/"
MOST_PAGES: Final = 200  #: after which a list that never ends is taken for a mistake


async def pages(api: Api, path: str, body: Mapping[str, Any], field: str) -> AsyncIterator[dict[str, Any]]:
    """Every object of the list `field`, over all pages; raises as `Api.post` does."""
    cursor = ""
    for _ in range(MOST_PAGES):
        answer = await api.post(EXTERNAL + path, {**body, "cursor": cursor} if cursor else body)
        found = answer.get(field)
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict):
                yield one
        following = answer.get("next_cursor")
        if not isinstance(following, str) or not following:
            return
        cursor = following


@contextmanager
def refusals() -> Iterator[None]:
    """Let what WeCom refuses be a `SendError`.

    Raises:
        SendError: Whatever was asked was refused, or not answered.
    """
    try:
        yield
    except ApiError as error:
        raise send_error(error.code) from error
    except Unanswered as silence:
        raise SendError(str(silence), unsure=silence.unsure) from silence
    except TooLarge as large:
        raise SendError("the answer is too large", unsure=True) from large
