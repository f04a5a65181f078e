"""What is said of notices on paper and on pages."""

from datetime import datetime

from handlers.phrases.times import WEEKDAYS
from storage.broadcasts import Broadcast


def link(broadcast: Broadcast, address: str, hours: float) -> str:
    """The link to the page to be printed."""
    return (
        f"{broadcast.id} 号通知的海报在这里，打开点“看海报”，再用浏览器的“打印”，纸选 A4：\n{address}\n"
        f"{hours:.0f} 小时内能开一次。"
    )


def unsettled(broadcast: Broadcast) -> str:
    """When a poster is wanted of what is not confirmed, or was cancelled."""
    return f"{broadcast.id} 号通知还没定下来，或者已经取消了，印不了海报。定好了再发“海报 {broadcast.id}”。"


def which_place(broadcast: Broadcast) -> str:
    """When the text is another one in each building."""
    return (
        f"{broadcast.id} 号通知每栋不一样（里面有大括号），请说贴在哪一栋，比如“海报 {broadcast.id} 3栋”；"
        "那一栋要是也填不出来，先补上值班人再来。"
    )


def how_to_answer(number: int, bot: str) -> str:
    """Under a notice on paper or on a page, where an answer is wanted."""
    return f"看到了，请在群里回“收到”，或者单独给{bot}发“收到 {number}”。"


def day(local: datetime) -> str:
    """“2026年11月23日 周一发”: a wall is read for days."""
    return f"{local.year}年{local.month}月{local.day}日 周{WEEKDAYS[local.weekday()]}发"


def personal_link(address: str) -> str:
    """Behind a reminder: the page on which one can answer."""
    return f"打不了字就点开这里，按“收到”：{address}"
