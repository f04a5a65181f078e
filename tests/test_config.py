"""The configuration: every key is explained, and what is wrong is said with the key and the remedy."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bot.channels.kinds import ChannelConfig
from bot.channels.telegram import TelegramConfig
from bot.channels.webchat import WebchatConfig
from bot.complaints import models_in
from bot.config import Config, ConfigError, checked, load
from bot.secrets import is_secret
from bot.tables import NEVER
from handlers.house import ADVICE, HouseRules
from handlers.rules.escalations import Policy
from handlers.rules.quiet import QuietHours
from storage.types import PlaceKind, Urgency

EXAMPLE: Final = Path(__file__).parent.parent / "config.example.toml"
TOKEN: Final = "987654:very-secret-token"
TELEGRAM: Final = '[[channels]]\nkind = "telegram"\n'


class Desk:
    """Somebody who writes a configuration and starts the program with it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "config.toml"

    def loads(self, text: str, **environ: str) -> Config:
        self.path.write_text(text, encoding="utf-8")
        return load(self.path, environ)

    def hears(self, text: str, *fragments: str, **environ: str) -> str:
        """The start is refused with a message that holds all `fragments`; returns it."""
        with pytest.raises(ConfigError) as refused:
            self.loads(text, **environ)
        message = str(refused.value)
        for fragment in fragments:
            assert fragment in message, message
        return message


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# -- the example ---------------------------------------------------------------------------------------------------


def example() -> dict[str, Any]:
    """The example with every key taken at its word."""
    text = re.sub(r"^#(?=\[|\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tomllib.loads(text)


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
    units = ("_minutes", "_seconds", "_hours", "_days", "_mb", "_percent", "_messages", "_url")
    for where, model, _ in tables(Config, example()):
        for key, field in model.model_fields.items():
            number = field.annotation in (int, float)
            if number and model.__name__ != "AcceptMinutes":
                assert key.endswith(units) or key in COUNTS, f"{where}{key}: a number of what?"


COUNTS: Final = {"port", "group_notes", "batch", "give_up_after"}


def required(model: type[BaseModel], table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: table[key] for key, field in model.model_fields.items() if field.is_required() or key == "name"}


def tables(
    model: type[BaseModel], told: Mapping[str, Any], where: str = ""
) -> Iterator[tuple[str, type[BaseModel], Mapping[str, Any]]]:
    """Every table of the model with what the example says about it."""
    yield where, model, told
    for key, field in model.model_fields.items():
        for inner in models_in(field.annotation):
            if isinstance(told[key], list):
                (kind,) = get_args(inner.model_fields["kind"].annotation)
                yield from tables(inner, next(c for c in told[key] if c["kind"] == kind), f"{where}{key}({kind}).")
            else:
                yield from tables(inner, told[key], f"{where}{key}.")


def test_every_rule_of_the_house_can_be_set(desk: Desk) -> None:
    house = desk.loads(
        """
        port = 8090
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
        linked_hours = 1
        reopen_days = 2
        code_hours = 3
        message_id_days = 4
        words_days = 5
        advice_else = "先打 110"
        [rules.accept_minutes]
        emergency = 1
        [rules.advice]
        pets = "离狗远点"
        """
    ).house()
    usual = Config().house()
    changed = {f.name for f in fields(HouseRules) if getattr(house, f.name) != getattr(usual, f.name)}
    assert changed == {f.name for f in fields(HouseRules)}
    changed = {f.name for f in fields(Policy) if getattr(house.escalation, f.name) != getattr(usual.escalation, f.name)}
    assert changed == {f.name for f in fields(Policy)}
    assert house.operator == "石龙社区居民委员会"
    assert house.escalation.quiet == QuietHours(time(21, 30), time(6))
    assert house.escalation.accept_within[Urgency.EMERGENCY] == timedelta(minutes=1)
    assert house.escalation.accept_within[Urgency.LOW] == timedelta(days=2)
    assert house.escalation.ladder == (PlaceKind.BUILDING, PlaceKind.COMPOUND)
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


# -- secrets -------------------------------------------------------------------------------------------------------


def token_of(config: Config) -> str:
    (channel,) = (c for c in config.channels if isinstance(c, TelegramConfig))
    return channel.token.get_secret_value()


def test_a_token_may_come_from_the_environment_or_from_a_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f" {TOKEN}\n", encoding="utf-8")
    assert token_of(desk.loads(f'{TELEGRAM}token_file = "token"')) == TOKEN
    assert token_of(desk.loads(f'{TELEGRAM}token_file = "{tmp_path}/token"')) == TOKEN
    assert token_of(desk.loads(TELEGRAM, GUANJIA_TELEGRAM_TOKEN=TOKEN)) == TOKEN
    assert token_of(desk.loads(TELEGRAM, GUANJIA_TELEGRAM_TOKEN_FILE=str(tmp_path / "token"))) == TOKEN
    north = f'{TELEGRAM}account = "no-rth"\ntoken = "old"'
    assert token_of(desk.loads(north, GUANJIA_TELEGRAM_NO_RTH_TOKEN=TOKEN)) == TOKEN
    assert token_of(desk.loads(f'{TELEGRAM}token = "{TOKEN}"', GUANJIA_TELEGRAM_TOKEN="")) == TOKEN


