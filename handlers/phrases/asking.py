"""The one question that the bot asks by itself: whether something was meant as it sounded."""

from collections.abc import Sequence

from handlers.phrases import CATEGORY_NAMES
from storage.types import Category


def open_it(category: Category, minutes: int) -> str:
    """In a group, quoting what may be a report."""
    return (
        f"这件事（{CATEGORY_NAMES[category]}）要登记成工单吗？要的话 {minutes} 分钟内回“是”，我来叫人；不用就回“不用”。"
    )


def is_it_danger(advice: str, called: Sequence[str]) -> str:
    """In a group, quoting what may be danger to life."""
    whom = f"{'、'.join(called)}请先看一眼。" if called else ""
    return f"现在真有危险吗？有就回“是”，我马上叫人；没有就回“不是”。{whom}{advice}"


def look_at_the_group(group: str, category: Category | None) -> str:
    """To who is on duty; the words themselves stay in the group."""
    kind = f"像是{CATEGORY_NAMES[category]}的事，" if category else ""
    return f"{group}群里刚有人说的话，{kind}我拿不准是不是真有危险，已经在群里问了。请马上看一眼。"
