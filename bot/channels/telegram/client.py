"""The library's client, made so that it neither logs secrets nor trips over one update."""

import logging
from typing import Any, Final

from pydantic import SecretStr
from telegram import Bot, Update
from telegram.request import HTTPXRequest
from typing_extensions import override

log = logging.getLogger(__name__)

#: What the library raises for an update that is not as Telegram documents it.
UNREADABLE: Final = (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError, RecursionError)


def make_bot(token: SecretStr, base_url: str, proxy: SecretStr | None, timeout: float) -> Bot:
    """A client that has not spoken to Telegram yet; `timeout` is in seconds and holds for each step of a request."""
    secret, base = token.get_secret_value(), base_url.rstrip("/")
    through = proxy.get_secret_value() if proxy else None
    return Bot(
        secret,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HTTPXRequest(64, timeout, timeout, timeout, timeout, proxy=through),
        get_updates_request=PollRequest(1, timeout, timeout, timeout, timeout, proxy=through),
    )


def hush_libraries() -> None:
    """Keep the libraries out of the log: one writes the token with every address, the other whole updates."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


def readable(data: object) -> Update | None:
    """`data` as an update, or None where it is none."""
    try:
        return Update.de_json(data, None) if isinstance(data, dict) else None
    except UNREADABLE:
        number = data.get("update_id") if isinstance(data, dict) else None
        log.warning("telegram_update_unreadable", extra={"update": number if isinstance(number, int) else None})
        return None


class PollRequest(HTTPXRequest):
    """Leaves an unreadable update empty: the library would fail the whole batch, now and each time it is fetched."""

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See `BaseRequest.parse_json_payload`."""
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [
                update if readable(update) else {"update_id": update["update_id"]} for update in answer["result"]
            ]
        return answer