def test_the_database_may_come_from_the_environment(desk: Desk) -> None:
    config = desk.loads('database_url = "sqlite:///x.db"', GUANJIA_DATABASE_URL="postgresql://u:hidden@db/x")
    assert config.database_url == "postgresql+asyncpg://u:hidden@db/x"
    assert load(None, {"GUANJIA_DATABASE_URL": "postgresql://u:hidden@db/x"}).database_url == config.database_url


def test_no_secret_is_shown(desk: Desk) -> None:
    config = desk.loads(
        f'database_url = "postgresql://u:{TOKEN}@db/x"\n{TELEGRAM}token = "{TOKEN}"\nmode = "webhook"\n'
        f'webhook_url = "https://bot.example.org"\nhook_secret = "very-secret-token"\nproxy = "http://u:{TOKEN}@p"'
    )
    assert TOKEN not in repr(config)
    assert "very-secret" not in f"{config}{config!r}"


@pytest.mark.parametrize(
    "line",
    [
        f'tokn = "{TOKEN}"',
        f'token = ["{TOKEN}"]',
        f'token = "{TOKEN}"\ntoken = "{TOKEN}"',
        f'token = "{TOKEN}\n',
        f"token = “{TOKEN}”",
        f'token = "x"\nhook_secret = "{TOKEN} 汉字汉字汉字"',
        f'token = "x"\nhook_secret = "{TOKEN[-9:]}"',
        f'token = "x"\nproxy = 5\nmode = "{TOKEN}"',
        f'token = "x"\naccount = "{TOKEN}"',
        f'token = "x"\nbase_url = "{TOKEN}"',
        f'token = "x"\n[[channels]]\nkind = "{TOKEN}"',
        f'token = "{TOKEN}"\ntoken_file = "nowhere"',
    ],
)
def test_no_secret_is_repeated_in_a_complaint(desk: Desk, line: str) -> None:
    message = desk.hears(TELEGRAM + line)
    assert TOKEN not in message
    assert TOKEN[-9:] not in message
    with pytest.raises(ConfigError) as refused:
        desk.loads(TELEGRAM + line)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_the_password_of_a_database_that_cannot_be_read_is_not_repeated(desk: Desk) -> None:
    for url in ("mysql://u:hunter2@db/x", "postgresql://u:hunter2@db:port/x", "hunter2"):
        message = desk.hears(f'database_url = "{url}"', "database_url：")
        assert "hunter2" not in message


def test_what_is_secret_is_known_by_its_type() -> None:
    secret = {key for key, field in TelegramConfig.model_fields.items() if is_secret(field)}
    assert secret == {"token", "hook_secret", "proxy"}
    assert [key for key, field in Config.model_fields.items() if is_secret(field)] == ["database_url"]
    assert not any(is_secret(field) for field in WebchatConfig.model_fields.values())


