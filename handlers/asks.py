"""Which notices still wait for an answer in a chat: 收到请回复1."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from handlers.moment import Moment, key_at
from storage import readbacks
from storage.chats import Address
from storage.readbacks import OpenRound, Said

PUT_OFF: Final = timedelta(days=3)  #: how long after its beginning a round may still be on its way


@dataclass(frozen=True, slots=True)
class Ask:
    """A notice that was said in a chat, and waits for answers there. `alone`: it was said to one person."""

    round: OpenRound
    said: Said
    alone: bool


async def asks_in(moment: Moment, chats: Collection[Address], at: datetime) -> Mapping[Address, Sequence[Ask]]:
    """What waits for an answer in each of these chats at that moment, what was said last first."""
    since = at - moment.house.notices.answers_for
    rounds = await readbacks.open_rounds(moment.session, at, since - PUT_OFF)
    if not rounds:
        return {}
    keys = {key: (chat, one) for chat in chats for one in rounds for key in _keys(one, chat)}
    found: dict[Address, list[Ask]] = {}
    for said in await readbacks.said(moment.session, keys.keys()):
        chat, one = keys[said.key]
        if said.at > since and one not in [ask.round for ask in found.get(chat, ())]:
            found.setdefault(chat, []).append(
                Ask(one, said, said.key == notice_key(one, chat) and said.member is not None)
            )
    return found


def notice_key(one: OpenRound, chat: Address) -> str:
    """By which the notice itself went into the outbox."""
    return key_at(f"broadcast:{one.broadcast}:{one.round}", chat)


def reminder_key(one: OpenRound, chat: Address) -> str:
    """By which a household's person was reminded of it."""
    return key_at(f"readback:{one.broadcast}:{one.round}", chat)


def _keys(one: OpenRound, chat: Address) -> tuple[str, str]:
    return notice_key(one, chat), reminder_key(one, chat)
