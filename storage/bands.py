"""The parts of a day in which people answer differently, as they are stored. Imports nothing of ours."""

from enum import StrEnum


class Band(StrEnum):
    """A part of the day by the community's clock."""

    NIGHT = "night"
    DAY = "day"
    EVENING = "evening"
