"""The worked examples in the paper about warnings are run as they stand there, and so is the command that tries them."""

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.check import findings
from bot.complaints import ConfigError
from bot.config import load
from storage.migrations import upgrade
from tests.test_cli import here
from tests.warning_desk import SECRET, Weather, system, weather
from tests.world import World

PAPER = Path(__file__).parent.parent / "docs" / "warnings.md"
ADDRESS = "http://127.0.0.1:8080/"


def example(language: str) -> str:
    """The one block of that language in the paper."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAPER.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


@pytest.fixture
async def service(world: World, tmp_path: Path) -> AsyncIterator[Weather]:
    """The service at this hour, and beside the reader's examples what he has to have."""
    world.now = datetime.now(UTC)
    (tmp_path / "storm.json").write_text(example("json"), encoding="utf-8")
    (tmp_path / "secret.txt").write_text(f"{SECRET}\n", encoding="utf-8")
    async with weather(world, system(unconfirmed=True)) as found:
        yield found


async def ran(folder: Path, *command: str) -> tuple[int, str, str]:
    """Its exit code, and what it said and complained of."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=pipe, stderr=pipe, env={**here(), "PATH": "/usr/bin:/bin"}
    )
    out, error = await process.communicate()
    return process.returncode or 0, out.decode(), error.decode()


@pytest.mark.parametrize("language", ["bash", "python"])
async def test_the_examples_work(world: World, service: Weather, tmp_path: Path, language: str) -> None:
    if language == "bash" and not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("no curl or openssl here")
    program = [sys.executable, "-c"] if language == "python" else ["bash", "-euc"]
    code, out, error = await ran(tmp_path, *program, example(language).replace(ADDRESS, service.address))
    assert (code, error) == (0, "")
    assert '"state": "sending"' in out
    await world.send_all()
    world.hears("3栋群", "今天夜里到明天早上", "weather.example.org", "—— 市气象台发布")
    world.hears("4栋群", "今天夜里到明天早上")


async def test_the_command_sends_tries_and_says_what_is_wrong(world: World, service: Weather, tmp_path: Path) -> None:
    guanjia = [sys.executable, "-m", "bot", "warn", "--to", f"{service.address}warnings", "--secret-file", "secret.txt"]
    code, out, _ = await ran(tmp_path, *guanjia, "--system", "weather", "--dry-run", "storm.json")
    assert (code, "只是试一试" in out, "锦绣小区3栋、锦绣小区4栋" in out) == (0, True, True)
    world.silent("3栋群")
    code, out, _ = await ran(tmp_path, *guanjia, "--system", "weather", "storm.json")
    assert (code, "收下了" in out) == (0, True)
    code, out, _ = await ran(tmp_path, *guanjia, "--system", "weather", "storm.json")
    assert (code, "以前收过" in out) == (0, True)
    code, _, error = await ran(tmp_path, *guanjia, "--system", "water", "storm.json")
    assert (code, "签名不对" in error) == (2, True)
    code, _, error = await ran(tmp_path, *guanjia, "--system", "weather", "nothing.json")
    assert (code, "打不开" in error) == (2, True)


def test_what_the_paper_writes_into_the_configuration_loads(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(example("toml"), encoding="utf-8")
    (found,) = load(path, {"GUANJIA_WARNINGS_WEATHER_SECRET": SECRET}).warnings
    assert found.secret is not None
    assert (found.secret.get_secret_value(), found.system.unconfirmed) == (SECRET, False)


def test_two_systems_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(example("toml") * 2 + "most_an_hour = 0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"第 2 个 \[\[warnings\]\] 的 most_an_hour：现在是 0"):
        load(path, {})
    path.write_text(example("toml") * 2, encoding="utf-8")
    with pytest.raises(ConfigError, match="weather 写了两次"):
        load(path, {})


async def test_the_check_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(example("toml").replace("雪凝", "地震"), encoding="utf-8")
    await upgrade(load(path, {}).database_url)
    (line,) = [str(one) for one in await findings(path, datetime.now(UTC)) if "外来预警 weather" in one.sentence]
    assert line.startswith("✗")
    assert "没有文件夹 /srv/warnings/weather" in line
    assert "places 里的“石龙社区”对不上地点" in line
