"""帮助: written from the table of commands, so that it never lags behind."""

from collections.abc import Callable, Sequence
from typing import Final

from handlers.community.codes import can_be_alone
from handlers.context import Context
from handlers.messages import Reply
from handlers.phrases import help as phrases
from handlers.reading.values import Unclear, words
from handlers.router import Command, Router, spelled
from storage.types import Role

#: What a resident may want most, by word; the rest is found by asking for it.
MOST_WANTED: Final = ("我的工单", "催办", "评价", "撤销", "今天谁值班", "我的数据")
OFFICES: Final = (("办事的", Role.STEWARD), ("管理员的", Role.ADMIN))


def about(table: Callable[[], Sequence[Command]]) -> Router:
    """The router that explains the commands of `table`, which is asked late: this router's own are among them."""
    router = Router()

    @router.command(
        "帮助", example="帮助 催办", does="看能说哪些话", also=("怎么用", "使用说明", "菜单", "help"), everyday=True
    )
    async def explain(ctx: Context, rest: str) -> Reply:
        """What the speaker can say here, or how to use one command."""
        return _explained(ctx, table(), rest)

    return router


def _explained(ctx: Context, commands: Sequence[Command], rest: str) -> Reply:
    if rest.strip():
        return _one(ctx, commands, words(rest, 20))
    reach = ctx.reach.get(ctx.inbound.channel)
    by_word = {command.word: command for command in commands}
    wanted = [by_word[word] for word in MOST_WANTED if word in by_word]
    hears_all, alone = reach is None or reach.hears_all, reach is None or reach.one_to_one
    if not can_be_alone(ctx):  # the others did not ask: one line is enough for them
        words_only = [command.word for command in wanted]
        return Reply(phrases.help_in_group(ctx.house.bot_name, words_only, hears_all=hears_all, alone=alone))
    lines = [
        phrases.help_for_all(
            ctx.house.bot_name,
            [(command.example, command.does) for command in wanted],
            hears_all=hears_all,
            alone=not ctx.is_group,
        ),
        *_for_staff(ctx, commands),
        phrases.more_help("催办"),
    ]
    return Reply("\n".join(lines), alone=True)


def _for_staff(ctx: Context, commands: Sequence[Command]) -> list[str]:
    """A line for each kind of work that is open to the speaker and not to everybody."""
    lines, seen = [], set(spelled(commands, ()))
    open_to_him = spelled(commands, ctx.roles)
    for name, role in OFFICES:
        fresh = [command for command in spelled(commands, (role,)) if command in open_to_him and command not in seen]
        seen.update(fresh)
        if fresh:
            lines.append(phrases.help_for_staff(name, [command.word for command in fresh]))
    return lines


def _one(ctx: Context, commands: Sequence[Command], word: str) -> Reply:
    word = word.lstrip('/“"').rstrip('”"')
    found = next((command for command in commands if word in (command.word, *command.also)), None)
    if found is not None:
        return Reply(phrases.command_help(found.word, found.example, found.does, found.also, found.allow), alone=True)
    if not ctx.inbound.to_bot:
        raise Unclear("帮助 老人搬东西 is not said to the bot")
    return Reply(phrases.no_such_word(word), alone=True)
