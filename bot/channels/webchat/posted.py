"""What the page posts. Anything else in it is refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

#: Made by the page before it sends, so that sending again after a lost answer is not saying it twice.
Key = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{8,64}$")]
Name = Annotated[str, StringConstraints(max_length=200)]


class Posted(BaseModel):
    """Something done in a chat."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    chat: Name


class Enclosed(BaseModel):
    """A file that was brought before, and what it is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    digest: Name
    name: Name


class Message(Posted):
    """Something said; `quote` is a message id, `mentions` are sender ids, `pictures` digests."""

    id: Key
    text: str = ""
    quote: Name | None = None
    mentions: tuple[Name, ...] = ()
    pictures: tuple[Name, ...] = ()
    files: tuple[Enclosed, ...] = ()


class Press(Posted):
    """A button pressed under `message`."""

    id: Key
    message: Name
    payload: Name


class Recall(Posted):
    """An own message taken back."""

    message: Name
