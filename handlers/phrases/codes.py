"""One-time codes."""


def too_many_guesses() -> str:
    """After too many wrong codes."""
    return "这一小时里试错太多次了，先歇一歇。请社区管理员重新发一个码，一小时后再试。"


def wrong_code(what: str) -> str:
    """When a code opens nothing: it is mistyped, used or too old. `what`: what to ask for."""
    return f"这个码不对，或者已经用过、过期了。请核对一下，还不行就向社区管理员再要一个{what}。"


def hours(hours: float) -> str:
    """“24小时内”."""
    return f"{hours:g}小时内"


def said_aloud() -> str:
    """When a personal code is said in a group."""
    return "这个码大家都看见了，已经作废。请再要一个，单独发给我。"
