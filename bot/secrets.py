"""Where secrets come from: the file itself, a file of their own, or the environment, which goes before both.

`token` may be given as `token_file = "/run/secrets/token"`, as `GUANJIA_TELEGRAM_TOKEN`, or as
`GUANJIA_TELEGRAM_TOKEN_FILE`. A second bot's account stands in the name: `GUANJIA_TELEGRAM_NORTH_TOKEN`. Nothing but
secrets is read from the environment, so that the file says everything else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.complaints import LISTED, ConfigError, kinds_of, models_in
from bot.toml import read_text

PREFIX: Final = "GUANJIA"
IN_FILE: Final = "_file"


@dataclass(slots=True)
class Secrets:
    """Fills the secrets into what the file says, and collects what is wrong with them."""

    environ: Mapping[str, str]
    folder: Path  #: relative paths begin here
    complaints: dict[str, str] = field(default_factory=dict)  #: by the name of what is wrong
    _asked: set[str] = field(default_factory=set)

    def fill(self, tree: Mapping[str, Any], root: type[BaseModel]) -> dict[str, Any]:
        """`tree` with the secrets of `root` and of its tables and channels; `tree` itself is left as it is."""
        filled = self._table(dict(tree), root, (PREFIX,), "")
        for name, model in _tables_with_secrets(root):
            table = filled.get(name, {})
            if isinstance(table, dict) and (inner := self._table(dict(table), model, (PREFIX, name), f"{name}.")):
                filled[name] = inner
        channels = filled.get("channels")
        if isinstance(channels, list):
            kinds = {
                kind: model for model in models_in(root.model_fields["channels"].annotation) for kind in kinds_of(model)
            }
            filled["channels"] = [self._channel(entry, kinds, number) for number, entry in enumerate(channels, 1)]
        for name, model in _lists_with_secrets(root):
            if isinstance(filled.get(name), list):
                filled[name] = [self._entry(entry, model, name, number) for number, entry in enumerate(filled[name], 1)]
        self._misspelt()
        return filled

    def _entry(self, entry: Any, model: type[BaseModel], name: str, number: int) -> Any:
        if not isinstance(entry, dict):
            return entry
        named = (PREFIX, name, str(entry.get("id", "")))
        return self._table(dict(entry), model, named, f"第 {number} 个 [[{name}]] 的 ")

    def _channel(self, entry: Any, kinds: Mapping[str, type[BaseModel]], number: int) -> Any:
        model = kinds.get(str(entry.get("kind"))) if isinstance(entry, dict) else None
        if model is None:
            return entry
        named = [PREFIX, str(entry["kind"]), *([str(entry["account"])] if "account" in entry else [])]
        return self._table(dict(entry), model, tuple(named), f"第 {number} 个 [[channels]] 的 ")

    def _table(
        self, table: dict[str, Any], model: type[BaseModel], named: tuple[str, ...], where: str
    ) -> dict[str, Any]:
        for key in secrets_of(model):
            name = where + key
            from_file = table.pop(key + IN_FILE, None)
            if from_file is not None and key in table:
                self._complain(name, f"{name}：和 {key}_file 写了两样，请只留一个")
            elif from_file is not None:
                table[key] = self._read(from_file, name, name + IN_FILE)
            found = self._found("_".join((*named, key)).upper().replace("-", "_"), name)
            if found is not None:
                table[key] = found
            if isinstance(table.get(key), str) and not table[key].strip():
                self._complain(name, f"{name}：是空的，请填上，或者把这一行删掉")
        return table

    def _found(self, variable: str, name: str) -> str | None:
        """What the environment says, directly or through a file."""
        in_file = variable + IN_FILE.upper()
        self._asked |= {variable, in_file}
        value, path = (self.environ.get(known, "").strip() for known in (variable, in_file))
        return self._read(path, name, f"环境变量 {in_file}") if path and not value else value or None

    def _read(self, path: object, name: str, where: str) -> str:
        try:
            content = read_text(self.folder / path).strip() if isinstance(path, str) else ""
        except ConfigError as error:
            self._complain(name, f"{where}：{error}")
            return ""
        if not isinstance(path, str):
            self._complain(name, f"{where}：应该是加引号的路径")
        elif not content:
            self._complain(name, f"{where}：文件 {path} 是空的，请把密钥写进去")
        return content

    def _complain(self, name: str, line: str) -> None:
        self.complaints.setdefault(name, line)

    def _misspelt(self) -> None:
        for name in self.environ:
            unused = name.startswith(f"{PREFIX}_") and name not in self._asked
            if unused and (close := get_close_matches(name, self._asked, n=1, cutoff=0.9)):
                self._complain(name, f"环境变量 {name}：没有用到，是不是想写 {close[0]}？")


def _tables_with_secrets(root: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The tables of `root` that are there once, and hold a secret."""
    for name, known in root.model_fields.items():
        found = list(models_in(known.annotation))
        if len(found) == 1 and name not in LISTED and any(secrets_of(found[0])):
            yield name, found[0]


def _lists_with_secrets(root: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The tables of `root` that may be there more than once and are all of one kind."""
    for name in LISTED:
        found = list(models_in(root.model_fields[name].annotation)) if name in root.model_fields else []
        if len(found) == 1:
            yield name, found[0]


def secrets_of(model: type[BaseModel]) -> Iterator[str]:
    """The keys of `model` that may not be shown."""
    return (key for key, field in model.model_fields.items() if is_secret(field))


def is_secret(field: FieldInfo) -> bool:
    """Whether a field's value may not be shown."""
    return not field.repr or _holds_secret(field.annotation)


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_holds_secret(inner) for inner in get_args(annotation))
