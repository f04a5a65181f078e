"""模板 加模板 改模板 删模板: the texts that a community uses again and again."""

import re
from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.notices.drafts import community_of
from handlers.notices.remarks import ASKS
from handlers.notices.templates import library, template_called
from handlers.phrases import templates as phrases
from handlers.reading.values import clean
from handlers.router import Router
from handlers.rules.templates import SHIPPED, Draft
from storage import templates
from storage.templates import Template
from storage.types import PlaceId, Role

router: Final = Router()

LONGEST: Final = 1000  #: characters of a template
_SAVED: Final = re.compile(
    r"\s*(?P<name>[^\s:：（(]{1,20})\s*(?P<warning>[（(]预警[)）])?\s*[:：\n]\s*(?P<text>\S.*)", re.DOTALL
)


@router.command("模板", example="模板", does="看有哪些通知模板", allow=Role.ADMIN, also=("通知模板", "模板列表"))
async def show(ctx: Context, rest: str) -> Reply:
    """The library, or one template in full."""
    community, name = await community_of(ctx), clean(rest, 20)
    known = await library(ctx, community.id)
    if not name:
        return Reply(phrases.listed(known), alone=True)
    found = await template_called(ctx, community.id, name)
    if found is None:
        raise Refusal(phrases.no_such_template(name, [draft.name for draft in known]), alone=True)
    return Reply(phrases.shown(found), alone=True)


@router.command(
    "加模板", example="加模板 停气：{楼栋}的邻居，{时间}停气，请关好阀门", does="加一个自己的通知模板", allow=Role.ADMIN
)
async def add(ctx: Context, rest: str) -> Reply:
    """Keep a template of the community's own."""
    community, draft = await community_of(ctx), _read(rest)
    if await template_called(ctx, community.id, draft.name) is not None:
        raise Refusal(phrases.there_already(draft.name), alone=True)
    return await _keep(ctx, community.id, draft, new=True)


@router.command(
    "改模板", example="改模板 停气：{楼栋}的邻居，{时间}停气，原因是{原因}", does="改一个通知模板", allow=Role.ADMIN
)
async def change(ctx: Context, rest: str) -> Reply:
    """Change a template; a shipped one gets a version of the community's own."""
    community, draft = await community_of(ctx), _read(rest)
    if await template_called(ctx, community.id, draft.name) is None:
        known = await library(ctx, community.id)
        raise Refusal(phrases.no_such_template(draft.name, [one.name for one in known]), alone=True)
    return await _keep(ctx, community.id, draft, new=False)


@router.command("删模板", example="删模板 停气", does="删掉自己加的模板，改过的回到原样", allow=Role.ADMIN)
async def remove(ctx: Context, rest: str) -> Reply:
    """Drop a template of the community's own."""
    community, name = await community_of(ctx), clean(rest, 20)
    own = await templates.called(ctx.session, community.id, name)
    if own is None and name in SHIPPED:
        raise Refusal(phrases.cannot_remove(name), alone=True)
    if own is None:
        known = await library(ctx, community.id)
        raise Refusal(phrases.no_such_template(name, [draft.name for draft in known]), alone=True)
    await ctx.session.delete(own)
    ctx.note("删模板", f"place:{community.id}", (await ctx.member()).id)
    return Reply(phrases.removed(name, shipped=name in SHIPPED), alone=True)


def _read(rest: str) -> Draft:
    found = _SAVED.fullmatch(clean(rest))
    if found is None:
        raise Refusal(phrases.how_to_save(), alone=True)
    text = found["text"].strip()
    if len(text) > LONGEST:
        raise Refusal(phrases.too_long(len(text), LONGEST), alone=True)
    warning = found["warning"] is not None or (found["name"] in SHIPPED and SHIPPED[found["name"]].warning)
    return Draft(found["name"], text, warning, ASKS.search(text) is not None)


async def _keep(ctx: Context, community: PlaceId, draft: Draft, *, new: bool) -> Reply:
    row = await templates.called(ctx.session, community, draft.name)
    if row is None:
        row = Template(community_id=community, name=draft.name, text=draft.text)
        ctx.session.add(row)
    row.text, row.warning, row.asks_back = draft.text, draft.warning, draft.asks_back
    ctx.note("改模板", f"place:{community}", (await ctx.member()).id)
    return Reply(phrases.saved(draft, new=new), alone=True)
