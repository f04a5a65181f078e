"""What the bot said lately: a quote of it is a word to the bot."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 5000


@dataclass(slots=True)
class Recent:
    """The ids of the bot's own messages, the last ones. After a start the bridge is asked instead."""

    _keys: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def add(self, key: str) -> None:
        """The bot said this."""
        self._keys[key] = None
        if len(self._keys) > MOST:
            self._keys.popitem(last=False)

    def __contains__(self, key: object) -> bool:
        return key in self._keys
