"""The figures of understanding as tables in Markdown, beside what is wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

NONE: Final = "—"


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should be: not below these, or not above them where less is better."""

    figure: str
    name: str
    least: float
    best: float
    less: bool = False

    def shown(self, value: float | None) -> str:
        """The value and a mark: ● reaches the aim, ○ what is wanted at the least, ✗ neither."""
        if value is None:
            return NONE
        sign = -1 if self.less else 1
        mark = "●" if sign * value >= sign * self.best else "○" if sign * value >= sign * self.least else "✗"
        return f"{_short(value)} {mark}"


AIMS: Final = (
    Aim("ticket_f1", "开没开单（F1）", 0.84, 0.93),
    Aim("actionable_f1", "开得能直接去办（F1）", 0.65, 0.80),
    Aim("category_accuracy", "类别对", 0.87, 0.93),
    Aim("location_exact", "地点全对", 0.86, 0.94),
    Aim("urgency_accuracy", "急不急对", 0.80, 0.88),
    Aim("emergency_recall", "紧急的找到了", 0.95, 1.0),
    Aim("emergency_precision", "说紧急的真紧急", 0.6, 0.6),
    Aim("link_f1", "归到哪张单（F1）", 0.75, 0.88),
    Aim("resolved_precision", "说办好了的真办好了", 0.85, 0.95),
    Aim("resolved_recall", "办好了的听出来了", 0.75, 0.90),
    Aim("intent_macro_f1", "四种意思（F1 平均）", 0.78, 0.88),
    Aim("false_tickets_per_1000_non_requests", "一千条没事的话里误开", 20, 8, less=True),
)
CASUAL_AIM: Final = Aim("false_per_1000", "一千条闲谈里误开（短信、微博、台词）", 5, 2, less=True)
LETTERS_AIM: Final = Aim("recall", "正式来信、热线记录里的诉求找到了", 0.90, 0.95)
COSTS: Final = (
    Aim("messages_per_s", "一个核每秒判断的消息", 2000, 5000),
    Aim("load_s", "新进程里从零到答出第一条，秒", 1.5, 0.7, less=True),
    Aim("load_cpu_s", "……其中占着处理器，秒", 1.5, 0.7, less=True),
    Aim("added_mb", "为此多占的内存，MB", 200, 120, less=True),
    Aim("slowest_s", "十万字的一条，最慢的，秒", 1.0, 1.0, less=True),
)
BY_AUTHOR: Final = ("ticket_f1", "actionable_f1", "category_accuracy", "location_exact", "urgency_accuracy", "link_f1")


def _short(value: float) -> str:
    """Three digits after the point, cut off so that nothing looks as if it reached what it has not; fewer above 1."""
    return f"{int(value * 1000 + 1e-9) / 1000:.3f}" if value <= 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)) + "\n"


def figures(found: Mapping[str, Any]) -> str:
    """How well: both sets of groups, casual talk, letters and alarms."""
    rows = [
        [a.name, *map(_short, (a.least, a.best)), *(a.shown(found[k][a.figure]) for k in ("dev", "held"))] for a in AIMS
    ]
    for aim, which in ((CASUAL_AIM, "casual"), (LETTERS_AIM, "letters")):
        rows.append([aim.name, *map(_short, (aim.least, aim.best)), NONE, aim.shown(found[which][aim.figure])])
    sorted_right = _short(found["letters"]["category_accuracy"])
    rows.append(["……找到的里面类别对", NONE, NONE, NONE, sorted_right])
    for name, figure in (("各种险情（一句话，没有前文）听成紧急的", "recall"), ("像险情其实不是，也喊了的", "false")):
        rows.append([name, NONE, NONE, NONE, _short(found["alarms"][figure])])
    sizes = [f"{found[k]['messages']} 条、{found[k]['gold_tickets']} 张单" for k in ("dev", "held")]
    head = ["没见过的话", "至少", "目标", f"dev（{sizes[0]}）", f"held（{sizes[1]}）"]
    return table(head, rows)


def bold(found: Mapping[str, Any]) -> str:
    """What a bolder or a shyer manner finds and opens in error."""
    rows = [
        [
            f"`{name}`",
            *(_short(sets[which][figure]) for which in ("dev", "held") for figure in sets[which]),
            _short(sets["casual"]["false_per_1000"]),
        ]
        for name, sets in found["manners"].items()
    ]
    each = [f"{name} {kind}" for name in ("dev", "held") for kind in ("精确率", "召回率", "千条误开")]
    return table(["`manner`", *each, "闲谈千条误开"], rows)


def missed(found: Mapping[str, Any]) -> str:
    """What is missed without a part."""
    wanted = ("ticket_f1", "actionable_f1", "location_exact", "emergency_recall", "link_f1")
    names = {aim.figure: aim.name for aim in AIMS}
    rows = [
        [name, *(" / ".join(_short(sets[which][figure]) for which in ("dev", "held")) for figure in wanted)]
        for name, sets in found["parts"].items()
    ]
    return table(["dev / held", *(names[figure] for figure in wanted)], rows)


def costs(found: Mapping[str, Any]) -> str:
    """How fast, how soon, how big."""
    paid = found["effort"]
    rows = [[a.name, *map(_short, (a.least, a.best)), a.shown(paid[a.figure])] for a in COSTS]
    rows.append(["同一轮里 rjieba 只分词，每秒", NONE, NONE, _short(paid["segmented_per_s"])])
    rows.append(["两者之比", NONE, NONE, f"{paid['ratio']:.4f}"])
    return table(["花费", "至少", "目标", "量得"], rows)


def written(found: Mapping[str, Any]) -> str:
    """Who wrote what."""
    return table(
        ["放在", "作者或文件", "群", "消息", "工单（单句：诉求）"],
        [
            [one["where"], one["what"], str(one["groups"] or "单句"), str(one["messages"]), str(one["tickets"])]
            for one in found["material"]
        ],
    )


def parts_of(found: Mapping[str, Any]) -> dict[str, str]:
    """Every table but that by author, under the name of its place in the paper."""
    return {
        "figures": figures(found),
        "manners": bold(found),
        "parts": missed(found),
        "costs": costs(found),
        "material": written(found),
    }


def author_row(authors: str, found: Mapping[str, Any]) -> list[str]:
    """A row of the table by left-out author."""
    names = {aim.figure: aim for aim in AIMS}
    said = [str(found["messages"]), str(found["gold_tickets"])]
    wanted = (*BY_AUTHOR, "false_tickets_per_1000_non_requests")
    return [authors, *said, *(names[figure].shown(found[figure]) for figure in wanted)]
