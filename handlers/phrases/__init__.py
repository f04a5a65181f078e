"""Every sentence the bot says, one typed function each: what belongs to no feature here, the rest by noun beside it."""

from collections.abc import Iterable
from typing import Final

from storage.types import Category, Role, TicketStatus, Urgency

ROLE_NAMES: Final = {
    Role.RESIDENT: "居民",
    Role.STEWARD: "红管家",
    Role.BUILDING_HEAD: "楼栋长",
    Role.GRID_WORKER: "网格员",
    Role.PROPERTY: "物业",
    Role.COMMITTEE: "业委会",
    Role.ADMIN: "社区管理员",
    Role.SUPERVISOR: "街道",
}
URGENCY_NAMES: Final = {
    Urgency.EMERGENCY: "紧急",
    Urgency.URGENT: "加急",
    Urgency.NORMAL: "一般",
    Urgency.LOW: "不急",
}
STATUS_NAMES: Final = {
    TicketStatus.REPORTED: "已登记",
    TicketStatus.DISPATCHED: "等人接单",
    TicketStatus.ACCEPTED: "有人接单了",
    TicketStatus.IN_PROGRESS: "正在办",
    TicketStatus.DONE: "办好了",
    TicketStatus.RATED: "办好了，也评过了",
    TicketStatus.VERIFIED: "核验过了",
    TicketStatus.MERGED: "并到别的工单里了",
    TicketStatus.CANCELLED: "撤销了",
}
CATEGORY_NAMES: Final = {
    Category.WATER: "供水",
    Category.POWER: "供电",
    Category.GAS: "燃气",
    Category.LEAK: "漏水",
    Category.SEWER: "下水道",
    Category.ELEVATOR: "电梯",
    Category.LIGHTING: "照明",
    Category.FACILITY: "公共设施",
    Category.ACCESS: "门禁",
    Category.SANITATION: "卫生",
    Category.GREENING: "绿化",
    Category.NOISE: "噪音",
    Category.PARKING: "停车",
    Category.FIRE_SAFETY: "消防隐患",
    Category.FALLING: "高空坠物",
    Category.ILLEGAL_BUILD: "违建占用",
    Category.PETS: "宠物",
    Category.PESTS: "虫鼠",
    Category.DISPUTE: "纠纷",
    Category.SECURITY: "治安",
    Category.PROPERTY: "物业服务",
    Category.CARE: "帮扶",
    Category.AFFAIRS: "代办",
    Category.TELECOM: "通信快递",
    Category.PROPOSAL: "建议",
    Category.OTHER: "其他",
}


def role_names(roles: Iterable[Role]) -> str:
    """“红管家、网格员”."""
    return "、".join(ROLE_NAMES[role] for role in roles)


def went_wrong() -> str:
    """When a bug made a message impossible to handle."""
    return "刚才这条我没处理好，内容已经留下，修好后会接着办。急事请直接打社区电话。"


def for_example(example: str) -> str:
    """When a command's words cannot be read."""
    return f"没看明白。请这样发：“{example}”"


def not_allowed(word: str, allow: Iterable[Role]) -> str:
    """When somebody says a command that is not open to him."""
    return f"“{word}”要{role_names(allow)}才能用。您有事直接说就行，我来叫人。"


def old_button() -> str:
    """When a button of an earlier version is pressed."""
    return "这个按钮已经过期了。请发“待办”或“我的工单”看最新的情况。"


def no_such_number() -> str:
    """When a number is said that was not offered, or stands for nothing any more."""
    return "这个数字对不上哪件事了。请照最近一条里写的数字回，或者直接说事情；发“待办”“我的工单”看最新的情况。"


def no_community() -> str:
    """Before anything is set up."""
    return "社区还没有设置好，暂时办不了。请管理员先导入社区资料。"


def text_please() -> str:
    """To a voice message without words, sent to the bot."""
    return "我听不了语音，麻烦打几个字：在哪里、出了什么事。"
