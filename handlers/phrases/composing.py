"""What the bot says when a notice cannot be taken as it was written."""

from collections.abc import Sequence

from handlers.phrases.places import names


def expires_in_the_past() -> str:
    """When a notice is of use until a time that has gone by."""
    return "有效的时间已经过了，这条没有收下。请换一个以后的时间，比如“有效到 明天18:00”。"


def expires_before() -> str:
    """When a notice is of no use any more when it goes."""
    return "有效的时间比发的时间还早，这条没有收下。请看看是不是写反了。"


def no_exclusion() -> str:
    """When 除了 names no place."""
    return "没看出来除了哪里，这条没有收下。请这样写：“通知 全体除了5栋：内容”。"


def no_people(whom: str) -> str:
    """When nobody who holds the office can be written to alone."""
    return f"{whom}里还没有我能单独发消息的人，发不出去。请叫他们先加我、发一句话，再重新发。"


def not_your_place(places: Sequence[str]) -> str:
    """When an admin writes to places of others."""
    return f"{names(places)}不归您管，这条没有收下。请只写您管的地方，或请那里的管理员来发。"


def no_time() -> str:
    """When the head of a notice begins like a time that nobody can read."""
    return "没看懂什么时候发，这条没有收下。请换个说法，比如“明天上午9点”“每周一和周四18:30”“每月最后一个工作日”；不写时间就是马上发。"


def no_audience() -> str:
    """When the head of a notice names no place."""
    return "没看出来发给谁，这条没有收下。请这样写：“通知 3栋、4栋：内容”，全社区就写“全体”。"


def no_words() -> str:
    """When a notice has neither words nor pictures nor files."""
    return "通知还没有内容。请在冒号后面写上，比如“通知 明天上午9点 3栋：明天停水，请提前接水”。"


def no_files_here() -> str:
    """When a file came on a channel that does not hand it over."""
    return "文件在这里收不下来，请到网页群聊或 Telegram 单独发给我。"


def time_is_past() -> str:
    """When a notice is to go out before now."""
    return "这个时间已经过了，这条没有收下。请换一个以后的时间；要马上发就不写时间。"


def too_long(length: int, most: int) -> str:
    """When a notice has too many characters."""
    return f"一条通知最多 {most} 字，这条有 {length} 字，没有收下。请写短一点，或分两条发。"


def no_groups(places: Sequence[str], *, left_out: bool = False) -> str:
    """When no group belongs to any of the places."""
    if left_out:
        return f"{names(places)}除掉您说的那些，一个群也不剩了，这条没有收下。请看看除了的是不是写多了。"
    return f"{names(places)}还没有我在的群，发不出去。请先把我拉进群，在群里发绑定码绑定楼栋。"
