"""The words of the command line, explained in Chinese."""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NoReturn

from typing_extensions import override

#: What argparse says of a wrong command line, and how we say it.
_SAYINGS: Final = (
    (re.compile(r"the following arguments are required: (.*)"), "还缺：{0}"),
    (re.compile(r"unrecognized arguments: (.*)"), "不认识：{0}"),
    (re.compile(r"argument (\S+): invalid choice: '?([^' ]*)'? \(choose from (.*)\)"), "没有“{1}”，可以用：{2}"),
    (re.compile(r"argument ([^ :]+)\S*: expected (?:one|at least one) argument"), "{0} 后面要写上值"),
    (re.compile(r"argument ([^ :]+)\S*: invalid \w+ value: (.*)"), "{0} 的值不对：{1}"),
    (re.compile(r"argument (\S+): not allowed with argument (\S+)"), "{0} 和 {1} 不能一起用"),
    (re.compile(r"ambiguous option: (\S+).*"), "{0} 写得不全，请写完整"),
)


class Mistaken(Exception):  # noqa: N818 -- a sentence for the person at the keyboard
    """The command line cannot be understood; the message says why."""


class _Layout(argparse.RawDescriptionHelpFormatter):
    @override
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """An argparse parser that speaks Chinese, to the very end."""

    def __init__(self, **more: object) -> None:
        super().__init__(**{"formatter_class": _Layout, "add_help": False, "allow_abbrev": False, **more})  # type: ignore[arg-type]
        self._positionals.title, self._optionals.title = "要写明的", "可以加的"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    @override
    def error(self, message: str) -> NoReturn:
        for pattern, saying in _SAYINGS:
            if found := pattern.fullmatch(message):
                message = saying.format(*(group.replace("'", "").replace(", ", "、") for group in found.groups()))
        raise Mistaken(f"{message}。用法见 {self.prog} --help")


def make_parser() -> argparse.ArgumentParser:
    """Everything that can be asked of `guanjia`. The chosen command stands in `command`."""
    parser = _Parser(prog="guanjia", description="红管家：楼栋群里的服务机器人。")
    commands = parser.add_subparsers(dest="command", metavar="命令", title="命令", required=True, parser_class=_Parser)
    serve = commands.add_parser("serve", help="开始服务，直到 Ctrl+C 或 SIGTERM")
    _add_demo(commands)
    parse = commands.add_parser("parse", help="从标准输入读群消息，一条消息打印一行理解的结果")
    parse.add_argument("--model", action="store_true", help="也问配置里 [model] 的大模型")
    replay = commands.add_parser("replay", help="把群聊记录从头到尾放一遍，看机器人会说什么、开哪些工单")
    replay.add_argument("files", nargs="+", type=Path, metavar="文件", help="一个文件一个群，每行一条消息（JSON）")
    replay.add_argument("--json", action="store_true", help="只打印一个 JSON：合计的数字")
    check = commands.add_parser("check", help="看看哪些准备好了，还缺什么")
    database = commands.add_parser("db", help="数据库")
    actions = database.add_subparsers(dest="action", metavar="动作", title="动作", required=True, parser_class=_Parser)
    upgrade = actions.add_parser("upgrade", help="把数据库升级到这个版本的样子（serve 启动时也会自动做）")
    bring = _add_import(commands)
    learn = _add_learning(commands.add_parser("learn", help="从改正过的话里学本小区的说法，比原来好才换上"))
    invite = commands.add_parser("invite", help="请第一位管理员进来")
    invite.add_argument("--community", metavar="社区", help="哪个社区；还没有的话就建一个。只有一个社区时不用写")
    links = commands.add_parser("links", help="每栋楼的链接或二维码：居民从那里进来，说的事就记在那栋楼")
    _add_warning(commands.add_parser("warn", help="像外面的系统那样发一条预警，试试通不通；做法见 docs/warnings.md"))
    more = (links, _add_export(commands), _add_notice(commands))
    for configured in (serve, parse, check, upgrade, bring, learn, invite, *more):
        add_config(configured)
    return parser


