"""What is said where turns change hands: asked one to one, agreed by both, told to who looks after the place."""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.phrases.times import day_name, turn_name


def turn(place: str, starts: datetime, ends: datetime, today: date) -> str:
    """“锦绣小区3栋 明天（5月12日 周二）20:00 到次日 8:00”; both are local."""
    return f"{place} {turn_name(starts, ends, today)}"


def no_turn_then(name: str | None, day: date, today: date, coming: Sequence[str]) -> str:
    """When somebody has no turn on that day; `name` is None for the speaker himself."""
    text = f"{day_name(day, today)}{'没有您的班' if name is None else f'不是{name}的班'}。"
    if not coming:
        return text + ("您最近都没有排班。" if name is None else f"{name}最近都没有排班。")
    whose = "您接下来的班" if name is None else f"{name}接下来的班"
    return f"{text}{whose}：{'；'.join(coming)}。"


def which_turn(name: str | None, turns: Sequence[str]) -> str:
    """When somebody has several turns on that day."""
    return f"{'您' if name is None else name}那天有 {len(turns)} 个班：{'；'.join(turns)}。请带上钟点，比如“换班 周五晚上8点 赵强”。"


def turn_is_over() -> str:
    """When the turn has gone by."""
    return "那个班已经过去了，换不了。"


def not_with_yourself() -> str:
    """When somebody asks himself."""
    return "这是您自己，换不了。请写上要换的那一位的名字。"


def cannot_ask(name: str) -> str:
    """When there is no way to ask somebody alone."""
    return f"我还不能单独给{name}发消息，问不了。请{name}先单独给我发一句话，您再发一次；急的话请社区管理员来排。"


def cannot_take(name: str, place: str) -> str:
    """When somebody has no office where the turn is."""
    return f"{name}在{place}还没有任命，接不了单，顶不了这个班。请社区管理员先发“任命 {name} 红管家 {place}”。"


def is_on_already(name: str | None, turn: str) -> str:
    """When who is to take a turn has it at that time already; `name` is None for the speaker."""
    return f"{'您' if name is None else name}那时候自己也在班上（{turn}），没法再顶这个班。"


def is_on_leave(name: str) -> str:
    """When who is to take a turn is on leave."""
    return f"{name}那时候请了假，顶不了。请另找一位。"


def asks_to_take(name: str, turn: str, back: str | None) -> str:
    """To who is asked to take somebody's turn, and perhaps to give one of his own."""
    if back is None:
        return f"{name}想请您顶一个班：{turn}。方便吗？"
    return f"{name}想和您换班：{name}的 {turn} 给您，您的 {back} 给{name}。行吗？"


def asks_to_give(name: str, turn: str) -> str:
    """To whose turn somebody offers to take."""
    return f"{name}想替您顶班：{turn}。您同意吗？"


def asked(name: str, turn: str, back: str | None) -> str:
    """To who asked."""
    what = turn if back is None else f"您的 {turn}，换{name}的 {back}"
    return f"已经单独问{name}了：{what}。同意了才算数，有回话我告诉您。不换了发“不换班”。"


def asked_before(name: str, turn: str) -> str:
    """To who asks the same again."""
    return f"已经问过{name}了（{turn}），还在等他回话。不换了发“不换班”。"


def agreed(turn: str, back: str | None, giver: str, taker: str) -> str:
    """To both of them, and to who looks after the place."""
    text = f"换好了：{turn}，{giver}的班由{taker}来值"
    return f"{text}。" if back is None else f"{text}；{back}，{taker}的班由{giver}来值。"


def covered(turn: str, giver: str, taker: str) -> str:
    """The same where somebody stepped in at once."""
    return f"顶上了：{turn}，{taker}替{giver}值班。"


def filled(turn: str, taker: str) -> str:
    """The same where nobody was on duty."""
    return f"顶上了：{turn}，{taker}值班（原来没人）。"


def declined(name: str, turn: str) -> str:
    """To who had asked."""
    return f"{name}这次不方便：{turn}，还是照原来的排班。可以再问问别人，或者请社区管理员安排。"


def you_declined(name: str, turn: str) -> str:
    """To who says no."""
    return f"好的，不换。{turn}照原来的排班，我告诉{name}。"


def withdrawn(name: str, turn: str) -> str:
    """To who need not answer any more."""
    return f"{name}不换了：{turn}，照原来的排班，不用回了。"


def you_withdrew(turn: str) -> str:
    """To who takes his asking back."""
    return f"好的，不换了。{turn}照原来的排班。"


def yours_again(turn: str) -> str:
    """To who had given a turn to somebody who is no longer there; without the name, which is gone."""
    return f"接您班的那位注销了资料，这个班又归您了：{turn}。来不了请发“请假”或者再找人换。"


def called_off(turn: str) -> str:
    """To both, when one of them was taken off the roster there."""
    return f"班表改了，{turn} 这个班说好的换班、顶班不算了。现在谁值班，发“排班表”看。"


def nobody_answered(name: str, turn: str, *, own: bool) -> str:
    """To who asked, half a day before the turn; `own`: it is his."""
    text = f"{name}还没回话：{turn}。"
    return text + ("这个班现在还是您的，可以再问问别人，或者请社区管理员安排。" if own else "这个班还是照原来的排班。")


def nothing_to_answer() -> str:
    """When nobody has asked the speaker for anything."""
    return "现在没有等您答复的换班。要换自己的班，请发“换班 周五 赵强”。"


def which_to_answer(numbers: Sequence[tuple[int, str]], word: str) -> str:
    """When several wait for an answer."""
    lines = [f"{number}：{said}" for number, said in numbers]
    return "有几个换班在等您，请带上编号，比如“" + f"{word} {numbers[0][0]}”：\n" + "\n".join(lines)


def settled_already() -> str:
    """When it was answered or taken back before."""
    return "这个换班已经有结果了，不用再回。发“我的值班”看现在的班。"


def has_changed() -> str:
    """When the turn is no longer his who gave it."""
    return "这个班后来又变了，已经不是原来那个人的，这次没换成。发“排班表”看现在是谁。"


def nobody_to_relieve(place: str) -> str:
    """When it is not clear whose turn is taken."""
    return f"{place}现在值班的不是一个人。请写上名字，比如“顶班 王芳”。"


def you_are_on(place: str) -> str:
    """When who wants to step in is on duty there already."""
    return f"{place}现在就是您在值班。"


def not_yours_to_arrange() -> str:
    """When somebody who is no admin there says who is to step in for whom."""
    return "替别人安排要那里的社区管理员。您自己来顶，只写班上那位的名字就行，比如“顶班 周五 王芳”。"


def for_whom() -> str:
    """When 顶班 names nobody and no place."""
    return "要顶谁的班？请写上名字，比如“顶班 王芳”或“顶班 周五 王芳”。"


def mine(turns: Sequence[str], more: int) -> str:
    """Somebody's own coming turns."""
    tail = [f"后面还有 {more} 个。"] if more > 0 else []
    lines = ["您接下来的班：", *turns, *tail, "要换给别人发“换班 周五 赵强”，有事来不了发“请假 5月1日到3日”。"]
    return "\n".join(lines)


def always_on(place: str) -> str:
    """Among them, where somebody is on day and night."""
    return f"{place} 一直是您，没有排到头"


def none_of_yours() -> str:
    """When somebody has none."""
    return "您接下来两个月都没有排班。"
