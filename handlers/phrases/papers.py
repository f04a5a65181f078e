"""What is said where lists and figures of notices are given out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from handlers.notices.figures import Figures, OfNotice
from storage.broadcasts import Broadcast

VISIT_COLUMNS: Final = ("楼栋", "单元", "房号", "上门日期", "见到谁", "备注")
NOTICE_COLUMNS: Final = (
    "编号", "通知", "时间", "收到的群", "单独收到的人", "没发成", "说不准", "回了的户", "该回的户", "对不上户的人",
)  # fmt: skip
PLACE_COLUMNS: Final = ("地点", "该回的户次", "回了的户次")
HOUR_COLUMNS: Final = ("几点", "回了多少")
MOST_NOTICES: Final = 40  #: told one by one
_WIDEST: Final = 12  #: blocks of the longest bar


def notice_row(one: OfNotice, zone: ZoneInfo) -> Sequence[str | int]:
    """A notice as a row under `NOTICE_COLUMNS`."""
    at = f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}"
    return (
        one.number, one.gist, at, one.groups, one.people, one.failed, one.unsure, one.answered, one.doors, one.nameless,
    )  # fmt: skip


def month(figures: Figures) -> str:
    """A month in short."""
    when = f"{figures.month.year}年{figures.month.month}月"
    if not figures.notices:
        return f"{when}没有发过通知。"
    groups, failed = sum(one.groups for one in figures.notices), sum(one.failed for one in figures.notices)
    lines = [f"{when}发了 {len(figures.notices)} 条通知，到群 {groups} 次{f'，没发成 {failed} 次' if failed else ''}。"]
    lines += [_notice(one) for one in figures.notices[-MOST_NOTICES:]]
    if len(figures.notices) > MOST_NOTICES:
        lines.append(f"这里是最近 {MOST_NOTICES} 条，全的请导成表格。")
    asked, answered = sum(one.asked for one in figures.places), sum(one.answered for one in figures.places)
    if asked:
        lines.append(f"要回执的，{asked} 户次里回了 {answered} 户次（{100 * answered // asked}%）。")
    return "\n".join([*lines, *_hours(figures.hours)])


def _notice(one: OfNotice) -> str:
    parts = [f"{one.groups} 个群"] if one.groups or not one.people else []
    parts += [f"{one.people} 个人"] if one.people else []
    often, homes = (f"，发了 {one.rounds} 次", "户次") if one.rounds > 1 else ("", "户")
    answers = f"，{one.answered}/{one.doors} {homes}回了" if one.doors else ""
    nameless = f"，另有 {one.nameless} 人回了" if one.nameless else ""
    return f"{one.number} 号“{one.gist}”：{'、'.join(parts)}收到{often}{answers}{nameless}"


def _hours(hours: Mapping[int, int]) -> list[str]:
    """A bar for each hour at which somebody answered."""
    if not hours:
        return []
    most = max(hours.values())
    bars = [f"{hour:>2}点 {'▇' * max(1, round(_WIDEST * hours[hour] / most))} {hours[hour]}" for hour in sorted(hours)]
    return ["大家几点看的：", *bars]


def month_file(month: date, address: str, hours: float) -> str:
    """The link to the figures as a file."""
    return f"{month.year}年{month.month}月的统计在这里，打开点“下载”：\n{address}\n{hours:.0f} 小时内能下一次，请别转给别人。"


def visits(broadcast: Broadcast, doors: int, address: str, hours: float) -> str:
    """The link to the list of doors to knock at."""
    return (
        f"{broadcast.id} 号通知，您网格里有 {doors} 户没回、也没法单独提醒，上门的表在这里，打开点“下载”：\n{address}\n"
        f"{hours:.0f} 小时内能下一次。表里有门牌，请别转给别人。"
    )


def nobody_to_visit(broadcast: Broadcast) -> str:
    """When everybody has answered, or can be written to."""
    return f"{broadcast.id} 号通知在您网格里没有要上门的：都回了，或者能单独提醒到。没回的户发“未回 {broadcast.id}”看。"


def no_pages() -> str:
    """Where nobody outside can open our pages."""
    return "这里的网页从外面还打不开，给不了链接。请社区管理员在配置文件里写上 public_url。"


def only_alone(command: str) -> str:
    """When it is asked for in a group, and the asker cannot be written to alone."""
    return f"这个只能单独给您。请点我的头像，单独给我发“{command}”。"
