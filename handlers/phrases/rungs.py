"""Which steps a matter goes up where nobody accepts it, in the words of those who decide it."""

from collections.abc import Sequence
from typing import Final

from handlers.phrases.places import names
from storage.types import PlaceKind

STEP_NAMES: Final = {
    PlaceKind.BUILDING: "楼栋",
    PlaceKind.COMPOUND: "小区",
    PlaceKind.GRID: "网格",
    PlaceKind.COMMUNITY: "社区",
    PlaceKind.STREET: "街道",
}
EXAMPLE: Final = "往上叫 锦绣小区 楼栋、网格、社区"


def steps(kinds: Sequence[PlaceKind]) -> str:
    """“楼栋 → 网格 → 社区”."""
    return " → ".join(STEP_NAMES[kind] for kind in kinds)


def shown(place: str, kinds: Sequence[PlaceKind], said_at: str) -> str:
    """What holds at a place, and where that was said; empty: nowhere."""
    where = f"（在{said_at}定的）" if said_at else "（没有另定，全社区一样）"
    return f"{place}没人接的单这样往上叫：{steps(kinds)}{where}。要改就发“{EXAMPLE}”，取消另定发“往上叫 {place} 照旧”。"


def settled(places: Sequence[str], kinds: Sequence[PlaceKind], empty: Sequence[str]) -> str:
    """After it was said. `empty`: those of the places for which nobody at all answers now."""
    text = f"定下了。{names(places)}没人接的单这样往上叫：{steps(kinds)}。从下一张单起算，派出去的照原来的走。"
    if empty:
        text += f"注意：{names(empty)}这几级现在一个人也没有，叫不到人，请先“任命”或者“排班”。"
    return text


def unknown(said: str) -> str:
    """When a step has no name here."""
    return f"“{said[:20]}”不是哪一级。可以写 {'、'.join(STEP_NAMES.values())}，比如“{EXAMPLE}”。"


def empty() -> str:
    """When none is named."""
    return f"一级也没写，没人接的单就没处去了。请至少写一级，比如“{EXAMPLE}”。"


def round_and_round(kind: PlaceKind) -> str:
    """When one is named twice."""
    return f"{STEP_NAMES[kind]}写了两遍，单子会绕回去。每一级只写一次，从近到远，比如“{EXAMPLE}”。"


def downwards(kind: PlaceKind, after: PlaceKind) -> str:
    """When one lies below the one before it."""
    return f"{STEP_NAMES[kind]}写在{STEP_NAMES[after]}后面，单子会往回走。请从近到远写，比如“{EXAMPLE}”。"
