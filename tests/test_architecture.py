"""The rules that an import contract cannot see: who opens transactions, who reads the clock, and how long things get."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
LONGEST_MODULE: Final = 200
LONGEST_FUNCTION: Final = 30
LONGEST_NAP: Final = 0.1  #: seconds that a test may sleep, not included

#: The edges: each opens a transaction, lets the handlers decide in it, and is done.
OPEN_TRANSACTIONS: Final = {
    "bot/asker.py",
    "bot/clock.py",
    "bot/receive.py",
    "bot/sender.py",
    "bot/transact.py",
    "storage/migrations/__init__.py",
    "storage/migrations/env.py",
}
#: The driver does what the block that opened the transaction asks.
END_TRANSACTIONS: Final = {"storage/sqlite.py"}
#: The clock is handed to everybody else.
READ_THE_CLOCK: Final = {"bot/wall.py"}
CLOCKS: Final = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}


def modules(*folders: str) -> list[str]:
    """The modules in these folders, as paths from the top."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def source(module: str) -> str:
    return (ROOT / module).read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(source(module), module)


@cache
def nodes(module: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(module)))


def calls(module: str) -> Iterator[ast.Call]:
    return (node for node in nodes(module) if isinstance(node, ast.Call))


def method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [name.name for name in node.names] if isinstance(node, ast.Import) else []


def line_of(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[1 if ast.get_docstring(function) and len(function.body) > 1 else 0]
    return (function.end_lineno or 0) - first.lineno + 1


def is_changeable(node: ast.stmt) -> bool:
    """Whether a statement makes something that can be changed and does not promise that it is not."""
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.value, MUTABLE) and "Final" not in ast.unparse(node.annotation)
    names = {ast.unparse(target) for target in node.targets} if isinstance(node, ast.Assign) else set()
    return isinstance(node, ast.Assign) and isinstance(node.value, MUTABLE) and names != {"__all__"}


MUTABLE: Final = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
PROGRAM: Final = modules("bot", "handlers", "storage")
TESTS: Final = [module for module in modules("tests", "bench") if not module.startswith("tests/eval/")]
WRITTEN_BY_HAND: Final = [module for module in PROGRAM if not module.startswith("storage/migrations/versions/0")]


def test_only_the_edges_open_transactions() -> None:
    """Handlers and storage are given one."""
    assert not [
        f"{module}:{call.lineno}"
        for module in PROGRAM
        if module not in OPEN_TRANSACTIONS
        for call in calls(module)
        if method(call) == "begin"
    ]


def test_nobody_commits_or_rolls_back_by_hand() -> None:
    """The block that opened a transaction ends it."""
    assert not [
        f"{module}:{call.lineno}"
        for module in PROGRAM
        if module not in END_TRANSACTIONS
        for call in calls(module)
        if method(call) in {"commit", "rollback"}
    ]


def test_only_one_module_reads_the_clock() -> None:
    """Time is an argument."""
    assert not [
        f"{module}:{node.lineno} {ast.unparse(node)}"
        for module in PROGRAM
        if module not in READ_THE_CLOCK
        for node in nodes(module)
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in CLOCKS
    ]


def test_a_module_fits_in_a_head() -> None:
    """What grows longer is split by noun."""
    lengths = {module: len(source(module).splitlines()) for module in WRITTEN_BY_HAND}
    assert not {module: length for module, length in lengths.items() if length > LONGEST_MODULE}


def test_a_function_fits_on_a_screen() -> None:
    """Its docstring and its parameters are not counted."""
    assert not [
        f"{module}: {node.name} has {length} lines"
        for module in WRITTEN_BY_HAND
        for node in nodes(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := lines_of(node)) > LONGEST_FUNCTION
    ]


def test_nothing_changes_at_the_level_of_a_module() -> None:
    """Constants are Final, and nothing is global."""
    assert not [
        f"{module}:{node.lineno} {ast.unparse(node)[:60]}"
        for module in PROGRAM
        for node in (*tree(module).body, *(inner for inner in nodes(module) if isinstance(inner, ast.Global)))
        if isinstance(node, ast.Global) or is_changeable(node)
    ]


def test_tests_use_no_mocks_and_patch_nothing_inside() -> None:
    """A fake is a class with a name, and it is handed over."""
    mocks = [
        f"{module}:{line_of(node)} {name}"
        for module in TESTS
        for node in nodes(module)
        for name in imported(node)
        if name.startswith(("unittest", "mock"))
    ]
    patches = [
        f"{module}:{call.lineno}"
        for module in TESTS
        for call in calls(module)
        if ast.unparse(call.func).endswith("monkeypatch.setattr")
    ]
    assert not mocks + patches


def test_tests_do_not_sleep() -> None:
    """They move the clock, or wait for what happens. The benches start real processes and may."""
    assert not [
        f"{module}:{call.lineno}"
        for module in TESTS
        if module.startswith("tests/")
        for call in calls(module)
        if ast.unparse(call.func) in {"asyncio.sleep", "time.sleep"}
        if isinstance(call.args[0], ast.Constant) and float(str(call.args[0].value)) >= LONGEST_NAP
    ]


def test_what_decides_and_remembers_says_nothing_aloud() -> None:
    """The edges log; only the training program, which is for developers, prints."""
    assert not [
        f"{module}:{line_of(node)}"
        for module in modules("handlers", "storage")
        if module != "handlers/understanding/model/train.py"
        for node in nodes(module)
        if "logging" in imported(node) or (isinstance(node, ast.Call) and ast.unparse(node.func) == "print")
    ]
