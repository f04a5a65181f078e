"""Which groups a notice goes to: some hear it at once, some once a member has confirmed it, and some not at all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from handlers.gazetteer import title
from handlers.moment import Moment
from handlers.phrases import confirming as phrases
from storage import broadcasts
from storage.chats import GroupChat
from storage.types import PlaceId


@dataclass(frozen=True, slots=True)
class Audience:
    """The groups of a notice: those that get it, and those for which a warning cannot wait.

    Of the former, `waiting` is how many get it only once a member has confirmed it.
    """

    groups: Sequence[GroupChat]
    left_out: Sequence[GroupChat]
    waiting: int


async def audience_of(moment: Moment, audience: Collection[PlaceId], *, warning: bool) -> Audience:
    """Which groups at `audience` get a notice. A warning goes nowhere where somebody has to confirm it first."""
    found = await broadcasts.groups_of(moment.session, audience)
    slow = [group for group in found if moment.waits_in(group.channel)]
    if warning:
        return Audience([group for group in found if group not in slow], slow, 0)
    return Audience(found, (), len(slow))


def too_long(moment: Moment, audience: Audience, text: str) -> int | None:
    """The most bytes that some group takes, where `text` has more: what has to be confirmed cannot be cut in two."""
    reaches = (moment.reach.get(channel) for channel in {group.channel for group in audience.groups})
    limits = [reach.most_bytes for reach in reaches if reach is not None and reach.most_bytes is not None]
    least = min(limits, default=None)
    return least if least is not None and len(text.encode("utf-8", "replace")) > least else None


async def remarks(moment: Moment, audience: Audience) -> str:
    """What an author should know of his groups beside their number."""
    left_out = [await title(moment.session, group.place_id) for group in audience.left_out]
    return phrases.must_be_confirmed(audience.waiting) + phrases.left_out(left_out)
