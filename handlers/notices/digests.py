"""(tick) The rest of a day's notices to a group goes out as one message, readable at a glance."""

from collections.abc import Sequence
from typing import Final

from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import digests as phrases
from storage import gathered
from storage.outbox import OutboxMessage
from storage.types import MessageKind, OutboxStatus

MOST: Final = 8  #: notices in one message; nobody reads more
MOST_AT_ONCE: Final = 500  #: groups in one transaction


async def gather(moment: Moment) -> bool:
    """Let what waited for its group's turn go: alone where it is alone, else as one message; whether there is more."""
    chats = await gathered.due(moment.session, moment.now, MOST_AT_ONCE * MOST)
    for rows in list(chats.values())[:MOST_AT_ONCE]:
        for start in range(0, len(rows), MOST):
            await _go(moment, rows[start : start + MOST])
    return len(chats) > MOST_AT_ONCE


async def _go(moment: Moment, rows: Sequence[OutboxMessage]) -> None:
    if len(rows) == 1:
        rows[0].status, rows[0].due_at = OutboxStatus.PENDING, moment.now
        return
    carrier = _carrier(moment, rows)
    moment.session.add(carrier)
    await moment.session.flush()
    for row in rows:
        row.status, row.folded_into = OutboxStatus.FOLDED, carrier.id


def _carrier(moment: Moment, rows: Sequence[OutboxMessage]) -> OutboxMessage:
    said, first = [Words.from_body(row.body) for row in rows], rows[0]
    pictures = tuple(picture for words in said for picture in words.pictures)
    files = tuple(file for words in said for file in words.files)
    until = [row.good_until for row in rows if row.good_until is not None]
    return OutboxMessage(
        key=f"digest:{first.id}",
        channel=first.channel,
        account=first.account,
        chat=first.chat,
        is_group=True,
        kind=MessageKind.BROADCAST,
        body=Words(phrases.digest([words.text for words in said]), pictures=pictures, files=files).to_body(),
        created_at=moment.now,
        due_at=moment.now,
        good_until=max(until, default=None),
    )
