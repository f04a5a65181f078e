"""What WeCom's long-connection server takes from an AI bot, and the code with which it refuses the rest.

Sources: the developer site's pages on the AI bot's long connection, and the official SDK; the codes 846605, 846607, 846608
and 93019 are as reported, nobody has printed a list of them.
"""

from dataclasses import dataclass
from typing import Any, Final

JSON = dict[str, Any]

MOST_BYTES: Final = 20480  #: of Markdown
EVENT_SECONDS: Final = 5  #: to answer an event
STREAM_SECONDS: Final = 600
MESSAGE_SECONDS: Final = 24 * 3600
MINUTE_LIMIT: Final = 30
HOUR_LIMIT: Final = 1000
MOST_CHUNKS: Final = 100
LARGEST_CHUNK: Final = 512 * 1024
LEAST_UPLOAD: Final = 5

SYSTEM_BUSY: Final = -1
WRONG_SECRET: Final = 40001
BAD_TYPE: Final = 40008
BAD_ARGUMENT: Final = 40058
EMPTY: Final = 44004
TOO_LONG: Final = 45002
TOO_FAST: Final = 45009
NO_SUCH_CHAT: Final = 93006
NO_SUCH_BOT: Final = 93019
NO_SUCH_REQUEST: Final = 846605
NEVER_SPOKE: Final = 846607
STREAM_OVER: Final = 846608

ANSWERS: Final = ("stream", "template_card", "stream_with_template_card", "markdown", "image", "voice", "file", "video")
PUSHES: Final = ("markdown", "template_card", "image", "voice", "file", "video")
WELCOMES: Final = ("text", "template_card")

_NEEDED: Final = {
    "text_notice": ("card_action",),
    "news_notice": ("main_title", "card_action"),
    "button_interaction": ("main_title", "button_list", "task_id"),
    "vote_interaction": ("checkbox", "submit_button", "task_id"),
    "multiple_interaction": ("select_list", "submit_button", "task_id"),
}
_TASK_ID: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-@")


class Refused(Exception):  # noqa: N818 -- the platform's answer
    """The frame is not obeyed."""

    def __init__(self, code: int, why: str = "refused") -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Obeyed:
    """The server does as it is told, but its answer never comes: it is silent, or the line is cut."""

    cut: bool = False


def check(body: JSON, kinds: tuple[str, ...]) -> str:
    """The type of the message in `body`, once it is one that may be sent so."""
    kind = body.get("msgtype", "")
    if kind not in kinds or not isinstance(body.get(kind, {}), dict):
        raise Refused(BAD_TYPE, "invalid message type")
    if kind in ("markdown", "text"):
        check_text(body[kind].get("content"))
    if kind in ("stream", "stream_with_template_card"):
        check_text(body["stream"].get("content"), may_be_empty=not body["stream"].get("finish"))
    if kind in ("template_card", "stream_with_template_card"):
        check_card(body.get("template_card"))
    if kind in ("image", "voice", "file", "video") and not body[kind].get("media_id"):
        raise Refused(EMPTY, "no media")
    return str(kind)


def check_text(text: object, *, may_be_empty: bool = False) -> None:
    if not isinstance(text, str) or not (text.strip() or may_be_empty):
        raise Refused(EMPTY, "empty content")
    if len(text.encode()) > MOST_BYTES:
        raise Refused(TOO_LONG, "content exceeds the limit")


def check_card(card: object) -> None:
    """The fields that a card must have, and the limits in bytes; what has too many characters is only cut."""
    if not isinstance(card, dict) or card.get("card_type") not in _NEEDED:
        raise Refused(BAD_ARGUMENT, "invalid card type")
    if missing := [key for key in _NEEDED[card["card_type"]] if not card.get(key)]:
        raise Refused(BAD_ARGUMENT, f"missing {missing[0]}")
    if card["card_type"] == "text_notice" and not (card.get("main_title", {}).get("title") or card["sub_title_text"]):
        raise Refused(BAD_ARGUMENT, "missing main_title")
    if "card_action" in card and card["card_action"].get("type") == 1 and not card["card_action"].get("url"):
        raise Refused(BAD_ARGUMENT, "missing url")
    if not set(card.get("task_id", "")) <= _TASK_ID or len(card.get("task_id", "")) > 128:
        raise Refused(BAD_ARGUMENT, "invalid task_id")
    _check_buttons(card.get("button_list", []))


def _check_buttons(buttons: list[JSON]) -> None:
    if len(buttons) > 6:
        raise Refused(BAD_ARGUMENT, "too many buttons")
    for button in buttons:
        if not button.get("text") or not button.get("key") or len(button["key"].encode()) > 1024:
            raise Refused(BAD_ARGUMENT, "invalid button")


def refusal(code: int) -> str:
    """An `errmsg` as the platform writes it: words that change, an address, and the code once more."""
    return f"refused, hint: [17{code}], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e={code}"
