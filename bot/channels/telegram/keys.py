"""The ids of messages: Telegram numbers them per chat, the bot wants them unique per account."""


def key(chat: int, message: int) -> str:
    """The id under which the bot knows a message."""
    return f"{chat}:{message}"


def number(key: str | None, chat: int) -> int | None:
    """Telegram's number of the message `key`, if it is one of `chat`: another chat's cannot be quoted here."""
    where, _, digits = (key or "").partition(":")
    return int(digits) if where == str(chat) and digits.isdecimal() and len(digits) < 20 else None
