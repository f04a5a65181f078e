"""What is said about leave: to who takes it, and to who has to see that somebody is there."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final

from handlers.phrases.times import clock_name, date_name
from handlers.rules.duty import DAY

_MIDNIGHT: Final = time()
_NOON: Final = time(12)


def period(starts: datetime, ends: datetime, today: date) -> str:
    """“5月1日 周五 到 5月3日 周日”, “5月1日 周五 8:00 到 12:00”; both are local, the second exclusive."""
    if starts.time() == _MIDNIGHT and starts.date() < ends.date() and ends.time() <= _NOON:
        # A night belongs to the day on which it begins.
        first, last = starts.date(), ends.date() - DAY
        return date_name(first, today) if last <= first else f"{date_name(first, today)} 到 {date_name(last, today)}"
    last = ends.date() - DAY if ends.time() == _MIDNIGHT else ends.date()
    begins = f"{date_name(starts.date(), today)} {clock_name(starts.time())}"
    if ends.date() == starts.date():
        return f"{begins} 到 {clock_name(ends.time())}"
    end = "24:00" if ends.time() == _MIDNIGHT else clock_name(ends.time())
    return f"{begins} 到 {date_name(last, today)} {end}"


def entered(name: str | None, when: str, gaps: Sequence[str], numbers: Sequence[int]) -> str:
    """To who took leave, or, with a `name`, to who entered it for somebody."""
    who = "您" if name is None else name
    lines = [f"记下了：{who} {when} 请假，这段时间不派单给{who}。"]
    lines += ["空出来的班：", *gaps] if gaps else ["这段时间没有班。"]
    if gaps and name is None:
        lines.append("已经告诉社区了。自己找到人顶的话，请那位发“顶班”加您的名字。")
    return "\n".join(
        [*lines, *_in_hand(numbers), "提前回来发“销假”。" if name is None else f"提前回来发“销假 {name}”。"]
    )


def entered_before(when: str) -> str:
    """When the same leave is entered again."""
    return f"已经记过了：{when} 请假。不请了发“销假”。"


def entered_for_you(text: str) -> str:
    """To somebody for whom the admin entered it."""
    return f"社区替您记了：{text}"


def is_away(name: str, when: str, gaps: Sequence[str], numbers: Sequence[int]) -> str:
    """To who has to see that somebody is there."""
    lines = [f"{name} {when} 请假。"]
    lines += ["空出来的班：", *gaps, f"谁能顶，就请谁发“顶班 {name}”。"] if gaps else ["这段时间没有班。"]
    return "\n".join([*lines, *_in_hand(numbers)])


def gap(turn: str, others: Sequence[str], above: str | None) -> str:
    """A turn that is left, and who is there instead."""
    if others:
        return f"{turn}：还有{'、'.join(others)}在班"
    return f"{turn}：没人顶，有事先找上一级 {above}" if above else f"{turn}：没人顶，上一级也没有人"


def more_gaps(count: int) -> str:
    """Behind the turns that are shown."""
    return f"还有 {count} 个班没列出来。"


def was_not_away(name: str | None) -> str:
    """When there is no leave to end."""
    return f"{'您' if name is None else name}现在没有请假。"


def is_back(name: str, when: str) -> str:
    """To who was told of the leave."""
    return f"{name}销假了（原来 {when}），照常值班。已经换给别人的班还归别人。"


def back(name: str | None, when: str, coming: Sequence[str]) -> str:
    """To who ended it."""
    who = "您" if name is None else name
    text = f"好的，{who}的假销了（原来 {when}）。已经有人顶的班还由那位来值。"
    return text + (f"{who}接下来的班：{coming[0]}。" if coming else "")


def not_yours(name: str) -> str:
    """When an admin of some other place enters leave for somebody."""
    return f"{name}不归您管，要本人或那里的社区管理员来请。"


def _in_hand(numbers: Sequence[int]) -> list[str]:
    if not numbers:
        return []
    return [
        f"手上还有 {'、'.join(map(str, numbers))} 号没办完，请发“交接 姓名”请人都接过去，只转一张发“转单 {numbers[0]} 姓名”。"
    ]
