"""A notice made of a template: 用模板 停水停电 3栋：时间=明天9点到12点，原因=抢修; what is missing is asked one by one."""

import re
from collections.abc import Sequence
from typing import Any, Final

from handlers.community.gazetteer import known_places
from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.notices.dates import own_days
from handlers.notices.desk import TEMPLATE, VALUES, ask_next, asked_whom, keep_when, keep_whom
from handlers.notices.drafts import community_of
from handlers.notices.reading import when_at, whom_at
from handlers.notices.templates import library
from handlers.phrases import templates as phrases
from handlers.reading.values import SEPARATORS, Unclear, clean
from handlers.rules.templates import Draft
from storage.places import Place

LONGEST_VALUE: Final = 300
_USE: Final = re.compile(r"\s*(?:用|按|套)?模板\s*[:：]?\s*")
_VALUE: Final = re.compile(
    r"(?:^|[\s,，;；:：\n])(?P<name>[^\s,，;；:：=＝{}]{1,12})\s*[=＝]\s*(?P<value>.*?)(?=[\s,，;；\n]+[^\s,，;；:：=＝{}]{1,12}\s*[=＝]|$)",
    re.DOTALL,
)


async def fill_in(ctx: Context, rest: str, *, warning: bool) -> Reply | None:
    """Begin a notice with a template; None where the words name none.

    Raises:
        Refusal: There is no such template, or the rest cannot be read.
    """
    use = _USE.match(rest)
    if use is None or not use[0].strip():
        return None
    community = await community_of(ctx)
    known = await library(ctx, community.id)
    draft, said = _named(known, rest[use.end() :])
    values: dict[str, str] = {}
    answers = {
        TEMPLATE: draft.name,
        "text": draft.text,
        "warning": warning or draft.warning,
        "asks_back": draft.asks_back,
        VALUES: values,
    }
    head = _values(said, values)
    await _head(ctx, community, head, answers)
    return await ask_next(ctx, community, answers)


def _named(known: Sequence[Draft], text: str) -> tuple[Draft, str]:
    found = [draft for draft in known if text.startswith(draft.name)]
    if not found:
        raise Refusal(phrases.no_such_template(clean(text, 20), [draft.name for draft in known]), alone=True)
    draft = max(found, key=lambda one: len(one.name))
    return draft, text[len(draft.name) :]


def _values(said: str, values: dict[str, str]) -> str:
    """Enter what 时间=… gives; what stands before the first of them."""
    found = list(_VALUE.finditer(said))
    values.update({one["name"]: clean(one["value"].rstrip(",，;；"), LONGEST_VALUE) for one in found})
    return said[: found[0].start()] if found else said


async def _head(ctx: Context, community: Place, head: str, answers: dict[str, Any]) -> None:
    """Enter to whom and when, as far as that is said."""
    head = head.strip(SEPARATORS)
    if not head:
        return
    own = await own_days(ctx, community.id)
    meant, rest = when_at(ctx, head, own)
    said = head.removesuffix(rest)
    if rest.strip(SEPARATORS):
        try:
            whom, rest = whom_at(await known_places(ctx), community, rest)
        except Unclear:
            raise Refusal(phrases.how_to_use(), alone=True) from None
        keep_whom(answers, whom)
        if meant is None:
            said = rest.lstrip(SEPARATORS)
            meant, rest = when_at(ctx, said, own)
            said = said.removesuffix(rest)
    if rest.strip(SEPARATORS):
        raise Refusal(phrases.how_to_use(), alone=True)
    if meant is not None or asked_whom(answers):
        keep_when(answers, said if meant is not None else "", ctx.now)
