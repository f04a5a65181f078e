"""A bridge as the bot sees it: some sockets, one version of OneBot, and one account of WeChat's or several."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.channels.onebot.ids import Ids
from bot.channels.onebot.versions import Version
from bot.channels.onebot.wire import Answer, NotSent, Wire


class Role(StrEnum):
    """What a socket carries."""

    UNIVERSAL = "universal"
    API = "api"
    EVENT = "event"


@dataclass(slots=True)
class Bridge:
    """What holds a connection together: in v11 two sockets may be one bridge, in v12 one socket may carry several bots.

    Args:
        within: Seconds to wait for an answer.
    """

    version: Version
    within: float
    ids: Ids = field(default_factory=Ids)
    platforms: dict[str, str] = field(default_factory=dict)  #: of v12, by bot
    wires: dict[Role, Wire] = field(default_factory=dict)  #: the one that came last is the last

    @property
    def mouth(self) -> Wire | None:
        """The socket for requests, the last one where there are several; None where the bridge only tells."""
        return next((wire for role, wire in reversed(self.wires.items()) if role is not Role.EVENT), None)

    async def call(self, bot: str, action: str, params: Mapping[str, Any], within: float | None = None) -> Answer:
        """Have the bridge do something as `bot`.

        Raises:
            NotSent: There is no socket for requests.
            NoAnswer: There was one, and what came of it is unknown.
        """
        if self.mouth is None:
            raise NotSent("no bridge is connected")
        request = {"action": action, "params": params}
        if self.version.NAMES_ITSELF:
            request["self"] = {"platform": self.platforms.get(bot, ""), "user_id": bot}
        return await self.mouth.ask(request, within or self.within)
