"""The same scenario where a channel can do little: what is degraded must still carry the work."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from bot.channels.base import Can, Groups
from handlers.understanding.decide import Reader
from storage.database import Sessions
from tests.kit.plain import PlainPlatform
from tests.kit.scenarios import SCENARIOS, Scenario
from tests.kit.stage import staged

POOR: Final = {
    "no buttons": Can(mentions=True, quotes=True, one_to_one=True),
    "nobody alone": Can(),
    "only what mentions it": Can(hears_all=False, buttons=True, one_to_one=True),
    "only alone": Can(groups=Groups.NEVER, one_to_one=True),
    "only speaks": Can(hears=False, mentions=True),
    "everything kept": Can(one_to_one=True, keeps=timedelta(days=3)),
}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
@pytest.mark.parametrize("can", POOR.values(), ids=POOR)
async def test_a_poor_channel_plays_its_part(
    can: Can, scenario: Scenario, own_community: Sessions, reader: Reader, tmp_path: Path
) -> None:
    async with staged(PlainPlatform(can), own_community, reader, tmp_path / "pictures") as stage:
        if scenario.needs(can) is None:
            await scenario.play(stage)
