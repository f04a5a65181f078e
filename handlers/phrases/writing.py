"""What the bot says while a notice is being written in a conversation."""

from collections.abc import Sequence


def what() -> str:
    """The first question."""
    return (
        "好，我们一步一步来（共三步，随时可以回“上一步”或“取消”）。\n"
        "1. 通知写什么？直接发内容，也可以带图片。想套现成的，回“取消”再发“模板”看看。"
    )


def to_whom() -> str:
    """The second one."""
    return "2. 发给谁？比如“全体”“3栋、4栋”“锦绣小区除了5栋”“全体红管家”。"


def at_what_time() -> str:
    """The third one."""
    return "3. 什么时候发？比如“马上”“明天上午9点”“每周一9点”。"


def whom_unclear() -> str:
    """When the audience cannot be read."""
    return "没看懂发给谁。请只写地方或人，比如“全体”“3栋、4栋”“锦绣小区除了5栋”“全体网格员”。"


def when_unclear() -> str:
    """When the time cannot be read."""
    return "没看懂什么时候。请只写时间，比如“马上”“明天上午9点”“每周一9点”。"


def not_carried(reasons: Sequence[str]) -> str:
    """When nothing came but what could not be kept."""
    return f"没收到：{'；'.join(dict.fromkeys(reasons))} 请再发一次，或者直接写文字。"


def left() -> str:
    """After 取消."""
    return "好，不写了，什么都没有发。想写的时候再发“写通知”。"


def write_alone() -> str:
    """When it is asked for in a group."""
    return "写通知请单独找我，一步一步问着写，不打扰大家。点我的头像发一句“写通知”就行。"


def put_away(text: str) -> str:
    """When nobody answered for two hours."""
    kept = f"您写的是：\n{text}\n\n" if text else ""
    return f"通知写到一半，有两个小时没动静，我先收起来了，什么都没有发。{kept}要接着写，再发一次“写通知”。"
