"""Whose door it is behind which somebody answers: as he is entered, as he says, or as his nickname says; never guessed."""

from dataclasses import dataclass

from handlers.community.homes import Introduction, home_of, introduction, scene_here
from handlers.context import Context
from handlers.messages import Refusal
from handlers.reading.values import words
from handlers.understanding.place import addresses
from handlers.understanding.types import Scene
from storage.places import Place
from storage.readbacks import Door
from storage.types import PlaceId, PlaceKind


@dataclass(frozen=True, slots=True)
class Household:
    """A door, or only the place from which somebody spoke."""

    place: PlaceId
    room: str | None = None

    @property
    def name(self) -> str | None:
        """What names it for ever; None where the door is not known."""
        return f"{self.place}:{self.room}" if self.room is not None else None


def door_of(home: Place, room: str | None) -> Door | None:
    """The door of who lives there, where it is known."""
    if home.kind is PlaceKind.HOUSEHOLD and home.parent_id is not None:
        return home.parent_id, home.name[:12]
    return (home.id, room) if room else None


async def household_of(ctx: Context, said: Household | None = None) -> Household:
    """Where the speaker lives; `said` is the door that he put before his answer.

    Raises:
        LookupError: Nobody knows from where he speaks at all.
    """
    if said is not None:
        return said
    home = ctx.known.home if ctx.known is not None else None
    if ctx.known is not None and home is not None and (door := door_of(home, ctx.known.member.room)):
        return Household(*door)
    if (told := await door_in(ctx, ctx.inbound.sender_name)) is not None:
        return told
    place = home or ctx.place
    if place is None:
        raise LookupError("from nowhere")
    return Household(place.id)


async def door_in(ctx: Context, text: str) -> Household | None:
    """The door that the text names, be it said or a nickname, such as 2-1203 李姐老公; None where it names none."""
    scene = scene_here(ctx)
    told = introduction(text, scene) or _leading(words(text), scene)
    try:
        home = await home_of(ctx, told) if told is not None else None
    except Refusal:
        return None
    return Household(home.place.id, home.room) if home is not None and home.room else None


def _leading(text: str, scene: Scene) -> Introduction | None:
    """The one address with which the text begins, whatever follows."""
    found = list(addresses(text, scene))
    return Introduction(found[0][2], "", "") if len(found) == 1 and found[0][0] == 0 else None
