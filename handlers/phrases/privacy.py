"""What is kept of a person, and its going away."""

from collections.abc import Mapping, Sequence
from typing import Final

MOST_TICKETS: Final = 20
CHANNEL_NAMES: Final[Mapping[str, str]] = {"webchat": "网页群聊", "telegram": "Telegram"}


def nothing_kept() -> str:
    """To somebody of whom nothing is kept."""
    return "我这里没有您的资料。您在群里说的闲话我不存。"


def only_alone() -> str:
    """When personal data is asked for in a group, and the asker cannot be written to alone."""
    return "这是您自己的资料，不好在群里说。请点我的头像，单独给我发“我的数据”。"


def yours(name: str, home: str, phone: str, ways: Sequence[str], offices: Sequence[str], skills: Sequence[str]) -> str:
    """The first part of what is kept."""
    lines = [
        "我这里留的您的资料：",
        f"称呼：{name}",
        f"住处：{home or '没登记'}",
        f"电话：{phone or '没登记'}",
        f"账号：{'、'.join(ways) or '没有'}",
    ]
    if offices:
        lines.append(f"职务：{'、'.join(offices)}")
    if skills:
        lines.append(f"专长：{'、'.join(skills)}")
    return "\n".join(lines)


def way(channel: str, sender: str) -> str:
    """An identity: the channel as people call it, and its id there."""
    return f"{CHANNEL_NAMES.get(channel, channel)}（{sender}）"


def your_tickets(tickets: Sequence[tuple[int, int, int]]) -> str:
    """`tickets`: number, texts and pictures of each, newest first."""
    if not tickets:
        return "工单：没有"
    shown = "；".join(
        f"{number} 号（{texts} 段话{f'、{pictures} 张照片' if pictures else ''}）"
        for number, texts, pictures in tickets[:MOST_TICKETS]
    )
    more = f"；还有 {len(tickets) - MOST_TICKETS} 张更早的" if len(tickets) > MOST_TICKETS else ""
    return f"工单：{shown}{more}。内容发“工单 {tickets[0][0]}”这样看"


def the_rest(
    told: int,
    held: int,
    shifts: int,
    changes: int,
    hours: int,
    calendars: int,
    calls: int,
    shared: int,
    readbacks: int,
    codes: int,
    examples: int,
    *,
    writing: bool,
) -> str:
    """What else there is, and how to object."""
    parts = [
        f"我单独发给您的话 {told} 条",
        f"没处理完的话 {held} 条" if held else "",
        f"值班 {shifts} 行" if shifts else "",
        f"换班、请假这些 {changes} 条" if changes else "",
        f"您有空的时间 {hours} 段" if hours else "",
        f"和别人一起办的事 {shared} 件" if shared else "",
        f"回过“收到”的通知 {readbacks} 条" if readbacks else "",
        "一份没写完的通知（回“取消写通知”就不留）" if writing else "",
        f"近来叫您接单，您回没回、多久回的（{calls} 次的合计，慢慢淡忘）" if calls else "",
        f"日历地址 {calendars} 个" if calendars else "",
        f"登录和关联用的码 {codes} 个" if codes else "",
        f"值班的人纠正过、留着当例子的话 {examples} 条" if examples else "",
    ]
    return f"另外：{'、'.join(part for part in parts if part)}。\n不想留，发“删除我的数据”。"


def sure_to_delete(*, staff: bool, open_numbers: Sequence[int], only_admin: bool) -> str:
    """Before everything goes."""
    lines = ["要删掉您的称呼、住处、电话、账号，还有您说过的话和照片吗？删了找不回来，只剩“有人报过”这样的数字。"]
    if open_numbers:
        numbers = "、".join(map(str, open_numbers))
        lines.append(f"您还有没办完的工单（{numbers} 号）：门牌号留到办完为止，但办好了我就通知不到您了。")
    if staff:
        lines.append("您的职务和排班也会一起取消，我会请社区另外安排人。")
    if only_admin:
        lines.append("您是唯一的管理员：删了以后，要在服务器上用 guanjia invite 再请一位。")
    return "\n".join([*lines, "确定的话，10 分钟内发“确认删除”。"])


def not_asked() -> str:
    """When a confirmation comes without its question, or too late."""
    return "要删除您的资料，请先发“删除我的数据”，看清楚再发“确认删除”。"


def deleted() -> str:
    """The last words to somebody."""
    return "都删掉了：称呼、住处、电话、账号、您说的话。照片的文件一两天内清掉。以后您再找我办事，就当第一次认识。"


def left_a_gap(shifts: Sequence[str], rotations: Sequence[str], numbers: Sequence[int]) -> str:
    """To the admins; without the name, which is gone. `rotations`: where others took turns with the one who is gone."""
    lines = ["有一位同志注销了自己的资料，职务和排班一起取消了。"]
    if shifts:
        lines.append(f"空出来的班：{'；'.join(shifts)}。请用“排班”补上人。")
    if rotations:
        lines.append(f"{'、'.join(rotations)}的轮班由其余的人接着轮，少了一位。发“轮班 地点”可以看。")
    if numbers:
        lines.append(f"他手上没办完的工单：{'、'.join(map(str, numbers))} 号。请用“转单”交给别人。")
    return "\n".join(lines)