def _add_export(commands: "argparse._SubParsersAction[_Parser]") -> argparse.ArgumentParser:
    export = commands.add_parser("export", help="把东西导出成表格")
    export.add_argument("what", choices=("duty",), metavar="什么", help="duty：今后几周的班表，一处一张")
    export.add_argument("--weeks", type=_weeks, metavar="周数", help="往后几周（默认照配置里的 calendar_weeks）")
    export.add_argument(
        "--out", type=Path, default=Path("班表.xlsx"), metavar="文件", help="写到哪里（默认 班表.xlsx）"
    )
    return export


def _weeks(text: str) -> int:
    weeks = int(text)
    if not 1 <= weeks <= 52:
        raise ValueError(text)
    return weeks


def _add_learning(learn: argparse.ArgumentParser) -> argparse.ArgumentParser:
    either = learn.add_mutually_exclusive_group()
    either.add_argument("--dry-run", action="store_true", help="只比较，不换")
    either.add_argument("--undo", action="store_true", help="退回上一次学的；没有上一次就退回出厂的")
    return learn


def _add_warning(warn: argparse.ArgumentParser) -> None:
    warn.add_argument("file", type=Path, metavar="文件", help="写着预警的 JSON 文件")
    warn.add_argument("--to", required=True, metavar="网址", help="发到哪里，例如 http://127.0.0.1:8080/warnings")
    warn.add_argument("--system", required=True, metavar="代号", help="以哪个系统的名义：配置里 [[warnings]] 的 id")
    warn.add_argument("--secret-file", required=True, type=Path, metavar="文件", help="写着密钥的文件")
    warn.add_argument("--dry-run", action="store_true", help="只看会发到哪里、发成什么样，不真发")


def add_config(parser: argparse.ArgumentParser) -> None:
    """Let the command be told which configuration to use."""
    usual = Path("config.toml")
    parser.add_argument("--config", type=Path, default=usual, metavar="文件", help="配置文件（默认 ./config.toml）")


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


def _add_notice(commands: "argparse._SubParsersAction[_Parser]") -> argparse.ArgumentParser:
    notice = commands.add_parser("notice", help="从一个文件收下几条通知，作成草稿给管理员确认；有一处写错就一条都不收")
    notice.add_argument(
        "file", type=Path, metavar="文件", help="表格 .xlsx（表名叫“通知”）或 .toml，见 docs/notices.md"
    )
    notice.add_argument(
        "--file",
        dest="enclosed",
        type=Path,
        action="append",
        default=[],
        metavar="附件",
        help="每条都带上这个附件（PDF、Word、Excel 等）；几个附件就写几遍",
    )
    notice.add_argument("--author", metavar="管理员", help="算谁写的，发之前要他确认；只有一位管理员时不用写")
    return notice


def _add_demo(commands: "argparse._SubParsersAction[_Parser]") -> None:
    demo = commands.add_parser("demo", help="开一个演示社区，不用配置，也不用任何账号")
    demo.add_argument(
        "--port", type=_port, default=8080, metavar="端口", help="网页的端口号（默认 8080，0 是随便挑一个）"
    )
    demo.add_argument(
        "--data", type=Path, default=Path("data/demo"), metavar="文件夹", help="演示数据放哪里（默认 data/demo）"
    )


def _add_import(commands: "argparse._SubParsersAction[_Parser]") -> argparse.ArgumentParser:
    bring = commands.add_parser("import", help="从一张表格录入社区：地点、成员、角色、值班、轮班、请假、时间、技能")
    bring.add_argument("file", nargs="?", type=Path, metavar="表格", help="填好的 .xlsx；有一处写错就什么都不录")
    bring.add_argument("--template", type=Path, metavar="文件", help="不录入，只把空白表格写到这个文件")
    return bring
