"""Why somebody was asked, and what is said to who cannot go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.phrases import CATEGORY_NAMES
from handlers.rules.dispatch import By, Skip
from storage.tickets import Ticket

#: To the staff. Who reported it and who is complained of are parties alike: which of the two is nobody's business.
SKIPPED: Final[Mapping[Skip, str]] = {
    Skip.REPORTER: "和这事有关",
    Skip.COMPLAINED_OF: "和这事有关",
    Skip.GAVE_BACK: "退过这张单",
    Skip.REFUSED: "说了去不了",
    Skip.SILENT: "问过，没有回音",
    Skip.ON_LEAVE: "请假",
    Skip.OFF_HOURS: "不在他给的时间里",
    Skip.FULL: "手上的单够多了",
    Skip.CALLED_ENOUGH: "今天叫过他好几回了",
    Skip.UNABLE: "",
}
REASONS: Final[Mapping[By, str]] = {
    By.ALONE: "能去的只有{name}",
    By.ANSWERS: "{name}平时有回音",
    By.OPEN: "{name}手上的单最少",
    By.TAKEN: "{name}近来接得最少",
    By.NEAR: "{name}就是这一栋的",
    By.ABLE: "{name}会这个",
    By.QUICK: "{name}这个钟点回得快",
    By.LAST: "{name}最久没轮到",
    By.LOT: "几个人一样闲，抽签轮到{name}",
}


Answers = tuple[str, int, int, int]  #: a name, calls, answers, and the minutes after which an answer comes

FIRST: Final = "手上少、近来接得少的先叫，本栋的、这个钟点回得快的再排前一点，好久没回音的放后面"


@dataclass(frozen=True, slots=True)
class Told:
    """One step, as it is told: `place` is where those called answer for, in full; names are at most `SHOWN`."""

    place: str
    called: Sequence[str]
    passed: Sequence[tuple[str, Skip]] = ()
    before: Sequence[str] = ()  #: who was called at earlier steps
    needed: Sequence[str] = ()
    able: bool = True
    by: By | None = None  #: what put the one who was asked before the others; None where several were called
    few: bool = False  #: a few were called, and others later
    far: Sequence[str] = ()  #: those of them who are of other buildings
    answers: Sequence[Answers] = ()  #: how they usually answer
    emergency: bool = False
    at_most: bool = True  #: False: all had enough in hand, so that this did not count
    company: bool = False  #: they are the property company
    instead: bool = False  #: … which should have been called, and there is none


SHOWN: Final = 8


def why(ticket: Ticket, told: Told) -> str:
    """To the staff of the place: one or two sentences."""
    called = _reason(told) if told.called else "没有叫到人"
    parts = [
        f"{ticket.number} 号是{CATEGORY_NAMES[ticket.category]}的事，归{told.place}",
        "紧急的事从下到上值班的都叫" if told.emergency else "",
        "按派单规则给物业" if told.company else "",
        "派单规则说给物业，可这里没有登记物业的人，就照旧叫" if told.instead else "",
        f"前面叫过{'、'.join(told.before)}，没人接" if told.before else "",
        _skilled(told),
        called if told.at_most else f"大家手上的单都够多了，{called}",
        _answering(told),
    ]
    passed = [f"{name}（{SKIPPED[why]}）" for name, why in told.passed if SKIPPED[why]]
    first = "；".join(part for part in parts if part)
    return f"{first}。没叫{'、'.join(passed)}。" if passed else f"{first}。"


def _reason(told: Told) -> str:
    names = "、".join(told.called)
    if told.few:
        helping = f"（{'、'.join(told.far)}是邻楼来帮忙的）" if told.far else ""
        return f"先叫了{names}{helping}，谁先接算谁的；{FIRST}"
    if told.by is None:
        return f"叫了{names}，谁先接算谁的"
    return f"{REASONS[told.by].format(name=names)}，先问他"


def _answering(told: Told) -> str:
    """How they usually answer, at this time of day."""
    said = [
        f"{name}近来叫了 {asked} 次回了 {came} 次，平均约 {minutes} 分钟" for name, asked, came, minutes in told.answers
    ]
    return f"这个钟点{'，'.join(said)}" if said else ""


def _skilled(told: Told) -> str:
    if not told.needed or told.emergency:
        return ""
    skill = "或".join(told.needed)
    if told.able and told.few:
        return f"至少叫一个会{skill}的"
    return f"先找会{skill}的" if told.able else f"没有人登记会{skill}，就不分专长"


def why_you(ticket: Ticket, told: Told, skills: Sequence[str]) -> str:
    """To the one who was called: nothing of the others."""
    here = "您在邻楼值班" if told.far else "这会儿您在管那里"
    duty = f"{ticket.number} 号归{told.place}，{here}" + (f"，又会{'、'.join(skills)}" if skills else "")
    reason = REASONS[told.by].format(name="您") + "，先问您" if told.by else "在岗的都叫了，谁先接算谁的"
    if told.few:
        reason = f"{'您是邻楼来帮忙的，' if told.far else ''}先叫几个人，谁先接算谁的；{FIRST}"
    return f"{duty}；{reason}。去不了就回“去不了 {ticket.number}”，没关系的。"


def why_not_you(ticket: Ticket, reason: Skip | None) -> str:
    """To who asks why him, and was not called; `reason` only where it is his own."""
    said = "是您自己报的" if reason is Skip.REPORTER else SKIPPED[reason] if reason else ""
    return f"{ticket.number} 号没有叫您{f'：{said}' if said else ''}。想接的话发“接单 {ticket.number}”。"


def in_pool(ticket: Ticket) -> str:
    """When it waits for whoever claims it."""
    return f"{ticket.number} 号按派单规则放在需求清单里，没有单叫谁，等人发“认领 {ticket.number}”。"


def not_called(ticket: Ticket) -> str:
    """When nobody was called yet."""
    return f"{ticket.number} 号还没有叫过谁。"


def called_so_far(ticket: Ticket, steps: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """Who was called: when, for which place, who."""
    lines = [f"{when} {place}：{'、'.join(names)}" for when, place, names in steps]
    return "\n".join([f"{ticket.number} 号叫过：", *lines])


def others_are_asked(ticket: Ticket) -> str:
    """To who cannot go, while others are asked as well."""
    return f"好的，{ticket.number} 号不用您去了，也不再叫您；别人那里还在等回话。"


def somebody_else_is_asked(ticket: Ticket) -> str:
    """To who cannot go and was the one to be asked."""
    return f"好的，{ticket.number} 号不用您去了，已经转出去了，另叫人接。"


def give_it_back(ticket: Ticket) -> str:
    """To who has accepted it and says that he cannot go."""
    return f"{ticket.number} 号已经在您手上了。去不了请发“退单 {ticket.number} 原因”，我马上另找人。"
