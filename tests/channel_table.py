"""What people can do on each channel, in their words, as it follows from what the channel says of itself."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final, get_args

from bot.channels.base import About, Can, Groups, Length, Limit
from bot.channels.kinds import ChannelConfig

Columns = dict[str, Callable[[Can], str]]
DOCS: Final = Path(__file__).parent.parent / "docs"
COUNTED: Final = {Length.CHARACTERS: "字", Length.BYTES: "字节", Length.UNITS: "字（一个表情算两个）"}
BYTES_A_CHARACTER: Final = 3  #: of Chinese in UTF-8


def channels() -> dict[str, About]:
    """Every channel that can be configured, by kind."""
    union, _ = get_args(ChannelConfig)
    return {section.model_fields["kind"].default: section.about for section in get_args(union)}


def tables() -> str:
    """All of them, as the paper has to show them."""
    parts = [
        f"## 在哪、要什么、有什么风险\n\n{_of_all(['谁在那里', '要准备什么', '风险'], _choice)}",
        f"## 居民能做什么\n\n{_told(RESIDENT)}",
        f"## 红管家、值班的人能做什么\n\n{_told(STEWARD)}",
        f"## 管理员能做什么\n\n{_told(ADMIN)}",
        f"## 消息本身\n\n{_told(MESSAGES)}",
    ]
    return "\n\n".join(parts) + "\n"


def report(can: Can) -> str:
    if not can.hears:
        return "不能，这里只收消息"
    in_group = {True: "群里直接说", False: "群里@机器人说"}[can.hears_all] if can.groups is not Groups.NEVER else ""
    return "，或者".join(filter(None, (in_group, "单独说" if can.one_to_one else "")))


def follow(can: Can) -> str:
    if not can.hears:
        return "看不到"
    return "，".join(filter(None, ("群里一起知道" if _in_groups(can) else "", "单独告诉他" if can.one_to_one else "")))


def rate(can: Can) -> str:
    if not can.hears:
        return "不能"
    return _choose(can) if can.one_to_one else "群里回“评价 12 满意”"


def called(can: Can) -> str:
    if can.one_to_one:
        return "单独叫他" + ("" if can.first_word else "（他先给机器人说过一句话）") + _window(can)
    if not can.hears:
        return "在这里看得到通知，叫人走别的渠道"
    return "在群里" + ("@他" if can.mentions else "叫他的名字")


def accept(can: Can) -> str:
    if not can.hears:
        return "到别的渠道接"
    return _choose(can) if can.one_to_one else "群里回“接单 12”"


def edited(can: Can) -> str:
    return "点了按钮，卡片当场变" if can.edits else "另发一条"


def notices(can: Can) -> str:
    return {
        Groups.FREELY: "到点自动发到群里",
        Groups.CONFIRMED: "到点建好，群主或成员点一下确认才发出去",
        Groups.NEVER: "发不到群，这里没有群",
    }[can.groups]


def manage(can: Can) -> str:
    if not can.hears:
        return "到别的渠道做"
    return "单独发指令" if can.one_to_one else "群里@机器人发指令"


def cut_off(can: Can) -> str:
    if can.keeps == timedelta.max:
        return "网页就在本机，断了谁也说不了话"
    if not can.hears:
        return "没有要听的"
    if can.keeps:
        return f"平台留 {can.keeps // timedelta(hours=1)} 小时，连上补收；再久就告诉管理员漏了哪一段"
    return "告诉管理员漏了哪一段"


def length(can: Can) -> str:
    about = f"（约 {can.longest // BYTES_A_CHARACTER} 字）" if can.counts is Length.BYTES else ""
    longer = "长了不收" if can.groups is Groups.CONFIRMED else "长了在句子处分开"  # a group takes one message a day
    return f"{can.longest} {COUNTED[can.counts]}{about}，{longer}"


def pace(can: Can) -> str:
    limits = "、".join(_limit(limit) for limit in can.limits)
    if limits:
        return f"每个会话{limits}"
    return f"每个会话隔 {can.chat_pause.total_seconds():g} 秒" if can.chat_pause else "按平台说的慢下来"


def mention(can: Can) -> str:
    return "@得到" if can.mentions else "写名字"


def picture(can: Can) -> str:
    return "直接发" if can.pictures else "发链接（要填 public_url），不然说一声有照片"


def file(can: Can) -> str:
    return "直接发" if can.files else "发链接（要填 public_url），不然说一声有附件"


RESIDENT: Final[Columns] = {"报事": report, "知道进展": follow, "评价": rate}
STEWARD: Final[Columns] = {"叫到": called, "接单": accept, "办完以后": edited}
ADMIN: Final[Columns] = {"发通知": notices, "排班、任命、绑定": manage, "机器人掉线时": cut_off}
MESSAGES: Final[Columns] = {"一条最长": length, "多快": pace, "点名": mention, "照片": picture, "文件": file}


def _in_groups(can: Can) -> bool:
    return can.groups is not Groups.NEVER


def _choose(can: Can) -> str:
    return "点按钮" if can.buttons else "回复数字，如“1”"


def _window(can: Can) -> str:
    if can.answers is None:
        return ""
    hours = can.answers.lasts // timedelta(hours=1)
    return f"，他每说一句，{hours} 小时内最多回他 {can.answers.most} 条"


def _limit(limit: Limit) -> str:
    spans = {timedelta(minutes=1): "每分钟", timedelta(hours=1): "每小时", timedelta(days=1): "每天"}
    return f"{spans.get(limit.within, f'每 {limit.within.total_seconds():g} 秒')}最多 {limit.most} 条"


def _choice(about: About) -> list[str]:
    return [about.people, about.cost, about.risk]


def _told(columns: Columns) -> str:
    return _of_all(columns, lambda about: [tell(about.can) for tell in columns.values()])


def _of_all(heads: Iterable[str], cells: Callable[[About], list[str]]) -> str:
    heads = ["渠道", *heads]
    rows = [[_named(kind, about), *cells(about)] for kind, about in channels().items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))


def _named(kind: str, about: About) -> str:
    """The channel, with the way to its own page."""
    page = f"channels/{kind}.md"
    return f"[{about.title}]({page})" if (DOCS / page).is_file() else about.title
