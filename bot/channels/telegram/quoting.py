"""Who speaks in a message of Telegram's, and what it quotes."""

from telegram import Chat, Message, User

from handlers.messages import Quoted


def quoted_by(message: Message) -> Message | None:
    """The quoted message. In a group with topics every message quotes the topic's first line: that is no quote."""
    quoted = message.reply_to_message
    return None if quoted is None or quoted.forum_topic_created else quoted


def told(message: Message) -> Quoted | None:
    """What a quoted message says; nothing where nobody is told to have said it, or it has no words."""
    speaker, text = message.sender_chat or message.from_user, message.text or message.caption
    if speaker is None or not text:
        return None
    return Quoted(text, str(speaker.id), name_of(speaker), isinstance(speaker, User) and speaker.is_bot)


def is_from(message: Message | None, user: int) -> bool:
    """Whether that account said it."""
    return message is not None and message.from_user is not None and message.from_user.id == user


def name_of(speaker: User | Chat) -> str:
    """As Telegram shows who speaks."""
    return speaker.full_name or "" if isinstance(speaker, User) else speaker.effective_name or ""
