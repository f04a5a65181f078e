"""`[[warnings]]`: the systems that may start warnings."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, Strict

from bot.section import Section
from handlers.notices.alarms import System

Name = Annotated[str, Field(min_length=1, max_length=40)]


class WarningSystem(Section):
    """One system of a weather service, a water company, whoever knows of something first."""

    id: str = Field(
        pattern=r"^[a-z0-9_-]{1,32}$",
        description="这个系统的代号：小写字母、数字、_ 或 -，最长 32 个；对方发的时候要写",
    )
    name: str = Field(min_length=1, max_length=60, description="对外怎么称呼它，通知末尾署这个名，例如 市气象台")
    secret: Annotated[SecretStr, Field(min_length=16, max_length=256)] | None = Field(
        default=None, description="跟对方约好的密钥，至少 16 个字符；建议放在环境变量或文件里；不填就不收网上发来的"
    )
    folder: Path | None = Field(
        default=None, description="对方把 JSON 文件放进哪个文件夹；谁能往里放，谁就能发；不填就不看文件夹"
    )
    templates: tuple[Name, ...] = Field(min_length=1, description="它可以用哪几个模板，写模板的名字")
    places: tuple[Name, ...] = Field(
        min_length=1, description="它可以往哪些地方发，写表格里的地名；写社区名就是整个社区"
    )
    unconfirmed: Annotated[bool, Strict()] = Field(
        default=False, description="true 就直接发、同时告诉管理员；false 要管理员确认了才发，夜里也马上问"
    )
    most_an_hour: Annotated[int, Strict()] = Field(default=10, ge=1, le=1000, description="一小时最多收几条（条）")

    @property
    def system(self) -> System:
        """The same, as the handlers take it."""
        return System(self.id, self.name, self.templates, self.places, self.unconfirmed, self.most_an_hour)


def _each_once(systems: tuple[WarningSystem, ...]) -> tuple[WarningSystem, ...]:
    ids = [system.id for system in systems]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise ValueError(f"{twice} 写了两次，请给另一段换个 id")
    return systems


Systems = Annotated[tuple[WarningSystem, ...], AfterValidator(_each_once)]


def beside(systems: Systems, folder: Path) -> Systems:
    """The same, their relative folders beginning in `folder`."""
    return tuple(one.model_copy(update={"folder": one.folder and folder / one.folder}) for one in systems)
