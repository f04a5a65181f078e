"""What is said of who has read a notice."""

from collections.abc import Sequence
from typing import Final

from handlers.phrases.places import names
from handlers.phrases.previews import gist
from storage.broadcasts import Broadcast

MOST_LINES: Final = 40  #: buildings told one by one


def noted() -> str:
    """To who answers alone; in a group nothing is said."""
    return "记下了，谢谢。"


def which_door() -> str:
    """To somebody who has answered and whose door nobody knows: alone, and once for ever."""
    return "您回的“收到”我记下了，可不知道您是哪一户，社区会当那户还没看到。方便的话回一句“我是 2-1203”（几单元几号），只问这一次；不说也行。"


def reminder(broadcast: Broadcast, text: str) -> str:
    """To somebody whose household has not answered, alone; `text` is the notice as it is read there, where it can be."""
    said = f"：\n{text}\n\n" if text else f"“{gist(broadcast)}”。"
    return f"{broadcast.id} 号通知您还没回{said}看到了回“收到”或者“1”就行。只提醒这一次。"


def not_asked(number: int) -> str:
    """When somebody answers a notice that asks for no answer, or asks others, or no longer."""
    return f"{number} 号通知不用您回，或者已经过了回的时候。有事直接跟我说就行。"


def tally(broadcast: Broadcast, lines: Sequence[tuple[str, int, int]], nameless: int) -> str:
    """How many households have answered: by building its title, those that have, and all that are known."""
    answered, doors = sum(done for _, done, _ in lines), sum(all_ for _, _, all_ in lines)
    head = f"登记的 {doors} 户里 {answered} 户回了（{_share(answered, doors)}）" if doors else "那里还没有登记住户"
    shown = sorted(lines, key=lambda line: line[1] / line[2])[:MOST_LINES] if len(lines) > MOST_LINES else lines
    rows = [f"{where}：{done}/{all_} 户" for where, done, all_ in shown]
    rest = [f"这是回得最少的 {MOST_LINES} 处，一共 {len(lines)} 处。"] if len(lines) > MOST_LINES else []
    more = [f"另外有 {nameless} 人回了，对不上是哪一户。"] if nameless else []
    return "\n".join([f"{broadcast.id} 号通知的回执：{head}。", *rows, *rest, *more])


def _share(part: int, whole: int) -> str:
    return f"{100 * part // whole}%"


def missing(broadcast: Broadcast, rows: Sequence[tuple[str, int, Sequence[str]]]) -> str:
    """To a grid worker: by building its title, how many doors are known, and those that have not answered."""
    head = f"{broadcast.id} 号通知“{gist(broadcast)}”，"
    if not any(rooms for _, _, rooms in rows):
        return f"{head}您网格里登记的住户都回了。"
    lines = [f"{where}，{doors} 户里 {len(rooms)} 户没回：{'、'.join(rooms)}" for where, doors, rooms in rows if rooms]
    return "\n".join([f"{head}这些户还没回。名单只给您，请别转到群里。", *lines])


def handed_on(broadcast: Broadcast, told: int, deaf: Sequence[str], without: Sequence[str]) -> str:
    """After the lists went to the grid workers."""
    if not (told or deaf or without):
        return f"{broadcast.id} 号通知登记的住户都回了，没有名单要发。"
    text = f"{broadcast.id} 号通知没回的户，已经单独发给 {told} 位网格员。" if told else "名单一份也没发出去。"
    text += f"{names(deaf)}还没单独跟我说过话，发不到，请叫他们先加我、发一句话。" if deaf else ""
    return text + (f"{names(without)}没有网格员，请先用“任命”定一位。" if without else "")


def only_alone(broadcast: Broadcast) -> str:
    """When a list is asked for in a group, and the asker cannot be written to alone."""
    return f"这份名单只能单独给您。请点我的头像，单独给我发“未回 {broadcast.id}”。"


def not_your_buildings(broadcast: Broadcast) -> str:
    """When somebody asks for a list who is no grid worker where the notice went."""
    return f"名单只给楼栋的网格员看；{broadcast.id} 号通知没有发到您网格的楼栋，或者那里还没有登记住户。"


def asks_nothing(broadcast: Broadcast) -> str:
    """When answers are asked about to a notice that wants none."""
    return f"{broadcast.id} 号通知没有要回执。下次在通知最后另起一行写“要回执”，就会请每户回一声。"


def not_out_yet(broadcast: Broadcast) -> str:
    """When answers are asked about before a notice is out."""
    return f"{broadcast.id} 号通知还没发出去，等发了再看回执。"
