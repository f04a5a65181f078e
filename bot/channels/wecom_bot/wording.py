"""What a message becomes under the AI bot's limits, as pure functions: Markdown, a card, pictures and files."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.channels.base import Can, Length
from bot.channels.wecom.cards import FOR_BOT, Card, button_card, fitting, headed
from bot.channels.wecom.marks import plain
from bot.channels.wecom_bot.frames import JSON
from bot.channels.wecom_bot.reading import Kind
from bot.channels.wording import pieces, spelled_out
from handlers.messages import Words

LONGEST: Final = 20_480  #: bytes of Markdown
MEDIA: Final = ("image", "file")


@dataclass(frozen=True, slots=True)
class Part:
    """One message of the platform's: a kind, and what stands under it.

    `text`: what people read of it; `instead`: what is said in words where a card is refused.
    """

    kind: str
    content: JSON
    text: str = ""
    instead: str = ""

    @property
    def body(self) -> JSON:
        """As it is sent unasked."""
        return {"msgtype": self.kind, self.kind: self.content}


def carried(words: Words, can: Can) -> Words:
    """`words` with no more buttons than a card holds; the others are spelled out. Half characters cannot be sent."""
    whole = replace(words, text=words.text.encode("utf-8", "replace").decode())
    buttons = fitting(whole.buttons)
    rest = replace(whole, buttons=tuple(button for button in whole.buttons if button not in buttons))
    return replace(spelled_out(rest, replace(can, buttons=False)), buttons=buttons)


def parts(words: Words, task_id: str, media: Sequence[Part]) -> list[Part]:
    """`words` as the platform's messages: a card where there are buttons, and before it the text that it cannot hold.

    Args:
        words: As `carried` gives them.
        task_id: For the card.
        media: The pictures and files, as they were uploaded.
    """
    heading = headed(words.text, FOR_BOT)
    if not words.buttons:
        return [*markdown(words.text), *media]
    fits = heading.fits(FOR_BOT)
    shown = heading if fits else replace(heading, rest="")
    said = words if fits else replace(words, text=heading.title)
    spelled = spelled_out(said, Can()).text
    card = Part("template_card", button_card(shown, words.buttons, task_id), said.text, spelled)
    return [*([] if fits else markdown(words.text)), card, *media]


def beside_card(words: Words, said: Sequence[Part]) -> list[Part]:
    """What of `said` is still to be said where a card that was there already shows the words: what it cannot hold."""
    fits = headed(words.text, FOR_BOT).fits(FOR_BOT)
    return [part for part in said if part.kind in MEDIA or (part.kind == "markdown" and not fits)]


def markdown(text: str) -> list[Part]:
    """`text` as Markdown in which nothing is marked, in as many messages as it needs."""
    found = pieces(plain(text), LONGEST, Length.BYTES)
    return [Part("markdown", {"content": piece}, piece) for piece in found if piece.strip()]


def card_of(part: Part) -> Card | None:
    """The card, if it is one."""
    return part.content if part.kind == "template_card" else None


def as_answer(part: Part, kind: Kind) -> tuple[str, JSON]:
    """The command and the body by which a part answers a callback of that kind."""
    text = part.content.get("content", "")
    if kind is Kind.ENTERED:
        body = {"msgtype": "text", "text": {"content": text}} if part.kind == "markdown" else part.body
        return "aibot_respond_welcome_msg", body
    stream = {"id": f"stream_{secrets.token_hex(10)}", "finish": True, "content": text}
    body = {"msgtype": "stream", "stream": stream} if part.kind == "markdown" else part.body
    return "aibot_respond_msg", body
