"""`guanjia learn`: from the words that the staff set right to weights that know them, if they are better."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from unicodedata import east_asian_width

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Config
from bot.finding import Finding, missing, ready
from bot.joining import prepare
from bot.learned import InUse, Shelf, State
from bot.reader import make_reader
from bot.section import Misconfigured
from bot.transact import transact
from handlers.corrections import examples
from handlers.understanding.model.adapting import Example, learnable
from handlers.understanding.model.comparing import MARGINS, Comparison, Lived, compare
from handlers.understanding.model.data import Transcript
from handlers.understanding.model.held import held
from handlers.understanding.model.learned import Learned
from storage import corrections
from storage.database import Sessions, open_database

#: What each figure is called, and how it is written.
FIGURES: Final = {
    "ticket_f1": ("该登记的登记对（F1）", "{:.3f}"),
    "actionable_f1": ("类别地点都对，能直接派（F1）", "{:.3f}"),
    "category": ("类别认对", "{:.3f}"),
    "emergencies": ("紧急的没漏", "{:.3f}"),
    "false_tickets": ("每千句闲话误登记", "{:.1f}"),
}
IN_USE: Final = {
    State.SHIPPED: ready("理解模型装好了，用的是出厂的。"),
    State.OTHER: missing("学到的说法是给另一个版本学的，没有用，用的是出厂的。运行 guanjia learn 重新学一遍。"),
    State.BROKEN: missing(
        "学到的说法存坏了，没有用，用的是出厂的。运行 guanjia learn 重新学，或者 guanjia learn --undo 退回去。"
    ),
}
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
LATER: Final = "正在运行的要重启 guanjia serve 才用上。"


async def learned(config: Config, *, dry_run: bool) -> str:
    """What was learned and compared, and what came of it.

    Raises:
        Misconfigured: The database or the shipped weights cannot be used, or nothing can be written.
    """
    await prepare(config)
    async with open_database(config.database_url) as sessions:
        return await learn_from(sessions, config, dry_run=dry_run)


async def learn_from(
    sessions: Sessions, config: Config, *, dry_run: bool, sample: Callable[[], Sequence[Transcript]] = held
) -> str:
    """The same with the database that is open; `sample` is what must not be taken less well, read if there is need."""
    kept, shelf = await transact(sessions, examples.lessons), Shelf(config.learned_dir)
    used, usable = shelf.in_use(), [example for example in kept if learnable(example)]
    if nothing := _nothing_to_learn(kept, usable, used):
        return nothing
    before = _before(used.learned, kept) if used.learned else None
    found = compare(make_reader(config.house().manner), before, usable, sample())
    if found.better and not dry_run:
        _keep(shelf, Learned(found.change, shelf.digest(), max(one.at for one in kept), len(kept)))
    return "\n".join((_heading(kept, usable), *_table(found), _outcome(found, dry_run=dry_run)))


def undone(config: Config) -> str:
    """What is in use after the last learning was taken back."""
    shelf = Shelf(config.learned_dir)
    try:
        if not shelf.undo():
            return "没有学过，用的就是出厂的，不用退。"
    except OSError as error:
        raise Misconfigured(_unwritable(shelf)) from error
    now = shelf.in_use().state
    return ("退回上一次学的了。" if now is State.LEARNED else "退回出厂的了。") + LATER


def in_use(config: Config) -> Finding:
    """Which weights the service uses."""
    used = Shelf(config.learned_dir).in_use()
    if used.learned is None:
        return IN_USE[used.state]
    on = used.learned.until.astimezone(config.community.time_zone)
    return ready(f"理解模型装好了，加上 {used.learned.count} 句改正过的话里学到的说法（截至 {on:%Y-%m-%d}）。")


async def waiting(session: AsyncSession, config: Config) -> list[Finding]:
    """How many corrections are not learned."""
    used = Shelf(config.learned_dir).in_use().learned
    count = await corrections.count(session, used.until if used else None)
    return [ready(f"有 {count} 句改正过的话还没学，想学就运行 guanjia learn。")] if count else []


def _nothing_to_learn(kept: Sequence[Example], usable: Sequence[Example], used: InUse) -> str | None:
    if not kept:
        return "还没有人改正过，没有什么可学。值班的人发“不是工单”“这是工单”“改类别”，那句话就会留下来学。"
    if len({example.text for example in usable}) < 2:
        return "改正过的话还不够，至少要有两句不同的，才能拿一句学、拿另一句比。"
    now = max(example.at for example in kept), len(kept)
    if used.learned is not None and (used.learned.until, used.learned.count) == now:
        return "没有新改正的话，上次都学过了。"
    return None


def _before(learned: Learned, kept: Sequence[Example]) -> Lived:
    """What was learned before; where some of its corrections are gone, none of it counts as learned."""
    whole = sum(example.at <= learned.until for example in kept) == learned.count
    return Lived(learned.change, learned.until if whole else LONG_AGO)


def _keep(shelf: Shelf, learned: Learned) -> None:
    try:
        shelf.put(learned)
    except OSError as error:
        raise Misconfigured(_unwritable(shelf)) from error


def _unwritable(shelf: Shelf) -> str:
    return f"文件夹 {shelf.folder} 写不进去，什么都没换。请给运行红管家的用户写的权限。"


def _heading(kept: Sequence[Example], usable: Sequence[Example]) -> str:
    rest = len(kept) - len(usable)
    left = f"（另有 {rest} 句并到别的工单里的，离了上文看不懂，不学）" if rest else ""
    return f"拿 {len(usable)} 句改正过的话学了一遍{left}，和现在用的比：\n"


def _table(found: Comparison) -> Sequence[str]:
    """A line a figure: the shipped weights, those learned before where there are any, the new ones, the margin."""
    columns = [found.shipped, *([found.used] if found.used else []), found.new]
    rows = [["", "出厂", *(["现在"] if found.used else []), "新学", "最多差"]]
    for name, (title, form) in FIGURES.items():
        rows.append([title, *(form.format(getattr(one, name)) for one in columns), form.format(MARGINS[name])])
    right = [f"{count}/{found.corrections}" for count in (found.right_before, found.right_after)]
    rows.append(["改正过的话听对（学时不看它）", *([""] if found.used else []), *right, "要更多"])
    return ["".join((_wide(row[0], 32), *(_wide(cell, 10) for cell in row[1:]))).rstrip() for row in rows]


def _wide(text: str, columns: int) -> str:
    """`text` filled up to so many columns of a terminal, of which a Chinese character takes two."""
    return text + " " * (columns - sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text))


def _outcome(found: Comparison, *, dry_run: bool) -> str:
    if found.worse:
        names = "、".join(FIGURES[name][0] for name in found.worse)
        return f"\n没有换：没学过的群里变差了（{names}），学到的不能用。请看看有没有改错的。"
    if not found.better:
        return "\n没有换：改正过的话没有听得更准。再攒一些，同一种说法有几句才学得会。"
    if dry_run:
        return "\n可以换。这次只比较，没有换。"
    return f"\n换上了。{LATER}想退回去：guanjia learn --undo"
