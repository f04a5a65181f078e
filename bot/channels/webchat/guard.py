"""What stands between the web chat and the open web: who may post, what a page may load, how a refusal looks."""

import json
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel

Posted = TypeVar("Posted", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_JSON: Final = 256 * 1024

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: a browser then posts forms with `Origin: null`, and the check below needs the origin.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}


class Refused(Exception):  # noqa: N818 -- not an error: a sentence for a person
    """The page asked for what it cannot have; `say` is shown to the person."""

    def __init__(self, status: int, say: str, **more: object) -> None:
        super().__init__(say)
        self.status = status
        self.body = {"say": say, **more}


def guarded(handler: Handler) -> Handler:
    """`handler` behind the safety headers, with its refusals turned into JSON; posting only from our own page."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            if request.method == "POST" and not from_our_page(request):
                raise Refused(403, "这个操作不是从本页面发出的，已经拦下。请打开聊天页面再试。")
            response = await handler(request)
        except Refused as refused:
            response = as_json(refused.body, refused.status)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return answer


def from_our_page(request: web.Request) -> bool:
    """Whether the browser says that our own page sent this. One that says nothing is no browser of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def as_json(body: object, status: int = 200) -> web.Response:
    """`body` as JSON that nobody keeps."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(
        text=text, status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def body_as(request: web.Request, model: type[Posted]) -> Posted:
    """The JSON that was posted, checked.

    Raises:
        Refused: Not JSON, too large or not what the page sends.
    """
    if request.content_type != "application/json":
        raise Refused(415, "页面发来的内容不对，请刷新页面再试。")
    try:
        return model.model_validate_json(_whole(await _bounded(request)))
    except (ValueError, RecursionError) as error:
        raise Refused(400, "页面发来的内容不对，请刷新页面再试。") from error


def _whole(body: bytes) -> str:
    """The JSON again, with half a character (an emoji that was cut through) made a whole one."""
    text = json.dumps(json.loads(body), ensure_ascii=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


async def _bounded(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(2**16):
        body += chunk
        if len(body) > LARGEST_JSON:
            raise Refused(413, "这条消息太长了，一条最多 10000 字，请分几条发。")
    return bytes(body)
