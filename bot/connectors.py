"""What a channel needs beside its own section: most nothing, the web chat our database, the AI bot a lease."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.channels.base import Channel, Connector, Media, Receive
from bot.channels.kinds import ChannelConfig
from bot.channels.lease import Lease
from bot.channels.ledger import Ledger
from bot.channels.official import OfficialConfig
from bot.channels.webchat import Door, Webchat, WebchatConfig
from bot.channels.wecom_bot import WecomBotConfig
from bot.channels.wecom_service import WecomServiceConfig
from bot.config import Config
from bot.door import CommunityDoor
from bot.leases import DatabaseLease
from bot.ledgers import DatabaseLedger
from bot.media import MediaStore
from storage.database import Sessions


@dataclass(frozen=True, slots=True)
class Page:
    """Connects the web chat, which alone of all channels asks our own database who is who; see `Connector`."""

    config: WebchatConfig
    door: Door
    media: MediaStore
    bot_name: str
    demo: bool

    def open(
        self, app: web.Application, receive: Receive, _: Media, clock: Callable[[], datetime]
    ) -> AbstractAsyncContextManager[Channel]:
        """See `Connector.open`. It needs more of the store than other channels: it shows pictures as well."""
        name, demo = self.bot_name, self.demo
        return Webchat(self.config, self.door, self.media, receive, clock, bot_name=name, demo=demo).open(app)


@dataclass(frozen=True, slots=True)
class Leased:
    """Connects the AI bot, of which only one process may at a time; see `Connector`."""

    config: WecomBotConfig
    lease: Lease

    def open(
        self, app: web.Application, receive: Receive, media: Media, clock: Callable[[], datetime]
    ) -> AbstractAsyncContextManager[Channel]:
        """See `Connector.open`."""
        return self.config.open(app, receive, media, clock, self.lease)


@dataclass(frozen=True, slots=True)
class Remembering:
    """Connects a channel that may only answer, and must know after a restart whom; see `Connector`."""

    config: WecomServiceConfig | OfficialConfig
    ledger: Ledger

    def open(
        self, app: web.Application, receive: Receive, media: Media, clock: Callable[[], datetime]
    ) -> AbstractAsyncContextManager[Channel]:
        """See `Connector.open`."""
        return self.config.open(app, receive, media, clock, self.ledger)


@dataclass(frozen=True, slots=True)
class Connectors:
    """Gives every section of the configuration what it needs to be connected."""

    config: Config
    sessions: Sessions
    clock: Callable[[], datetime]
    media: MediaStore
    demo: bool

    def of(self, section: ChannelConfig) -> Connector:
        """The connector of a section."""
        match section:
            case WebchatConfig():
                door, name = CommunityDoor(self.sessions, self.clock), self.config.community.bot_name
                return Page(section, door, self.media, name, self.demo)
            case WecomBotConfig():
                name = f"{section.kind}:{section.account}"
                return Leased(section, DatabaseLease(self.sessions, self.clock, name, self.config.instance))
            case WecomServiceConfig() | OfficialConfig():
                ledger = DatabaseLedger(self.sessions, self.clock, section.kind, section.account)
                return Remembering(section, ledger)
        return section