# -- what is wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("prot = 8080", ["prot：", "port"]),
        ("quiet_start = '22:00'", ["quiet_start：", "[rules]"]),
        ("[rules]\nport = 80", ["rules.port：", "最前面"]),
        ("[rules]\nqiuet_start = '22:00'", ["rules.qiuet_start：", "quiet_start"]),
        ("[rulez]\nquiet_start = '22:00'", ["rulez：", "rules"]),
        ("[media]\nxyz = 1", ["media.xyz：", "limit_mb"]),
        ("port = 70000", ["port：", "70000", "65535"]),
        ("port = -1", ["port：", "-1", "0"]),
        ("port = '8080'", ["port：", "整数", "不加引号"]),
        ("port = true", ["port：", "整数"]),
        ("port = 80.5", ["port：", "整数"]),
        ("log_level = 'loud'", ["log_level：", "debug、info、warning、error"]),
        ("host = 5", ["host：", "加引号"]),
        ("host = ''", ["host：", "空的"]),
        ("instance = 'A B'", ["instance：", "写法不对"]),
        ("public_url = 'guanjia'", ["public_url：", "http"]),
        ("data_dir = 5", ["data_dir：", "路径"]),
        ("rules = 5", ["rules：", "[rules]"]),
        ("channels = []", ["channels：", "空的"]),
        ("channels = 'telegram'", ["channels：", "列表"]),
        ("channels = [5]", ["第 1 个 [[channels]]"]),
        ("[[channels]]\n", ["第 1 个 [[channels]]：", "kind"]),
        ("[[channels]]\nkind = 'wechat'", ["第 1 个 [[channels]]：", "webchat、telegram"]),
        ("[[channels]]\nkind = 5", ["第 1 个 [[channels]]：", "webchat、telegram"]),
        ("[[channels]]\nkind = 'webchat'\n[[channels]]\nkind = 'telegram'", ["第 2 个 [[channels]] 的 token：", "BotFather"]),
        (TELEGRAM + "token = ''", ["第 1 个 [[channels]] 的 token：", "空的"]),
        (TELEGRAM + "token = '  '", ["第 1 个 [[channels]] 的 token：", "空的"]),
        (TELEGRAM + "token_file = 'nowhere'", ["第 1 个 [[channels]] 的 token_file：", "没有这个文件"]),
        (TELEGRAM + "token_file = 5", ["第 1 个 [[channels]] 的 token_file：", "路径"]),
        (TELEGRAM + "token_file = '.'", ["第 1 个 [[channels]] 的 token_file：", "文件夹"]),
        (TELEGRAM + "token = 'x'\nmode = 'webhook'", ["第 1 个 [[channels]]：", "webhook_url"]),
        (TELEGRAM + "token = 'x'\n" + TELEGRAM + "token = 'y'", ["channels：", "telegram main", "写了两次"]),
        (TELEGRAM + "token = 'x'\npoll_seconds = 100", ["第 1 个 [[channels]] 的 poll_seconds：", "100", "50"]),
        ("[[channels]]\nkind = 'webchat'\n[[channels]]\nkind = 'webchat'", ["channels：", "webchat", "写了两次"]),
        ("[community]\ntime_zone = 'Asia/Shangai'", ["community.time_zone：", "Asia/Shanghai"]),
        ("[community]\ntime_zone = '北京时间'", ["community.time_zone：", "Asia/Shanghai"]),
        ("[community]\ntime_zone = '../../etc/passwd'", ["community.time_zone：", "没有这个时区"]),
        ("[community]\nname = ''", ["community.name：", "空的"]),
        ("[community]\nname = '" + "长" * 50 + "'", ["community.name：", "40"]),
        ("[rules]\nquiet_start = '25:00'", ["rules.quiet_start：", '"22:00"']),
        ("[rules]\nquiet_start = '晚上十点'", ["rules.quiet_start：", '"22:00"']),
        ("[rules]\nquiet_start = 22", ["rules.quiet_start：", '"22:00"']),
        ("[rules]\nladder = []", ["rules.ladder：", "空的"]),
        ("[rules]\nladder = ['building', 'palace']", ["rules.ladder（第 2 项）：", "street"]),
        ("[rules]\nladder = ['building', 'building']", ["rules.ladder：", "两次"]),
        ("[rules]\nladder = 'building'", ["rules.ladder：", "列表"]),
        ("[rules]\nnever_in_group = ['care']", ["rules.never_in_group：", "dispute、security", "隐私"]),
        ("[rules]\nadvice = 5", ["rules.advice：", "[rules.advice]"]),
        ("[rules.advice]\nfires = '快跑'", ["rules.advice.fires：", "fire_safety"]),
        ("[rules.advice]\npets = 5", ["rules.advice.pets：", "文字"]),
        ("[rules.accept_minutes]\nnormal = 0", ["rules.accept_minutes.normal：", "不能小于 1"]),
        ("[rules.accept_minutes]\nnormal = 99999999999999999999999", ["rules.accept_minutes.normal："]),
        ("[rules.accept_minutes]\nusual = 10", ["rules.accept_minutes.usual：", "normal"]),
        ("[outbox]\ntimeout_seconds = 60", ["outbox：", "lease_seconds"]),
        ("[media]\nlimit_mb = 0", ["media.limit_mb：", "不能小于 1"]),
        ("database_url = 'mysql://db/x'", ["database_url：", "PostgreSQL"]),
        ("database_url = 'guanjia.db'", ["database_url：", "sqlite:///"]),
        ("database_url = ''", ["database_url：", "空的"]),
        ("database_url = 5", ["database_url：", "文字"]),
        ("port = 8080\nport = 8081", ["第 2 行", "两次"]),
        ("[rules]\n[rules]", ["第 2 行", "两次"]),
        ("port 8080", ["第 1 行"]),
        ("\nhost = 127.0.0.1", ["第 2 行", "英文引号"]),
        ("host = “127.0.0.1”", ["第 1 行", "中文标点"]),
        ("port ＝ 8080", ["第 1 行", "中文标点"]),
        ("host = '127.0.0.1", ["第 1 行", "引号没有配对"]),
        ("[community", ["第 1 行"]),
        ("channels = " + "[" * 5000, ["config.toml："]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_key_and_its_remedy(desk: Desk, text: str, fragments: list[str]) -> None:
    message = desk.hears(text, *fragments)
    assert len(message.splitlines()) == 1, message
    assert not re.search(r"[A-Z][a-z]+ (should|must|is|not)|Input|Value error", message), f"English: {message}"


def test_all_mistakes_are_named_at_once(desk: Desk) -> None:
    message = desk.hears(
        "prot = 1\nlog_level = 'loud'\n[community]\nname = ''\n" + TELEGRAM,
        "prot：", "log_level：", "community.name：", "token：",
    )  # fmt: skip
    assert len(message.splitlines()) == 4, message


def test_a_file_that_cannot_be_read_is_named(desk: Desk, tmp_path: Path) -> None:
    for path, fragment in ((tmp_path / "nowhere.toml", "没有这个文件"), (tmp_path, "文件夹")):
        with pytest.raises(ConfigError, match=fragment) as refused:
            load(path, {})
        assert str(path) in str(refused.value)
    desk.path.write_bytes("name = '石龙'".encode("gb18030"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load(desk.path, {})


def test_a_file_saved_by_notepad_is_read(desk: Desk) -> None:
    desk.path.write_bytes(b"\xef\xbb\xbfport = 8081\r\n")
    assert load(desk.path, {}).port == 8081


def test_a_misspelt_variable_of_the_environment_is_named(desk: Desk) -> None:
    desk.hears("", "GUANJIA_DATABSE_URL", "GUANJIA_DATABASE_URL", GUANJIA_DATABSE_URL="postgresql://u:hidden@db/x")


def test_variables_of_others_do_not_matter(desk: Desk) -> None:
    others = {"GUANJIA_PORT": "tcp://10.0.0.1:8080", "GUANJIA_SERVICE_HOST": "10.0.0.1", "GUANJIA_TEST_ALL": "1"}
    assert desk.loads("", **others).port == 8080


def test_an_empty_secret_file_is_named(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    desk.hears(f'{TELEGRAM}token_file = "token"', "token_file：", "空的")
    desk.hears(TELEGRAM, "GUANJIA_TELEGRAM_TOKEN_FILE", "空的", GUANJIA_TELEGRAM_TOKEN_FILE=str(tmp_path / "token"))


def test_the_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().port = 1


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS: Final = sorted({key for _, model, _ in tables(Config, example()) for key in model.model_fields})


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), values, max_size=4))
def test_whatever_is_written_the_answer_is_a_configuration_or_a_sentence(tree: dict[str, Any]) -> None:
    from_tree(tree)
    from_tree({"rules": tree, "community": tree})
    from_tree({"channels": [{**tree, "kind": "telegram"}, tree]})


def from_tree(tree: dict[str, Any]) -> None:
    try:
        checked(tree, Path.cwd(), {})
    except ConfigError as error:
        said = str(error)
    else:
        return
    assert said
    assert not re.search("should be|Input|Value error", said)


def test_every_platform_is_in_the_union() -> None:
    assert {model.__name__ for model in models_in(ChannelConfig)} == {"WebchatConfig", "TelegramConfig"}
