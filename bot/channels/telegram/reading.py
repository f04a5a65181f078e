"""What an update of Telegram's means, as a pure function, so that captured payloads can prove it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.telegram.keys import key
from bot.channels.telegram.quoting import is_from, name_of, quoted_by, told
from handlers.messages import Attachment, Happening, Inbound

CALLS: Final[list[str | None]] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
INSIDE: Final = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.MEMBER)


@dataclass(frozen=True, slots=True)
class Me:
    """The account that hears: its word in the configuration, and who it is on Telegram."""

    account: str
    id: int
    username: str


def read(update: Update, me: Me, now: datetime) -> list[Inbound]:
    """What was heard, which is nothing for stickers, edits, channels and Telegram's own notes.

    Args:
        update: Pictures in it are named but not fetched.
        me: Who was listening.
        now: When the update came; a pressed button has no time of its own.
    """
    if update.message is not None:
        heard = _message(update.message, me)
    elif update.callback_query is not None:
        heard = _press(update.callback_query, me, now)
    elif update.my_chat_member is not None:
        heard = _membership(update.my_chat_member, me, update.update_id)
    else:
        heard = None
    return [heard] if heard else []


def _message(message: Message, me: Me) -> Inbound | None:
    if message.migrate_to_chat_id:
        return _moved(message, message.chat.id, message.migrate_to_chat_id, me)
    if message.migrate_from_chat_id:
        return _moved(message, message.migrate_from_chat_id, message.chat.id, me)
    text, attachments = message.text or message.caption or "", attached(message)
    if message.chat.type == ChatType.CHANNEL or not (text or attachments):
        return None
    return _said(message, text, attachments, me)


def _said(message: Message, text: str, attachments: tuple[Attachment, ...], me: Me) -> Inbound | None:
    # An administrator who writes anonymously, or a channel, stands in for the person whom Telegram does not tell.
    speaker = message.sender_chat or message.from_user
    if speaker is None:
        return None
    alone = message.chat.type == ChatType.PRIVATE
    text, addressed = unaddressed(text, me.username)
    called, quoted = _called(message, me), quoted_by(message)
    return Inbound(
        channel="telegram",
        account=me.account,
        chat=str(message.chat.id),
        message_id=key(message.chat.id, message.message_id),
        sender=str(speaker.id),
        sender_name=name_of(speaker),
        text=text,
        at=message.date,
        is_group=not alone,
        to_bot=alone or addressed or str(me.id) in called or is_from(quoted, me.id),
        from_bot=isinstance(speaker, User) and speaker.is_bot,
        reply_to=key(message.chat.id, quoted.message_id) if quoted else None,
        quoted=told(quoted) if quoted else None,
        mentions=tuple(dict.fromkeys(one for one in called if one != str(me.id))),
        attachments=attachments,
        one_to_one=str(message.chat.id) if alone else None,
    )


def _moved(message: Message, old: int, new: int, me: Me) -> Inbound:
    """Telegram says it twice, in the old chat and in the new one: one id, so that the second is known already."""
    speaker = message.from_user
    return Inbound(
        channel="telegram",
        account=me.account,
        chat=str(old),
        message_id=f"moved:{old}:{new}",
        sender=str(speaker.id) if speaker else "",
        sender_name=speaker.full_name if speaker else "",
        text="",
        at=message.date,
        happening=Happening.MOVED,
        about=str(new),
    )


def _press(query: CallbackQuery, me: Me, now: datetime) -> Inbound | None:
    under = query.message
    if under is None:  # under a message sent through inline mode, which is never ours
        return None
    alone = under.chat.type == ChatType.PRIVATE
    return Inbound(
        channel="telegram",
        account=me.account,
        chat=str(under.chat.id),
        message_id=f"press:{query.id}",
        sender=str(query.from_user.id),
        sender_name=query.from_user.full_name,
        text=query.data or "",
        at=now,
        is_group=not alone,
        happening=Happening.PRESSED,
        to_bot=True,
        from_bot=query.from_user.is_bot,
        reply_to=key(under.chat.id, under.message_id),
        one_to_one=str(under.chat.id) if alone else None,
    )


def _membership(change: ChatMemberUpdated, me: Me, update_id: int) -> Inbound | None:
    """Coming and going. A person who starts the bot is heard when he speaks; one who blocks it is out of reach."""
    before, after = _inside(change.old_chat_member), _inside(change.new_chat_member)
    alone = change.chat.type == ChatType.PRIVATE
    if before == after or change.chat.type == ChatType.CHANNEL or (alone and after):
        return None
    return Inbound(
        channel="telegram",
        account=me.account,
        chat=str(change.chat.id),
        message_id=f"member:{update_id}",
        sender=str(change.from_user.id),
        sender_name=change.from_user.full_name,
        text="",
        at=change.date,
        is_group=not alone,
        happening=Happening.JOINED if after else Happening.REMOVED,
        from_bot=change.from_user.is_bot,
        one_to_one=str(change.chat.id) if alone else None,
    )


def unaddressed(text: str, username: str) -> tuple[str, bool]:
    """`text` without the bot's name in front of it or behind its first word's slash form, and whether it was there."""
    name = rf"@{re.escape(username)}(?![A-Za-z0-9_])"
    bare, found = re.subn(
        rf"\A\s*(?:(?:{name}[\s,，:：、]*)+|(/[^\s@]+){name})", r"\1", text, count=1, flags=re.IGNORECASE
    )
    return bare, bool(found)


def attached(message: Message) -> tuple[Attachment, ...]:
    """What came with `message`, one thing at most: Telegram sends an album as several messages."""
    if message.photo:
        return (Attachment("image", size=message.photo[-1].file_size or 0),)
    if message.location:
        return (Attachment("location"),)
    for kind, thing in (
        ("voice", message.voice or message.audio),
        ("video", message.video or message.video_note or message.animation),  # an animation is a document, too
        ("image" if is_image(message) else "file", message.document),
    ):
        if thing:
            return (Attachment(kind, size=thing.file_size or 0),)
    return ()


def is_image(message: Message) -> bool:
    """Whether a picture was sent as a file, uncompressed."""
    return message.document is not None and (message.document.mime_type or "").startswith("image/")


def _called(message: Message, me: Me) -> list[str]:
    """Ids of those who are called by name. Telegram gives no id for `@name`: then it is the name, in lower case."""
    entities = message.parse_entities(CALLS) if message.text else {}
    entities |= message.parse_caption_entities(CALLS) if message.caption else {}
    own = f"@{me.username}".lower()
    names = (str(entity.user.id) if entity.user else words.lower() for entity, words in entities.items())
    return [str(me.id) if name == own else name for name in names]


def _inside(member: ChatMember) -> bool:
    return member.status in INSIDE or bool(getattr(member, "is_member", False))
