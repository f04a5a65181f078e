"""What is said of notices that come in a file."""

from collections.abc import Sequence

from handlers.phrases.places import names


def taken(numbers: Sequence[int], there: int) -> str:
    """After `guanjia notice`. `there`: how many were taken before."""
    before = f"另有 {there} 条以前收过，没有再收。" if there else ""
    if not numbers:
        return f"没有新的通知。{before}"
    return f"收下 {len(numbers)} 条：{listed(numbers)}，都还没发，等管理员在聊天里确认。{before}"


def to_confirm(numbers: Sequence[int]) -> str:
    """To the author, one to one."""
    return (
        f"从文件收下了您的 {len(numbers)} 条通知：{listed(numbers)}，都还没发。发“改通知 {numbers[0]}”看内容，"
        f"没问题回“确认 {numbers[0]}”，一条一条确认才发；24 小时不确认就作废。"
    )


def listed(numbers: Sequence[int]) -> str:
    """“5、6、7 号”."""
    return f"{names([str(number) for number in numbers], 20)} 号"


def no_community() -> str:
    """When nothing is set up."""
    return "还没有社区。请先运行 guanjia import 录入。"


def which_author(name: str | None, admins: Sequence[str]) -> str:
    """When it is not clear whose notices they are."""
    known = f"管理员有：{names(admins)}。" if admins else "还没有管理员，请先运行 guanjia invite。"
    if name is not None:
        return f"没有叫“{name}”的管理员，或者不止一位。{known}"
    return f"算谁写的？请加上 --author 和名字。{known}"


def unclear_audience() -> str:
    """When the audience cannot be read."""
    return "没看懂发给谁。请像“全体”“3栋、4栋”“锦绣小区除了5栋”“全体红管家”这样写。"


def unclear_time() -> str:
    """When a time cannot be read, or may mean two things."""
    return "没看懂是什么时候。请像“11月25日上午9点”“每周一9点”这样写清楚，空着就是马上。"


def yes_or_no() -> str:
    """When a cell is neither."""
    return "请写“是”或“否”，空着就是否。"


def no_such_file(name: str) -> str:
    """When a file that notices are to carry cannot be read."""
    return f"没有找到附件 {name}，或者打不开。请核对文件名和所在的文件夹，通知一条都没有收。"


def file_refused(name: str, why: str) -> str:
    """When a file cannot go with a notice."""
    return f"附件 {name}：{why}通知一条都没有收。"
