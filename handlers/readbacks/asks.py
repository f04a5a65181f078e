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


REMINDED: Final = "readback"  #: how the key of a reminder begins


@dataclass(frozen=True, slots=True)
class Ask:
    """A notice that waits for answers in a chat: when it was said there last, and under which ids it can be quoted.

    `alone`: the notice itself was said there to one person, who answers for himself.
    """

    round: OpenRound
    at: datetime
    ids: frozenset[str]
    alone: bool


async def asks_in(moment: Moment, chats: Collection[Address], at: datetime) -> Mapping[Address, Sequence[Ask]]:
    """What waits for an answer in each of these chats at that moment, what was said last first."""
    since = at - moment.house.notices.answers_for
    rounds = await readbacks.open_rounds(moment.session, at, since - PUT_OFF)
    if not rounds:
        return {}
    keys = {key: (chat, one) for chat in chats for one in rounds for key in _keys(one, chat)}
    said: dict[tuple[Address, OpenRound], list[Said]] = {}
    for message in await readbacks.said(moment.session, keys.keys()):
        if message.at > since:
            said.setdefault(keys[message.key], []).append(message)
    found: dict[Address, list[Ask]] = {}
    for (chat, one), messages in said.items():
        found.setdefault(chat, []).append(_ask(chat, one, messages))
    return found


def _ask(chat: Address, one: OpenRound, messages: Sequence[Said]) -> Ask:
    alone = any(said.member is not None and said.key == _keys(one, chat)[0] for said in messages)
    return Ask(one, messages[0].at, frozenset().union(*(said.ids for said in messages)), alone)


def _keys(one: OpenRound, chat: Address) -> tuple[str, str]:
    """By which the notice itself went into the outbox, and by which a person was reminded of it."""
    return (
        key_at(f"broadcast:{one.broadcast}:{one.round}", chat),
        key_at(f"{REMINDED}:{one.broadcast}:{one.round}", chat),
    )
