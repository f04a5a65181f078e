"""What the bot says of tasks for several people. In a group nobody who helps is named."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.phrases.tickets import title
from handlers.phrases.times import moment_name
from storage.tickets import Ticket


def when(starts_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """“明天（5月12日 周二）9:00”; empty where no time was said."""
    return moment_name(starts_at, now, zone) if starts_at is not None else ""


def _at(time: str) -> str:
    return f"，{time}" if time else ""


def wanted_in_group(ticket: Ticket, count: int, time: str) -> str:
    """Into the group."""
    return f"{title(ticket)}要 {count} 个人搭把手{_at(time)}。能来的回“报名 {ticket.number}”，多报的排候补。"


def please_help(ticket: Ticket, by: str, count: int, time: str, details: str) -> str:
    """To each volunteer of the place, alone. `details` are empty where the matter is private."""
    more = f"。\n{details}\n" if details else "，要办什么，报上名再细讲。"
    return (
        f"{by}在找 {count} 个人一起办 {title(ticket)}{_at(time)}{more}"
        f"能来回“报名 {ticket.number}”，不方便回“不去 {ticket.number}”，不要紧。"
    )


def recruiting(ticket: Ticket, count: int, time: str, *, in_group: bool, asked: int) -> str:
    """To who recruits."""
    where = [part for part in ("群里说了" if in_group else "", f"单独问了 {asked} 位" if asked else "") if part]
    how = f"，{'，'.join(where)}" if where else "，这会儿没有别的人能问，请当面招呼几位"
    later = "" if time else f"还没定时间，定了发“招募 {ticket.number} {count}人 周六上午9点”。"
    return f"{ticket.number} 号招 {count} 个人{_at(time)}{how}。齐了我告诉您。{later}"


def changed(ticket: Ticket, count: int, time: str) -> str:
    """To those who come, when the task was changed."""
    return f"{title(ticket)}改了：要 {count} 个人{_at(time)}。来不了就回“不去 {ticket.number}”，不要紧。"


def help_is_sought(ticket: Ticket, count: int, time: str) -> str:
    """To those who reported it, alone."""
    return f"{title(ticket)}在找 {count} 个人来办{_at(time)}，人齐了告诉您。"


def you_come(ticket: Ticket, place: int, count: int, time: str, details: str) -> str:
    """To who signed up and is among those who do it."""
    head = f"{title(ticket, rooms=bool(details))}报上了，您是第 {place} 个，一共要 {count} 个{_at(time)}。"
    body = f"\n{details}\n" if details else ""
    return f"{head}{body}来不了早点回“不去 {ticket.number}”，不要紧。"


def you_wait(ticket: Ticket, place: int, count: int) -> str:
    """To who signed up when there were enough."""
    return f"{ticket.number} 号的 {count} 个人已经够了，您排候补第 {place}。有人来不了就轮到您，我马上告诉您。"


def signed_up_already(ticket: Ticket) -> str:
    """When somebody signs up twice."""
    return f"{ticket.number} 号您已经报过了。看排第几，发“排队 {ticket.number}”；来不了，发“不去 {ticket.number}”。"


def clashes(tasks: Sequence[tuple[Ticket, str]]) -> str:
    """After the answer, when it falls into something else that he has agreed to."""
    listed = "、".join(f"{ticket.number} 号（{time}）" for ticket, time in tasks)
    return f"\n注意：和您答应过的 {listed}时间撞上了，只能去一处的话，回“不去”加编号。"


def your_turn(ticket: Ticket, count: int, time: str, details: str) -> str:
    """To who waited and is in now."""
    body = f"\n{details}" if details else ""
    return f"轮到您了：{title(ticket, rooms=bool(details))}有人来不了，您补上{_at(time)}，一共 {count} 个人。{body}\n来不了早点回“不去 {ticket.number}”，不要紧。"


def you_wait_again(ticket: Ticket, place: int) -> str:
    """To who was in, when fewer are wanted."""
    return f"{ticket.number} 号改成要的人少了，您先排候补第 {place}，要人时再叫您。谢谢！"


def enough(ticket: Ticket, count: int, time: str, names: Sequence[str], *, led: bool) -> str:
    """To everybody concerned, alone. `led`: somebody of the staff has the ticket."""
    text = f"{title(ticket)}的 {count} 个人齐了{_at(time)}：{'、'.join(names)}。"
    return text if led else f"{text}还没有红管家接单牵头，先互相招呼着。"


def and_enough(names: Sequence[str]) -> str:
    """After the answer to who came last. Without names where others read along."""
    return f"\n人齐了{f'：{chr(12289).join(names)}' if names else ''}。"


def enough_for_reporter(ticket: Ticket, count: int, time: str) -> str:
    """To those who reported it, alone."""
    return f"{title(ticket)}的人手齐了，{count} 个人{_at(time)}来。"


def short_again(ticket: Ticket, missing: int) -> str:
    """To who has the ticket, when somebody left and nobody waited."""
    return f"{title(ticket, rooms=True)}有人来不了，还差 {missing} 个，也没有候补。请再招呼一下。"


def not_coming(ticket: Ticket, *, was_in: bool) -> str:
    """To who says no or leaves in time."""
    if was_in:
        return f"好，{ticket.number} 号不算您了，不要紧。谢谢您早说。"
    return f"好，{ticket.number} 号这次不叫您了，不要紧。"


def not_coming_late(ticket: Ticket, until: timedelta) -> str:
    """To who leaves late."""
    hours = int(until.total_seconds() // 3600)
    return f"好，{ticket.number} 号不算您了，我马上找人补。离开始不到 {hours} 小时，这次记一笔；下次早点说就不记。"


def remind(ticket: Ticket, time: str, details: str) -> str:
    """The evening before and two hours before, to each who comes, alone."""
    body = f"\n{details}" if details else ""
    return (
        f"提醒您：{title(ticket, rooms=bool(details))}，{time}，等您一起。{body}\n来不了赶快回“不去 {ticket.number}”。"
    )


def queue(ticket: Ticket, count: int, coming: Sequence[str], place: int | None) -> str:
    """To who asks who is before and after him. `place`: his own among `coming`, from 0; None: he is not in it."""
    short = max(count - len(coming), 0)
    state = f"还差 {short} 个" if short else f"够了，候补 {len(coming) - count} 个"
    head = f"{ticket.number} 号要 {count} 个人，报了 {len(coming)} 个，{state}。"
    if place is None:
        return f"{head}您没在里面，想来回“报名 {ticket.number}”。"
    before, behind = "、".join(coming[:place]) or "没有人", "、".join(coming[place + 1 :]) or "没有人"
    mine = f"您在里面，是第 {place + 1} 个" if place < count else f"您排候补第 {place - count + 1}"
    return f"{head}{mine}。您前面：{before}；您后面：{behind}。"


def queue_in_group(ticket: Ticket, count: int, coming: int) -> str:
    """The same where others read along."""
    short = max(count - coming, 0)
    return f"{ticket.number} 号要 {count} 个人，报了 {coming} 个，{f'还差 {short} 个' if short else '够了'}。"


def state(count: int, coming: int) -> str:
    """As a part of what is told of a ticket."""
    return f"要 {count} 个人，报了 {coming} 个"


def no_task(ticket: Ticket) -> str:
    """When somebody signs up for what is no task for several."""
    return f"{ticket.number} 号不用报名。要接单发“接单 {ticket.number}”，看进度发“工单 {ticket.number}”。"


def how_many(ticket: Ticket | None, most: int) -> str:
    """When the number is missing or out of bounds."""
    number = ticket.number if ticket is not None else 12
    return f"要几个人？1 到 {most} 个都行，比如“招募 {number} 4人 周六上午9点”。"


def gone_by() -> str:
    """When it should have begun already."""
    return "这个时间已经过了，请写以后的时间，比如“明天上午9点”。"


def say_need() -> str:
    """When nothing is said."""
    return "请说要做什么、要几个人、什么时候，比如“需求 搬家具要4个人，周六上午9点”。"


def opened_in_group(ticket: Ticket, count: int, time: str, called: Sequence[str]) -> str:
    """After a need was said in the group."""
    who = f"已经告诉值班的{'、'.join(called)}。" if called else ""
    return f"记下了，{wanted_in_group(ticket, count, time)}{who}"


def opened_alone(ticket: Ticket, count: int, time: str, called: Sequence[str]) -> str:
    """The same, to who said it alone."""
    whom = f"已经告诉{'、'.join(called)}" if called else "已经报给社区"
    return f"记下了，{title(ticket, rooms=True)}，要 {count} 个人{_at(time)}。{whom}，人齐了我告诉您，群里不会提。"
