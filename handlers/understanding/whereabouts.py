"""Which of the addresses in a message is the problem's place, and when 「我家」 means the speaker's own flat."""

import re
from typing import Final

from handlers.understanding.place import addresses
from handlers.understanding.types import Scene, Spot

OWN_HOME: Final = re.compile(
    r"[我俺咱阮吾侬](?:们|家里)?(?:这)?(?:家|屋|房间|卧室|厨房|客厅|厕所|卫生间|阳台)|家里|屋头|屋里|屋企|自家"
)


def place_said(text: str, scene: Scene, home: Spot) -> Spot:
    """The place that `text` (as `plain` gives it) states: its first address, what later ones add, then the home."""
    spot = Spot()
    for _, _, said in addresses(text, scene):
        spot = said.updated(spot)
    if spot.room is None and OWN_HOME.search(text):
        spot = _at_home(spot, home)
    return spot


def _at_home(spot: Spot, home: Spot) -> Spot:
    """The spot with the speaker's home added, unless the two contradict each other."""
    if spot.unit not in (None, home.unit) or (spot.building or home.building) != (home.building or spot.building):
        return spot
    return home.updated(spot)


def anchored(spot: Spot, scene: Scene) -> Spot:
    """The spot in the group's building, where none is said."""
    return Spot(building=scene.building).updated(spot)
