"""Chats as the bot addresses them: `group:` with a chat's id, `single:` with a user's. Ids are opaque and case-sensitive."""

from dataclasses import dataclass

from bot.channels.base import SendError

SINGLE, GROUP = "single", "group"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A group, or one person alone with the bot, by the platform's id."""

    kind: str
    id: str

    @property
    def address(self) -> str:
        """As the bot knows it."""
        return f"{self.kind}:{self.id}"

    @property
    def type_number(self) -> int:
        """The platform's number of the kind."""
        return 2 if self.kind == GROUP else 1

    @classmethod
    def at(cls, address: str) -> "Conversation":
        """The conversation at that address.

        Raises:
            SendError: It is none.
        """
        kind, _, id = address.partition(":")
        if kind not in (SINGLE, GROUP) or not id:
            raise SendError("no chat of an AI bot's has such an address", permanent=True, gone=True)
        return cls(kind, id)
