"""The configuration: every key is explained, has a default, and becomes a rule of the house."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bot.channels.kinds import ChannelConfig
from bot.complaints import kinds_of, models_in
from bot.config import Config, load
from bot.tables import NEVER
from handlers.house import ADVICE, HouseRules, RosterRules
from handlers.rules.broadcasts import NoticeRules
from handlers.rules.escalations import Policy
from handlers.rules.quiet import QuietHours
from handlers.rules.weights import Weights
from storage.types import PlaceKind, Urgency
from tests.config_desk import EXAMPLE, Desk, example, tables


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_example_loads_as_it_is_and_changes_nothing(tmp_path: Path) -> None:
    copy = tmp_path / "config.toml"
    copy.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "empty.toml").touch()
    assert load(copy, {}) == load(tmp_path / "empty.toml", {})


def test_the_example_names_every_key_with_its_default() -> None:
    told = example()
    for where, model, table in tables(Config, told):
        for key, field in model.model_fields.items():
            assert key in table, f"{where}{key} is not in the example"
            default = field.get_default(call_default_factory=True, validated_data=dict(table))
            optional = default in (None, PydanticUndefined)
            if not optional and not any(models_in(field.annotation)):
                assert model.model_validate({**required(model, table), key: table[key]}) == model.model_validate(
                    required(model, table)
                ), f"the example gives {where}{key} another value than the default"


def test_the_example_explains_every_key_in_its_own_words() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for where, model, _ in tables(Config, example()):
        for key, field in model.model_fields.items():
            nested = any(models_in(field.annotation))
            if not nested and key != "kind":
                assert field.description, f"{where}{key} has no description"
                assert f"# {field.description}" in text, f"{where}{key} is explained otherwise in the example"


def test_every_key_that_is_a_time_says_its_unit() -> None:
    units = (
        "_minutes",
        "_seconds",
        "_hours",
        "_days",
        "_weeks",
        "_mb",
        "_percent",
        "_messages",
        "_tokens",
        "_tickets",
        "_yuan",
        "_url",
    )
    for where, model, _ in tables(Config, example()):
        for key, field in model.model_fields.items():
            number = field.annotation in (int, float)
            if number and not where.endswith(tuple(f"{unit}." for unit in units)):  # else the table says it
                assert key.endswith(units) or key in COUNTS, f"{where}{key}: a number of what?"


CHANNELS: Final = Path(__file__).parent.parent / "bot" / "channels"
WEEK: Final = timedelta(weeks=1)
COUNTS: Final = {
    "port",
    "check_weekday",
    "group_notes",
    "batch",
    "give_up_after",
    "failures",
    "most_open",
    "most_an_hour",
    "most_a_day",
    "most_calls",
    "urgent_at_once",
    "normal_at_once",
    "low_at_once",
}


def required(model: type[BaseModel], table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: table[key] for key, field in model.model_fields.items() if field.is_required() or key == "name"}


def test_every_rule_of_the_house_can_be_set(desk: Desk) -> None:
    house = desk.loads(
        """
        port = 8090
        public_url = "https://guanjia.example.org"
        [community]
        name = "石龙社区"
        time_zone = "Asia/Urumqi"
        bot_name = "小红"
        [rules]
        emergency_repeat_minutes = 3
        ladder = ["building", "compound"]
        quiet_start = "21:30"
        quiet_end = 06:00:00
        group_notes = 2
        never_in_group = ["care", "dispute", "security", "pets"]
        asked_from_percent = 50
        manner = "eager"
        answer_minutes = 5
        ask_again_minutes = 30
        linked_hours = 1
        reopen_days = 2
        most_open = 3
        skills = ["电工", "水工", "开锁", "调解", "电梯", "法律", "电脑", "吹号"]
        handoff_minutes = 30
        chase_days = 5
        reporter_hours = 12
        leave_returns = false
        sign_off_hours = 6
        verify_days = 5
        task_hours = 3
        code_hours = 3
        message_id_days = 4
        words_days = 5
        correction_days = 90
        advice_else = "先打 110"
        [calling]
        urgent_at_once = 8
        ask_minutes = 7
        few_ask_minutes = 45
        neighbours = false
        remember_days = 180
        in_hand_tickets = 1
        catch_up_tickets = 2.5
        [roster]
        check_weeks = 4
        check_weekday = 1
        rest_days = 7
        always = true
        calendar_weeks = 5
        [notices]
        approval = true
        most_a_day = 3
        digest_at = "17:30"
        grace_minutes = 60
        [rules.accept_minutes]
        emergency = 1
        [rules.progress_minutes]
        urgent = 60
        [rules.done_hours]
        low = 720
        [rules.advice]
        pets = "离狗远点"
        [rules.skills_needed]
        noise = ["吹号"]
        lighting = []
        """
    ).house()
    usual = Config().house()
    changed = {f.name for f in fields(HouseRules) if getattr(house, f.name) != getattr(usual, f.name)}
    assert changed == {f.name for f in fields(HouseRules)}
    changed = {f.name for f in fields(Policy) if getattr(house.escalation, f.name) != getattr(usual.escalation, f.name)}
    assert changed == {f.name for f in fields(Policy)}
    assert house.roster == RosterRules(4 * WEEK, weekday=1, rest_within=7, always=True, calendar=5 * WEEK)
    assert house.notices == NoticeRules(approval=True, most_a_day=3, digest_at=time(17, 30), grace=timedelta(hours=1))
    assert house.operator == "石龙社区居民委员会"
    assert house.escalation.quiet == QuietHours(time(21, 30), time(6))
    assert house.escalation.accept_within[Urgency.EMERGENCY] == timedelta(minutes=1)
    assert house.escalation.accept_within[Urgency.LOW] == timedelta(days=2)
    assert house.escalation.ladder == (PlaceKind.BUILDING, PlaceKind.COMPOUND)
    assert house.weights == Weights(open=1, behind=2.5)
    assert house.remembered == timedelta(days=180)
    assert len(house.advice) == len(ADVICE) + 1


def test_what_is_not_set_is_as_the_rules_themselves_have_it() -> None:
    config = Config()
    house = config.house()
    assert house == HouseRules(Policy(config.community.time_zone), web_address=config.address)
    assert house.never_in_group == NEVER


def test_paths_begin_beside_the_file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    config = desk.loads('data_dir = "kept"')
    assert config.data_dir == tmp_path / "kept"
    assert config.database_url == f"sqlite+aiosqlite:///{tmp_path / 'kept' / 'guanjia.db'}"
    assert (
        desk.loads('database_url = "sqlite:///here.db"').database_url == f"sqlite+aiosqlite:///{tmp_path / 'here.db'}"
    )
    assert desk.loads('database_url = "sqlite://"').database_url == "sqlite+aiosqlite://"


def test_addresses_are_taken_as_people_write_them(desk: Desk) -> None:
    for usual in ("postgresql://u:p@db/x", "postgres://u:p@db/x", "postgresql+asyncpg://u:p@db/x"):
        assert desk.loads(f'database_url = "{usual}"').database_url == "postgresql+asyncpg://u:p@db/x"
    assert desk.loads("port = 8090").address == "http://127.0.0.1:8090"
    assert desk.loads('public_url = "https://guanjia.example.org/"').address == "https://guanjia.example.org"


def test_the_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().port = 1


def test_every_platform_is_in_the_union() -> None:
    """What WeCom's channels share is a package without a configuration of its own."""
    packages = {path.parent.name for path in CHANNELS.glob("*/__init__.py") if path.stat().st_size}
    assert {kind for model in models_in(ChannelConfig) for kind in kinds_of(model)} == packages
