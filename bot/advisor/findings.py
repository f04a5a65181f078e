"""What `guanjia check` says of the language model's cost."""

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.advisor.config import ModelConfig
from bot.finding import Finding, missing, ready
from handlers.community.spending import month_of
from storage import spending


class Spent(Protocol):
    """What was asked, and what it took."""

    asked: int
    failed: int
    tokens_in: int
    tokens_out: int


async def spent(session: AsyncSession, config: ModelConfig, now: datetime, zone: ZoneInfo) -> list[Finding]:
    """What this month has cost; nothing where no model is set up."""
    if config.mode == "off":
        return []
    month = await spending.of_month(session, month_of(now, zone))
    if month is None:
        return [ready("这个月还没有问过大模型。")]
    used_up = month.tokens >= config.monthly_tokens
    end = f"，额度 {config.monthly_tokens:,} 个" + ("已经用完，下个月 1 号再问。" if used_up else "。")
    return [(missing if used_up else ready)(f"{month.month} {told(month, config)}{end}")]


def told(spent: Spent, config: ModelConfig) -> str:
    """What was asked and what it cost, without an end."""
    tokens, asked = spent.tokens_in + spent.tokens_out, max(spent.asked, 1)
    cost = config.cost(spent.tokens_in, spent.tokens_out)
    price = f"，花了 {cost:.2f} 元，平均一条 {cost / asked:.5f} 元" if cost else ""
    return (
        f"问了大模型 {spent.asked:,} 条（{spent.failed:,} 条没有回音或者用不上），"
        f"用了 {tokens:,} 个词元（进 {spent.tokens_in:,}，出 {spent.tokens_out:,}），平均一条 {tokens / asked:.0f} 个{price}"
    )
