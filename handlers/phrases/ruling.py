"""What the bot says of the rules for notices at a place."""

from handlers.phrases.times import hours_name
from handlers.rules.quiet import QuietHours

_HOW = "要改请写：“通知规矩 锦绣小区 夜里 22:00-7:00”“通知规矩 锦绣小区 两人审”“通知规矩 锦绣小区 每天最多 3 条”，不另定就写“照旧”。"


def manners(place: str, quiet: QuietHours, *, approval: bool, most: int, was_set: bool) -> str:
    """What holds at a place."""
    night = f"{hours_name(quiet.start, quiet.end)}不发，早上再发（预警照发）" if quiet.length else "什么时候都发"
    second = "要第二个人看过才发（预警不用）" if approval else "不用第二个人审"
    many = f"一个群一天最多 {most} 条，多的并成一条一起发（预警不算）" if most else "一天几条不限"
    return f"{'改好了。' if was_set else ''}{place}发通知的规矩：\n夜里：{night}\n审核：{second}\n条数：{many}\n{_HOW}"


def unclear_rule() -> str:
    """When the rule cannot be read."""
    return f"没看懂要改哪一条，没有改。{_HOW}"


def one_place() -> str:
    """When several places are named."""
    return "一次只改一个地方。请分开发，比如“通知规矩 锦绣小区 每天最多 3 条”。"


def not_your_place(place: str) -> str:
    """When an admin sets the rules of others."""
    return f"{place}不归您管，没有改。请那里的管理员来改。"
