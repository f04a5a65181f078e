"""Setting the model up: what the configuration says, what `check` finds, and what `parse --model` prints."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession

from bot.__main__ import main
from bot.advisor.config import ModelConfig
from bot.advisor.findings import spent
from bot.check import findings
from bot.config import Config
from storage import spending
from storage.database import Sessions, open_database
from storage.migrations import upgrade
from storage.tickets import Ticket
from storage.types import Category
from tests.config_desk import Desk
from tests.platforms.language_model import KEY, NAME, NOWHERE, LanguageModel, answer, item
from tests.test_app import populate, running
from tests.test_cli import CHAT, MESSAGE, here
from tests.test_model_endpoint import configured
from tests.webchat_visitor import Visitor
from tests.world import SHANGHAI

NOW: Final = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
WHOLE: Final = 'base_url = "http://127.0.0.1:11434/v1"\nname = "qwen3:8b"\n'
UNSURE: Final = MESSAGE | {"id": "m2", "text": "楼下那盏又黑起了，我是李姐，电话13800001234"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
async def model() -> AsyncIterator[LanguageModel]:
    async with LanguageModel() as model:
        yield model


def test_it_is_off_until_somebody_wants_it(desk: Desk) -> None:
    assert desk.loads("").model == ModelConfig()
    assert ModelConfig().mode == "off"


def test_a_local_model_needs_no_key(desk: Desk) -> None:
    config = desk.loads(f'[model]\nmode = "all"\n{WHOLE}[model.extra]\nreasoning_effort = "none"').model
    assert (config.key, config.extra, config.below) == (None, {"reasoning_effort": "none"}, 2.0)
    assert desk.loads(f'[model]\nmode = "doubtful"\n{WHOLE}').model.below == 0.6


def test_what_is_missing_is_named(desk: Desk) -> None:
    desk.hears('[model]\nmode = "doubtful"', "model：", "base_url")
    desk.hears('[model]\nmode = "all"\nbase_url = "https://api.deepseek.com"', "model：", "name")
    desk.hears(f'[model]\nmode = "all"\n{WHOLE}timeout_seconds = 5', "model.timeout_seconds", "3")
    desk.hears('[model]\nmode = "on"', "model.mode", "doubtful")
    desk.hears('[model]\nbase_ur = "https://x"', "model.base_ur", "base_url")


def test_the_key_may_come_from_the_environment_or_a_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    keys = [
        desk.loads(f'[model]\nkey = "{KEY}"'),
        desk.loads('[model]\nkey_file = "key"'),
        desk.loads("", GUANJIA_MODEL_KEY=KEY),
        desk.loads('[model]\nkey = "old"', GUANJIA_MODEL_KEY=KEY),
        desk.loads("", GUANJIA_MODEL_KEY_FILE=str(tmp_path / "key")),
    ]
    for config in keys:
        assert config.model.key is not None
        assert config.model.key.get_secret_value() == KEY
        assert KEY not in f"{config!r}{config}"
    desk.hears('[model]\nkey = ""', "model.key", "空的")
    desk.hears("model = 5", "model：")
    desk.hears("", "GUANJIA_MODLE_KEY", "GUANJIA_MODEL_KEY", GUANJIA_MODLE_KEY="x")


def test_the_library_is_loaded_only_where_it_is_wanted_and_if_it_is_not_there_the_service_says_so(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.toml").write_text(f'[model]\nmode = "doubtful"\n{WHOLE}', encoding="utf-8")
    program = (
        "import sys, bot.app, bot.check, bot.commands; print('openai' in sys.modules)\n"
        "sys.modules['openai'] = None\nfrom bot.__main__ import main\nsys.exit(main(['serve']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=here(), capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout.splitlines()[0] == "False"
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "pip install 'guanjia[model]'" in done.stderr


async def test_the_service_asks_the_model_about_what_is_said_on_its_page(tmp_path: Path, model: LanguageModel) -> None:
    settings = {"mode": "all", "base_url": model.base_url, "name": NAME, "key": KEY}
    config = Config.model_validate({"data_dir": tmp_path, "port": 0, "model": settings})
    await populate(config)
    model.says(answer(item("open", category="lighting")))
    async with running(config, demo=True) as address, ClientSession() as http, asyncio.timeout(30):
        people = await (await Visitor(http, address).get("/chat/people")).json()
        visitor = Visitor(http, address, people[0]["id"])
        group = next(chat["address"] for chat in (await visitor.starts())["chats"] if "栋" in chat["title"])
        assert (await visitor.says("楼下那盏又黑起了", group)).status == 200
    assert [told["message"]["text"] for told in model.told] == ["楼下那盏又黑起了"]
    async with open_database(config.database_url) as sessions, sessions() as session:
        assert (await session.scalars(sa.select(Ticket.category))).all() == [Category.LIGHTING]


# -- guanjia check -------------------------------------------------------------------------------------------------


def write(folder: Path, model: LanguageModel, **more: str) -> Path:
    settings = {"mode": "doubtful", "base_url": model.base_url, "name": NAME, "key": KEY, **more}
    path = folder / "config.toml"
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
    path.write_text(f"[model]\n{lines}\n", encoding="utf-8")
    return path


async def said_of(path: Path) -> list[str]:
    return [str(finding) for finding in await findings(path, NOW) if "大模型" in finding.sentence]


async def test_check_asks_whether_it_would_answer(tmp_path: Path, model: LanguageModel) -> None:
    assert await said_of(write(tmp_path, model)) == [f"✓ 大模型 {NAME} 连得上，只问拿不准的消息。"]
    assert "model.key" in (await said_of(write(tmp_path, model, key="sk-wrong")))[0]
    assert "model.name" in (await said_of(write(tmp_path, model, name="huge")))[0]
    (away,) = await said_of(write(tmp_path, model, base_url="http://127.0.0.1:1/v1"))
    assert away.startswith("✗")
    assert model.asked == []
    assert await said_of(write(tmp_path, model, mode="off")) == []


async def test_a_model_that_is_not_listed_is_asked_for_a_word(tmp_path: Path, model: LanguageModel) -> None:
    (found,) = await said_of(write(tmp_path, model, name=f"{NAME}-latest"))
    model.lists = False
    assert found == (await said_of(write(tmp_path, model, name=f"{NAME}-latest")))[0]
    assert found.startswith("✓")
    assert [body["messages"] for body in model.asked] == [[{"role": "user", "content": "好"}]] * 2


async def test_check_tells_what_it_has_cost(tmp_path: Path, model: LanguageModel) -> None:
    path = write(tmp_path, model)
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'guanjia.db'}")
    assert "✓ 这个月还没有问过大模型。" in await said_of(path)


PRICED: Final = {"price_in_yuan": 2.0, "price_out_yuan": 8.0}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"monthly_tokens": 3000}, "用了 2,200 个词元（进 2,000，出 200），平均一条 1100 个，额度 3,000 个。"),
        ({"monthly_tokens": 3000} | PRICED, "平均一条 1100 个，花了 0.01 元，平均一条 0.00280 元，额度 3,000 个。"),
        ({"monthly_tokens": 2200}, "额度 2,200 个已经用完，下个月 1 号再问。"),
    ],
)
async def test_the_cost_is_told_in_tokens_and_in_money(
    sessions: Sessions, model: LanguageModel, more: Mapping[str, Any], sentence: str
) -> None:
    async with sessions.begin() as session:
        for failed in (False, True):
            await spending.enter(session, "2026-05", tokens_in=1000, tokens_out=100, failed=failed)
    async with sessions() as session:
        (finding,) = await spent(session, configured(model, **more), NOW, SHANGHAI)
    assert sentence in finding.sentence
    assert "问了大模型 2 条（1 条没有回音或者用不上）" in finding.sentence
    assert finding.ready is ("用完" not in sentence)


# -- guanjia parse --model -----------------------------------------------------------------------------------------


async def parse(folder: Path, *lines: Mapping[str, Any]) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code, what was printed, and what was said beside it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "parse", "--model", cwd=folder, env=here(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, beside = await process.communicate("\n".join(json.dumps(line) for line in lines).encode())
    return process.returncode or 0, [json.loads(line) for line in out.splitlines()], beside.decode()


async def test_parse_prints_what_the_model_makes_of_it(tmp_path: Path, model: LanguageModel) -> None:
    write(tmp_path, model, mode="all")
    model.says(
        answer(item("open", location=NOWHERE | {"unit": "2", "room": "[房1]"})), answer(item("detail", "t1")), "?"
    )
    code, printed, beside = await parse(tmp_path, CHAT, MESSAGE, UNSURE, MESSAGE | {"id": "m3"})
    assert code == 0
    assert [line["id"] for line in printed] == ["m1", "m2", "m3"]
    assert printed[0]["items"][0]["location"] == {"building": "3", "unit": "2", "floor": None, "room": "1203"}
    assert [one["act"] for one in printed[1]["items"]] == ["detail"]
    assert printed[2]["intent"] == "request"  # the local answer
    assert "问了大模型 3 条（1 条没有回音或者用不上）" in beside
    assert not [secret for secret in ("李姐", "1203", "13800001234", "锦绣家园") if secret in str(model.told)]


async def test_parse_without_the_model_asks_nobody(tmp_path: Path, model: LanguageModel) -> None:
    write(tmp_path, model, mode="all")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "parse", cwd=tmp_path, env=here(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await process.communicate(json.dumps(MESSAGE).encode())
    assert model.asked == []


@pytest.mark.parametrize(
    ("written", "named"), [(None, "config.toml"), ("", "model.mode"), ('[model]\nmode = "all"', "base_url")]
)
def test_parse_with_a_model_that_is_not_set_up_stops_in_a_sentence(
    written: str | None, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if written is not None:
        (tmp_path / "config.toml").write_text(written, encoding="utf-8")
    assert main(["parse", "--model"]) == 2
    shown = capsys.readouterr()
    assert named in shown.err
    assert (shown.out, shown.err.count("\n")) == ("", 1)
