"""Pictures that nothing needs any more are deleted from the disk, some time after they came."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.media import MediaStore
from handlers.moment import Moment
from storage import privacy

EVERY: Final = timedelta(hours=1)
GRACE: Final = timedelta(days=1)  #: a picture is uploaded before its message is sent


@dataclass(slots=True)
class Sweep:
    """A tick of the bot's own: handlers know no files."""

    media: MediaStore
    _swept_at: datetime | None = None

    async def sweep_pictures(self, moment: Moment) -> None:
        """Once an hour, delete what came a day ago and belongs to nothing."""
        if self._swept_at is not None and moment.now - self._swept_at < EVERY:
            return
        self._swept_at = moment.now
        old = self.media.kept_before(moment.now - GRACE)
        for digest in await privacy.unreferenced(moment.session, old):
            self.media.delete(digest)
