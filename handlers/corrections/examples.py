"""What the staff set right, kept to learn from: the message as it was understood, and as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.context import Context
from handlers.tickets.authors import role_of, scene_of
from handlers.understanding.group import written
from handlers.understanding.model.adapting import Example
from handlers.understanding.model.data import Transcript
from handlers.understanding.types import Item, Scene, Spot
from storage import corrections, words
from storage.corrections import Correction
from storage.tickets import Ticket
from storage.types import Act, Intent, MemberId

AUTHOR: Final = "~"  #: of transcripts that nobody wrote on purpose
NEW: Final = "new"  #: the ticket that a single message opens

Gold = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A message by its id, with who said it, in the chat where it was said."""

    message: str
    sender: str
    text: str
    member: MemberId | None


def request(act: Act, ticket: Ticket | None, item: Item | None = None) -> Gold:
    """The judgement that a message does `act` to a ticket of these facts."""
    if item is None and ticket is not None:
        spot = Spot(ticket.building, ticket.unit, ticket.floor, ticket.room)
        item = Item(act, NEW, ticket.category, ticket.urgency, spot)
    items = [dict(written(item), act=act.value, ticket=NEW)] if item else []
    return {"intent": Intent.REQUEST.value, "items": items}


def silence(intent: str) -> Gold:
    """The judgement that a message concerns no ticket."""
    return {"intent": intent, "items": []}


async def opening_of(ctx: Context, ticket: Ticket) -> Said | None:
    """The message that opened the ticket, as long as its words are kept."""
    rows = await words.said_about(ctx.session, [ticket.id])
    return next((Said(r.message_id, r.sender, r.text, r.member_id) for r in rows if r.act is Act.OPEN), None)


async def keep(ctx: Context, author: Context, said: Said, predicted: Gold, right: Gold) -> Correction | None:
    """Keep that `ctx`'s speaker set a message right; what was predicted first stays. Without words there is nothing to keep.

    Args:
        author: The context of the message's author, in the chat where it was said.
    """
    if not said.text:
        return None
    scene = await scene_of(author)
    entry = await corrections.enter(
        ctx.session,
        dict(
            channel=author.inbound.channel,
            account=author.inbound.account,
            message_id=said.message,
            at=ctx.now,
            by_id=(await ctx.member()).id,
            sender=said.sender,
            role=role_of(author),
            text=said.text,
            scene=_chat(scene),
            predicted=predicted,
            right=right,
            member_id=said.member,
        ),
    )
    entry.at, entry.by_id, entry.right = ctx.now, (await ctx.member()).id, right
    return entry


def _chat(scene: Scene) -> dict[str, Any]:
    return {"building": scene.building, "units": list(scene.units), "floors": scene.floors}


async def lessons(session: AsyncSession) -> Sequence[Example]:
    """Every example as a group in which nothing else was said, for handlers/understanding/model/adapting.py.

    Who said it has no name there. What joins a ticket stands alone as well: it shows what such words are, and not which
    ticket they belong to.
    """
    return [
        Example(
            person=f"{entry.channel}/{entry.account}/{entry.sender}",
            at=entry.at,
            transcript=Transcript(AUTHOR, ({"chat": entry.scene}, _line(entry))),
        )
        for entry in await corrections.kept(session)
    ]


def _line(entry: Correction) -> dict[str, Any]:
    return {
        "id": entry.message_id,
        "ts": entry.at.isoformat(),
        "sender": {"id": "u1", "name": "", "role": entry.role},
        "text": entry.text,
        "attachments": [],
        "gold": entry.right,
    }
