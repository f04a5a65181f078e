"""What a message becomes as parts. Pure."""

from collections.abc import Sequence

from bot.channels.onebot.events import Kind, Part
from bot.channels.onebot.ids import is_group, message_in
from handlers.messages import Mention, Words


def whole(words: Words, chat: str, text: str, pictures: Sequence[Part]) -> list[Part]:
    """`text` with what hangs on it: the quote, the calls and the pictures."""
    quoted = message_in(words.quote, chat)
    called = [mention for mention in words.mentions if can_be_called(mention, chat)]
    named = [mention for mention in words.mentions if mention not in called]
    quotes = [Part(Kind.QUOTE, quoted)] if quoted else []
    calls = [Part(Kind.MENTION, mention.sender, mention.name) for mention in called]
    return [*quotes, *calls, *plain(" " * bool(calls) + in_words(named, text)), *pictures]


def plain(text: str) -> list[Part]:
    """`text` alone; nothing where there is nothing to see."""
    # Half a character cannot be written as UTF-8, and some bridges would not even answer.
    sound = text.encode("utf-8", "replace").decode()
    return [Part(Kind.TEXT, sound)] if sound.strip() else []


def in_words(mentions: Sequence[Mention], text: str) -> str:
    """`text` with the names of those who are meant in front."""
    return "".join(f"@{mention.name} " for mention in mentions) + text


def can_be_called(mention: Mention, chat: str) -> bool:
    """Whether a call rings at somebody: alone with him it cannot, and who is anonymous has no id."""
    return is_group(chat) and bool(mention.sender) and not mention.sender.startswith("anonymous:")
