"""What is said to somebody who opens the chat with the bot, perhaps by a building's code."""


def welcome(bot_name: str) -> str:
    """To who came from anywhere."""
    return (
        f"您好，我是{bot_name}。楼里有什么事，直接跟我说，比如“3栋2单元3楼的灯坏了”，我找人来办。\n"
        "先发一句“我是 3-2-1203 李姐”（3栋2单元1203），以后您说“我家”，我就知道是哪儿。"
    )


def welcome_back(bot_name: str, *, is_worker: bool) -> str:
    """To who is known: a worker, or somebody whose home is."""
    waiting = "发“待办”看有哪些工单没人接，" if is_worker else "发“我的工单”看办得怎么样了，"
    return f"您好，我是{bot_name}。有事直接说：在哪里、出了什么事。{waiting}发“帮助”看我会什么。"


def welcome_at(bot_name: str, where: str) -> str:
    """To who came by the code of a building, or of a part of it."""
    return (
        f"您好，我是{bot_name}。您从{where}的码进来的，您说的事我就记在{where}。\n"
        "有什么事直接说，比如“电梯坏了”，拍张照片更好，我找人来办。"
    )


def moved(before: str, where: str) -> str:
    """To who came by the code of another building than the one where he lived so far."""
    return (
        f"您这次从{where}的码进来的，往后您说的事我就记在{where}，原来记的是{before}。"
        "还住原处的话，发一句“我是 3-2-1203 李姐”这样的就改回来了。"
    )
