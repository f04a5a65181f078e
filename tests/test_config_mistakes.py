"""What is wrong with a configuration is said with the key and the remedy, all at once, whatever was written."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, ConfigError, checked, load
from tests.config_desk import TELEGRAM, Desk, example, tables


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


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
        ("[rules]\nmost_open = 0", ["rules.most_open"]),
        ("[rules]\nskills = ['电工']\n[rules.skills_needed]\npets = ['驯兽']", ["rules.skills_needed", "驯兽", "skills"]),
        ("[rules.accept_minutes]\nnormal = 0", ["rules.accept_minutes.normal：", "不能小于 1"]),
        ("[rules.accept_minutes]\nnormal = 99999999999999999999999", ["rules.accept_minutes.normal："]),
        ("[rules.accept_minutes]\nusual = 10", ["rules.accept_minutes.usual：", "normal"]),
        ("[outbox]\ntimeout_seconds = 60", ["outbox：", "lease_seconds"]),
        ("[roster]\nrest_days = 30", ["roster：", "check_weeks"]),
        ("[roster]\ncheck_weekday = 8", ["check_weekday"]),
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
