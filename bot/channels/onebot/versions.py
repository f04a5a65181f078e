"""The two versions of OneBot as one thing: `version11` and `version12` are modules of this shape."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from bot.channels.base import SendError
from bot.channels.onebot import version11, version12
from bot.channels.onebot.events import Event, Part, Person, Said
from bot.channels.onebot.values import Frame
from bot.channels.onebot.wire import Answer


class Version(Protocol):
    """What differs between the versions. All of it is pure."""

    @property
    def WHO_AM_I(self) -> str:  # noqa: N802 -- a constant of a module
        """The action that tells the bot's own name."""

    @property
    def WHO_IS(self) -> str:  # noqa: N802
        """The action that tells somebody's name who is in no group."""

    @property
    def NAMES_ITSELF(self) -> bool:  # noqa: N802
        """Whether a request says for which bot it is."""

    def is_event(self, frame: Frame) -> bool:
        """An event, not the answer to a request."""

    def whose(self, frame: Frame) -> str | None:
        """The bot that an event is for."""

    def platform(self, frame: Frame) -> str:
        """The platform of the bot that an event is for."""

    def bots(self, frame: Frame) -> dict[str, str]:
        """The bots that an event about the bridge tells of, each with its platform."""

    def read(self, frame: Frame) -> Event | None:
        """What an event says."""

    def quoted(self, data: Frame) -> Said | None:
        """What `get_msg` answers."""

    def person(self, entry: Frame) -> Person | None:
        """Somebody in an answer."""

    def fetching(self, data: Frame) -> Sequence[tuple[str, Frame]]:
        """The actions that tell more of a picture than its segment did, and their parameters."""

    def uploading(self, name: str, where: str) -> tuple[str, dict[str, Any]] | None:
        """The action that hands the bridge a picture before it is said, and its parameters; None where that is not done.

        Args:
            name: What the file is called.
            where: An address, or the picture itself: `http…`, `file://…` or `base64://…`.
        """

    def segments(self, parts: Iterable[Part]) -> list[dict[str, Any]]:
        """A message to be said."""

    def sending(self, kind: str, to: int | str, segments: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        """The action that says it, and its parameters; `kind` is `GROUP` or `USER` of `ids`."""

    def taking_back(self, message: int | str) -> tuple[str, dict[str, Any]]:
        """The action that takes a message of the bot's back, and its parameters."""

    def failure(self, answer: Answer) -> SendError | None:
        """What an answer means for the message that was to be said; None where it was said."""


V11: Final[Version] = version11
V12: Final[Version] = version12
