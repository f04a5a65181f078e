"""Secrets: where they may come from, and that none is ever shown."""

from pathlib import Path

import pytest

from bot.advisor.config import ModelConfig
from bot.channels.telegram import TelegramConfig
from bot.channels.webchat import WebchatConfig
from bot.config import Config, ConfigError, load
from bot.secrets import is_secret
from tests.config_desk import TELEGRAM, TOKEN, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


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
    assert {key for key, field in ModelConfig.model_fields.items() if is_secret(field)} == {"key"}
    assert [key for key, field in Config.model_fields.items() if is_secret(field)] == ["database_url"]
    assert not any(is_secret(field) for field in WebchatConfig.model_fields.values())


def test_an_empty_secret_file_is_named(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    desk.hears(f'{TELEGRAM}token_file = "token"', "token_file：", "空的")
    desk.hears(TELEGRAM, "GUANJIA_TELEGRAM_TOKEN_FILE", "空的", GUANJIA_TELEGRAM_TOKEN_FILE=str(tmp_path / "token"))


def test_a_misspelt_variable_of_the_environment_is_named(desk: Desk) -> None:
    desk.hears("", "GUANJIA_DATABSE_URL", "GUANJIA_DATABASE_URL", GUANJIA_DATABSE_URL="postgresql://u:hidden@db/x")


def test_variables_of_others_do_not_matter(desk: Desk) -> None:
    others = {"GUANJIA_PORT": "tcp://10.0.0.1:8080", "GUANJIA_SERVICE_HOST": "10.0.0.1", "GUANJIA_TEST_ALL": "1"}
    assert desk.loads("", **others).port == 8080
