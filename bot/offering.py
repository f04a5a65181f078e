"""Buttons on a channel that has none: each gets a number, and whoever says the number has pressed it.

Numbers go on from what still stands in a chat, so that “1” never means two things there, however many tickets somebody is
called about at once. In a group people say numbers to each other all day: there only counts what is said to the bot, or
soon, and by the one who was asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from unicodedata import normalize

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import NO_NUMBER, Button, Happening, Inbound, Words
from handlers.moment import Moment
from handlers.readbacks.asks import Ask, asks_in
from handlers.reading.values import words
from storage import offers
from storage.identities import Who
from storage.members import Known
from storage.offers import Offer
from storage.outbox import OutboxMessage

LONGEST: Final = 20  #: characters of a message that may be a number
SOON: Final = timedelta(minutes=10)
MOST_WORDS: Final = 200  #: characters that a number can stand for
_DIGIT: Final = re.compile("[0-9]")
_NUMBER: Final = re.compile(r"(?:我?(?:回复|回|选|按))?\s*“?([0-9]{1,2})”?\s*(.*?)[\s。.!！,，]*")


async def numbered(session: AsyncSession, message: OutboxMessage, now: datetime) -> None:
    """Give the buttons of a message their numbers, before it is said for the first time."""
    said = Words.from_body(message.body)
    bare = [button for button in said.buttons if button.number is None and len(button.words) <= MOST_WORDS]
    if not bare or len(bare) < len(said.buttons):
        return
    address = (message.channel, message.account, message.chat)
    pairs = [(button.label, button.words) for button in bare]
    first = await offers.make(session, address, pairs, now, message.member_id)
    if first is not None:
        buttons = tuple(replace(button, number=number) for number, button in enumerate(bare, first))
        message.body = replace(said, buttons=buttons).to_body()


async def chosen(moment: Moment, batch: Sequence[Inbound], people: Mapping[Who, Known]) -> list[Inbound]:
    """`batch`, in which a number that was offered is what it stands for, as if a button had been pressed."""
    numbers = {inbound.key: read for inbound in batch if (read := _number(inbound)) is not None}
    if not numbers:
        return list(batch)
    chats = {inbound.address for inbound in batch if inbound.key in numbers}
    standing = await offers.standing(moment.session, chats, moment.now)
    asks = await asks_in(moment, chats, moment.now) if (1, "") in numbers.values() else {}
    found = []
    for inbound in batch:
        said, stands = numbers.get(inbound.key), standing.get(inbound.address, {})
        if said == (1, "") and _is_read_back(inbound, stands, asks.get(inbound.address, ())):
            found.append(replace(inbound, text="1"))
        elif said is not None and _are_offered(moment, inbound):
            found.append(_meant(moment, inbound, *said, stands, people.get(inbound.who)))
        else:
            found.append(inbound)
    return found


def _number(inbound: Inbound) -> tuple[int, str] | None:
    """The number that somebody says and what he says with it."""
    if inbound.happening is not Happening.SAID or len(inbound.text) > LONGEST:
        return None
    if not _DIGIT.search(normalize("NFKC", inbound.text)):
        return None  # most talk
    found = _NUMBER.fullmatch(words(inbound.text, LONGEST))
    return (int(found[1]), found[2]) if found else None


def _are_offered(moment: Moment, inbound: Inbound) -> bool:
    """Whether buttons are numbers there at all."""
    reach = moment.reach.get(inbound.channel)
    return reach is None or not reach.buttons


def _is_read_back(inbound: Inbound, standing: Mapping[int, Offer], asks: Sequence[Ask]) -> bool:
    """Whether “1” answers a notice that asks for it: the one that is quoted, or where nothing else is a “1”."""
    if inbound.reply_to is not None:
        return any(inbound.reply_to in ask.ids for ask in asks)
    return bool(asks) and 1 not in standing


def _meant(
    moment: Moment, inbound: Inbound, number: int, rest: str, standing: Mapping[int, Offer], known: Known | None
) -> Inbound:
    """What a number means here; where it can mean nothing, the bot must not make a guess of it either."""
    offer = standing.get(number)
    if rest and rest not in {one.label for one in standing.values()}:
        return inbound
    if inbound.is_group and not inbound.to_bot and not _was_asked(offer, known, moment.now):
        return inbound
    if offer is None or rest not in ("", offer.label):
        return replace(inbound, happening=Happening.PRESSED, text=NO_NUMBER, to_bot=True)
    offers.use(moment.session, offer, moment.now)
    payload = Button(offer.label, offer.words).payload
    return replace(inbound, happening=Happening.PRESSED, text=payload, to_bot=True)


def _was_asked(offer: Offer | None, known: Known | None, now: datetime) -> bool:
    """Whether it is the answer of the one to whom it was offered a moment ago."""
    asked = offer is not None and known is not None and offer.member_id == known.member.id
    return asked and offer is not None and now - offer.said_at <= SOON
