"""Every part of the scenario on every channel."""

from collections.abc import Callable
from pathlib import Path

import pytest

from handlers.understanding.decide import Reader
from storage.database import Sessions
from tests.channel_table import channels
from tests.kit.rows import ROWS, Row
from tests.kit.scenarios import SCENARIOS, Scenario
from tests.kit.stage import staged


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
async def test_a_channel_plays_its_part(
    row: Row,
    scenario: Scenario,
    own_community: Sessions,
    reader: Reader,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    place = (ROWS.index(row), SCENARIOS.index(scenario))
    record_property("kit", (place, row.title, scenario.title))
    async with staged(row.platform(), own_community, reader, tmp_path / "pictures") as stage:
        reason = scenario.needs(stage.can) or stage.platform.lacks.get(scenario.title)
        if reason is None:
            await scenario.play(stage)
        else:
            record_property("kit_reason", reason)
        unknown = set(stage.platform.lacks) - {one.title for one in SCENARIOS}
        assert not unknown, "a reason for what is no scenario"


def test_every_channel_has_a_row() -> None:
    assert {row.platform().kind for row in ROWS} == set(channels())
