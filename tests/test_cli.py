"""The command line, as a shell sees it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.arguments import Mistaken, make_parser

CHAT = {"chat": {"id": "g", "compound": "锦绣家园", "building": "3", "units": ["1", "2"]}}
MESSAGE: dict[str, Any] = {
    "id": "m1",
    "ts": "2026-05-11T07:42:10+08:00",
    "sender": {"id": "u7", "name": "2-1203 李姐", "role": "resident"},
    "text": "2单元电梯又坏了，停在8楼不动",
    "reply_to": None,
    "mentions": [],
    "attachments": [],
}


def guanjia(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, cwd=folder, env=here(), capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def here() -> dict[str, str]:
    """No language, no settings: only where the program is."""
    return {"PYTHONPATH": str(Path(__file__).parent.parent), "LC_ALL": "C"}


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "bot", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=here(), stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["db", "-h"]])
def test_help_is_in_chinese(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert shown.startswith("用法：guanjia")
    assert not {"usage", "options", "show this", "optional"} & set(shown.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "还缺：命令"),
        (["fly"], "没有“fly”"),
        (["replay"], "还缺：文件"),
        (["demo", "--port", "many"], "--port 的值不对"),
        (["demo", "--port", "99999"], "--port 的值不对"),
        (["demo", "--port"], "--port 后面要写上值"),
        (["serve", "--fast"], "不认识：--fast"),
        (["db", "drop"], "没有“drop”"),
        (["learn", "--undo", "--dry-run"], "不能一起用"),
    ],
)
def test_a_mistaken_command_line_is_told_in_a_sentence(arguments: list[str], said: str) -> None:
    with pytest.raises(Mistaken, match=said) as mistake:
        make_parser().parse_args(arguments)
    assert str(mistake.value).endswith("--help")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve"], "config.example.toml"),
        (["db", "upgrade", "--config", "away.toml"], "away.toml"),
        (["replay", "away.jsonl"], "away.jsonl"),
        (["learn", "--undo"], "config.example.toml"),
    ],
)
def test_what_the_operator_must_change_is_said_without_a_traceback(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert (shown.out, shown.err.count("\n")) == ("", 1)


def test_the_whole_way_to_the_first_admin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("port = 8123\n")
    assert main(["db", "upgrade"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["invite"]) == 2
    assert "--community" in capsys.readouterr().err
    invited = guanjia(tmp_path, "invite", "--community", "石龙社区")
    assert "http://127.0.0.1:8123/enter/" in invited.stdout
    assert "我是管理员" in invited.stdout


def test_a_workbook_is_written_once_and_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("")
    assert main(["import", "--template", "a.xlsx"]) == 0
    assert main(["import", "--template", "a.xlsx"]) == 2
    assert main(["import", "a.xlsx"]) == 0
    assert main(["import"]) == 2
    assert main(["import", "config.toml"]) == 2
    assert "--template" in capsys.readouterr().err


def test_parse_answers_each_line_before_it_reads_the_next(tmp_path: Path) -> None:
    with started(tmp_path, "parse") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (CHAT, MESSAGE):
            process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        assert (first["id"], first["intent"]) == ("m1", "request")
        process.stdin.write("no message\n")
        process.stdin.close()
        assert json.loads(process.stdout.readline())["intent"] == "chatter"
        assert process.wait(timeout=30) == 0


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_demo_needs_nothing_and_stops_when_it_is_told_to(name: signal.Signals, tmp_path: Path) -> None:
    with started(tmp_path, "demo", "--port", "0") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(name)
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == ""
    assert (tmp_path / "data" / "demo" / "guanjia.db").is_file()


def test_replay_prints_one_object_for_machines(tmp_path: Path) -> None:
    file = tmp_path / "g.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in (CHAT, MESSAGE)), encoding="utf-8")
    done = guanjia(tmp_path, "replay", str(file), str(file), "--json")
    assert done.returncode == 0, done.stderr
    sums = json.loads(done.stdout)
    assert (sums["messages"], sums["tickets"], sums["chatter_texts_stored"]) == (2, 2, 0)
