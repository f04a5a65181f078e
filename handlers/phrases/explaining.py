"""The evidence for what was made of a message, in one line, to the staff."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from handlers.phrases import CATEGORY_NAMES
from handlers.understanding.why import Tie, Way
from storage.types import Act, Category

WAYS: Final = {
    Way.TALK: "从群里的话听出来的",
    Way.ASKED: "是对我说的，把握要求放低",
    Way.WORD: "是用“报修”登记的，我没有判断",
    Way.MODEL: "听了大模型的意见",
    Way.ANSWER: "我问了一句，有人说要登记",
    Way.STAFF: "是值班的人用“这是工单”登记的",
    Way.SPLIT: "是从别的工单里拆出来的",
}
TIES: Final = {
    Tie.QUOTE: "引用了那件事",
    Tie.SPEAKER: "是报的人说的",
    Tie.TAKES_PART: "是参与过的人说的",
    Tie.MENTION: "点了那件事里的人",
    Tie.TOPIC: "说的是同一类事",
    Tie.PLACE: "地点相符",
    Tie.HOME: "就住在那儿",
    Tie.TIME: "大家正说着那件事",
}
ACTS: Final = {
    "open": "报一件新事",
    "detail": "补充",
    "me_too": "“我家也是”",
    "resolved": "说已经好了",
    "question": "提问",
    "notice": "通知",
    "chatter": "闲聊",
}


def opened(number: int, codes: Mapping[str, Any], pieces: Sequence[str]) -> str:
    """Why a ticket was opened. `codes` as handlers/understanding/why.py makes them; `pieces` weighed most."""
    way = Way(codes["way"])
    if "share" not in codes:
        return f"{number} 号{WAYS[way]}。"
    share = f"像报事 {codes['share']}%（{codes['needed']}% 起登记）"
    parts = [f"{WAYS[way]}，{share}", _weightiest(pieces), _topic(codes), _urgency(codes)]
    return f"{number} 号{'；'.join(part for part in parts if part)}。"


def joined(number: int, act: Act, codes: Mapping[str, Any], pieces: Sequence[str]) -> str:
    """Why a message was counted to a ticket."""
    if codes.get("tied") is None:
        return opened(number, codes, pieces)
    by = "、".join(TIES[Tie(tie)] for tie in codes["ties"]) or "没有明显的线索"
    parts = [
        f"这句算到 {number} 号，当作{ACTS[act]} {codes['share']}%，和那件事有关 {codes['tied']}%",
        f"凭的是{by}",
        _weightiest(pieces),
        "听了大模型的意见" if codes["way"] == Way.MODEL else "",
    ]
    return f"{'；'.join(part for part in parts if part)}。"


def let_pass(codes: Mapping[str, Any], act: str, share: int, pieces: Sequence[str], asks: int) -> str:
    """Why nothing was made of a message: it is likeliest an `act`, with `share` percent."""
    asking = f"，{asks}% 起先问一句" if asks < codes["needed"] else ""
    parts = [
        f"这句没登记：像报事 {codes['share']}%（{codes['needed']}% 起登记{asking}）",
        f"更像{ACTS[act]}，{share}%",
        _weightiest(pieces),
        _urgency(codes),
    ]
    return f"{'；'.join(part for part in parts if part)}。要登记就引用它发“这是工单”。"


def _weightiest(pieces: Sequence[str]) -> str:
    return f"分量最重的是{''.join(f'“{piece}”' for piece in pieces)}" if pieces else ""


def _topic(codes: Mapping[str, Any]) -> str:
    (first, share), *others = ((CATEGORY_NAMES[Category(name)], share) for name, share in codes["topics"])
    second = "".join(f"，其次{name} {share}%" for name, share in others if share)
    return f"类别{first} {share}%{second}"


def _urgency(codes: Mapping[str, Any]) -> str:
    rule = f"，危险词（{CATEGORY_NAMES[Category(codes['danger'])]}）直接算紧急" if codes["danger"] else ""
    return f"紧急 {codes['alarm']}%（{codes['alarm_needed']}% 起算紧急）{rule}"


def not_kept(number: int) -> str:
    """Where a ticket has no reasons, because it came from before they were kept."""
    return f"{number} 号没有留下当时的依据。"


def forgotten() -> str:
    """When a message that became nothing is asked about too late."""
    return "那条我已经不记得了：没登记的话只在内存里留最近 50 条、两小时，重启就没有。"


def my_own() -> str:
    """When one of the bot's own messages is asked about that is about no ticket."""
    return "那是我自己说的话。想问哪件事，发“为什么”加编号，或者引用住户的那句话。"


def which_message() -> str:
    """When nothing is named."""
    return "想问哪一件？发“为什么 12”，或者引用那句话再发“为什么”。"
