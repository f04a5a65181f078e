"""The help text, from the table of commands."""

from collections.abc import Sequence

from handlers.phrases import role_names
from storage.types import Role


def help_for_all(bot_name: str, commands: Sequence[tuple[str, str]], *, hears_all: bool, alone: bool) -> str:
    """What everybody can say. `commands`: an example and what it does."""
    how = "有事直接说就行" if hears_all or alone else f"有事请@{bot_name}再说"
    lines = [f"{how}，比如“2单元电梯不动了”，我来登记、叫人。也可以发："]
    return "\n".join([*lines, *(f"{example}：{does}" for example, does in commands)])


def help_in_group(bot_name: str, words: Sequence[str], *, hears_all: bool, alone: bool) -> str:
    """The same in one line, where the asker cannot be written to alone. `alone`: whether he could be, had he written."""
    how = "有事直接说就行" if hears_all else f"有事请@{bot_name}再说"
    more = "想看细的，点我的头像单独发一句“帮助”。" if alone else ""
    return f"{how}，比如“2单元电梯不动了”。也可以发：{'、'.join(words)}。{more}"


def help_for_staff(title: str, words: Sequence[str]) -> str:
    """A line with the words of an office."""
    return f"{title}：{'、'.join(words)}"


def more_help(word: str) -> str:
    """How to learn more."""
    return f"哪句不清楚，发“帮助 {word}”这样问。"


def command_help(word: str, example: str, does: str, also: Sequence[str], allow: Sequence[Role]) -> str:
    """One command in full."""
    lines = [f"{word}：{does}。", f"这样发：“{example}”"]
    if also:
        lines.append(f"也可以说：{'、'.join(also[:6])}")
    if Role.RESIDENT not in allow:
        lines.append(f"谁能用：{role_names(allow)}")
    return "\n".join(lines)


def no_such_word(said: str) -> str:
    """When help is asked for a word that is no command."""
    return f"我不认识“{said}”这句。发“帮助”看看能说哪些；办事不用记口令，直接说事情就行。"
