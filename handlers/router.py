"""Who answers a message: a command by its first words, or the first listener that it concerns."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from handlers import phrases
from handlers.context import Context
from handlers.messages import BUTTON_VERSION, NO_NUMBER, SILENT, Happening, Refusal, Reply
from handlers.reading.values import Unclear, clean, leading_number
from handlers.rules.roles import may
from storage.types import Role

Handler = Callable[[Context, str], Awaitable[Reply | None]]
Listener = Callable[[Context], Awaitable[Reply | None]]

LONGEST: Final = 5000  #: characters of a command, its text included
QUOTES: Final = "\"'“”‘’「」『』"
PUNCTUATION: Final = " \t\n:：,，#＃。.!！"


@dataclass(frozen=True, slots=True)
class Command:
    """A word that people may say to the bot, and what it does.

    `also`: other words for the same; `everyday`: it occurs in ordinary talk as well, so that in a group it is let pass
    in silence where it does not fit and the bot is not addressed; `unbound`: heard in a group without a place, too.
    """

    word: str
    run: Handler
    example: str
    does: str  #: for the help text and the README
    allow: tuple[Role, ...]
    also: tuple[str, ...] = ()
    everyday: bool = False
    unbound: bool = False


class Passed(Exception):  # noqa: N818 -- not an error
    """The words of a command, meant otherwise: raised by its handler, so that the listeners are asked."""


@dataclass(slots=True)
class Router:
    """The commands and listeners of one feature."""

    commands: list[Command] = field(default_factory=list)
    listeners: list[tuple[Happening, Listener]] = field(default_factory=list)

    def command(
        self,
        word: str,
        *,
        example: str,
        does: str,
        allow: Role | tuple[Role, ...] = Role.RESIDENT,
        also: tuple[str, ...] = (),
        everyday: bool = False,
        unbound: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Let `word` (or `/word`, or one of `also`) run the function below."""

        def register(run: Handler) -> Handler:
            allowed = allow if isinstance(allow, tuple) else (allow,)
            self.commands.append(Command(word, run, example, does, allowed, also, everyday, unbound))
            return run

        return register

    def listen(self, to: Happening = Happening.SAID) -> Callable[[Listener], Listener]:
        """Ask the function below about everything of that kind which no command claims."""

        def register(listener: Listener) -> Listener:
            self.listeners.append((to, listener))
            return listener

        return register


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as somebody typed it."""

    command: Command
    rest: str
    outright: bool  #: with a slash, by a button, or to the bot: a mistake deserves an answer
    bare: bool  #: nothing but the word and perhaps a number
    loose: bool  #: a word of everyday talk without a number: where it does not fit, it was not meant for the bot


class Routes:
    """All that the bot can do, in the order in which it is asked."""

    def __init__(self, routers: Sequence[Router]) -> None:
        self.commands: Final = [command for router in routers for command in router.commands]
        self.listeners: Final = [pair for router in routers for pair in router.listeners]
        spelled = ((word, c) for c in self.commands for word in (c.word, *c.also))
        self._by_first: Final[dict[str, list[tuple[str, Command]]]] = {}
        for word, command in sorted(spelled, key=lambda pair: -len(pair[0])):
            self._by_first.setdefault(word[0], []).append((word, command))

    def asked(self, ctx: Context) -> Asked | None:
        """The command that the message gives, if it gives one."""
        happening = ctx.inbound.happening
        if happening not in (Happening.SAID, Happening.PRESSED):
            return None
        text = ctx.inbound.text[:LONGEST].lstrip()
        pressed = happening is Happening.PRESSED
        if pressed:
            version, _, text = text.partition("|")
            if version != BUTTON_VERSION:
                no_number = ctx.inbound.text == NO_NUMBER
                raise Refusal(phrases.no_such_number() if no_number else phrases.old_button(), alone=True)
        if text[:1] in QUOTES:  # copied out of a message of ours: “接单 12”
            text = text.strip(QUOTES + " ")
        slash = text.startswith(("/", "／"))
        text = text[1:] if slash else text
        if text[:1] not in self._by_first:
            return None
        found = self._matched(clean(text), outright=slash or pressed or ctx.inbound.to_bot)
        unbound = ctx.is_group and ctx.place is None
        return None if found and unbound and not found.command.unbound else found

    def _matched(self, text: str, *, outright: bool) -> Asked | None:
        for word, command in self._by_first.get(text[:1], ()):
            if text.startswith(word):
                rest = text[len(word) :]
                number, after = leading_number(rest)
                if rest and rest[0] not in PUNCTUATION and number is None:
                    continue  # "接单员在哪" is no 接单
                rest = rest.lstrip(PUNCTUATION)
                bare = not rest or (number is not None and not after.strip())
                everyday = command.everyday or word in command.also
                return Asked(command, rest, outright, bare, loose=everyday and number is None and not outright)
        return None

    async def route(self, ctx: Context, asked: Asked | None) -> Reply | None:
        """The answer to the message: None is silence.

        Raises:
            Refusal: It cannot be done; what was changed must be undone.
        """
        if asked is not None and self._is_meant(ctx, asked):
            try:
                return _spoken(await asked.command.run(ctx, asked.rest))
            except Passed:
                pass
            except Unclear:
                if asked.outright or (asked.bare and not asked.loose):
                    raise Refusal(phrases.for_example(asked.command.example)) from None
        for happening, listener in self.listeners:
            if happening is ctx.inbound.happening:
                reply = await listener(ctx)
                if reply is not None:
                    return _spoken(reply)
        return None

    def _is_meant(self, ctx: Context, asked: Asked) -> bool:
        if may(ctx.roles, *asked.command.allow):
            return True
        if asked.outright or (asked.bare and not asked.loose):
            raise Refusal(phrases.not_allowed(asked.command.word, asked.command.allow))
        return False


def _spoken(reply: Reply | None) -> Reply | None:
    return None if reply is SILENT else reply


def spelled(commands: Iterable[Command], roles: Iterable[Role]) -> list[Command]:
    """The commands open to somebody with `roles`."""
    held = tuple(roles)
    return [command for command in commands if may(held, *command.allow)]
