"""`config.toml` as one frozen, checked value. Units are in the names of the keys; `timedelta` begins at this border.

Its tables are in `bot/tables.py`, how a mistake is explained in `bot/complaints.py`, where secrets are in `bot/secrets.py`.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field, HttpUrl, ValidationError, field_validator

from bot.advisor.config import ModelConfig
from bot.calling import Calling
from bot.channels.kinds import ChannelConfig
from bot.channels.webchat import WebchatConfig
from bot.complaints import ConfigError, explained
from bot.drivers import driven
from bot.notice_table import Notices
from bot.rostering import Roster
from bot.secrets import Secrets
from bot.section import Section
from bot.tables import Community, Outbox, Rules, Whole
from bot.toml import read_toml
from bot.warnings.config import Systems, beside
from handlers.house import MANNERS, HouseRules
from handlers.rules.dispatch import Limits
from handlers.rules.verifying import VerifyRules

__all__ = ["Config", "ConfigError", "checked", "load"]


class MediaLimits(Section):
    """What is kept of pictures and files."""

    limit_mb: Whole = Field(default=10, ge=1, le=200, description="一张图片或一个文件最大多少 MB，再大就请人发小一点的")

    @property
    def limit_bytes(self) -> int:
        """The most bytes of a picture or a file as it arrives."""
        return self.limit_mb * 2**20


class Config(Section):
    """Everything that can be set. Relative paths are beside the file; without a file, in the working directory."""

    data_dir: Path = Field(default=Path("data"), description="数据放在哪个文件夹；相对路径从配置文件所在的文件夹算起")
    database_url: str = Field(
        default_factory=lambda known: f"sqlite+aiosqlite:///{known['data_dir']}/guanjia.db",
        repr=False,
        description="数据库地址；不填就是 data_dir 里的 guanjia.db。PostgreSQL 写 postgresql://用户:密码@主机/库名",
    )
    host: str = Field(
        default="127.0.0.1", min_length=1, description="网页在哪个地址上等人来；只有本机能打开就写 127.0.0.1"
    )
    port: Whole = Field(default=8080, ge=0, le=65535, description="网页的端口号；写 0 就随便挑一个空着的")
    public_url: HttpUrl | None = Field(
        default=None, description="别人从外面打开网页用的网址，例如 https://guanjia.example.org"
    )
    instance: str = Field(
        default="main", pattern="^[a-z0-9_-]{1,32}$", description="这个进程的代号；几台机器共用一个数据库时各取一个"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="日志记到多细：debug、info、warning 或 error"
    )
    community: Community = Field(default_factory=Community, description="社区")
    rules: Rules = Field(default_factory=Rules, description="规矩")
    calling: Calling = Field(default_factory=Calling, description="叫几个人；各处怎么叫用“派单规则”另定")
    roster: Roster = Field(default_factory=Roster, description="班表")
    notices: Notices = Field(default_factory=Notices, description="发通知的规矩；各处可以用“通知规矩”另定")
    outbox: Outbox = Field(default_factory=Outbox, description="往外发消息的快慢")
    media: MediaLimits = Field(default_factory=MediaLimits, description="图片")
    model: ModelConfig = Field(default_factory=ModelConfig, description="大模型，不开也能用")
    warnings: Systems = Field(default=(), description="哪些外面的系统可以发预警，一个写一段；做法见 docs/warnings.md")
    channels: tuple[ChannelConfig, ...] = Field(
        default_factory=lambda: (WebchatConfig(),), description="接哪些聊天渠道，一个渠道写一段"
    )

    @field_validator("database_url")
    @classmethod
    def _driven(cls, url: str) -> str:
        return driven(url)

    @field_validator("channels")
    @classmethod
    def _each_account_once(cls, channels: tuple[ChannelConfig, ...]) -> tuple[ChannelConfig, ...]:
        if not channels:
            raise ValueError("是空的，请至少写一段 [[channels]]，或者整个删掉")
        seen = [(channel.kind, getattr(channel, "account", "")) for channel in channels]
        for place, (kind, account) in enumerate(seen):
            if (kind, account) in seen[:place]:
                raise ValueError(f"{kind} {account}".strip() + " 写了两次，请删掉一段，或者给另一段换个 account")
        return channels

    @property
    def address(self) -> str:
        """Where people open the pages, without a slash at the end."""
        return str(self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def pictures_dir(self) -> Path:
        """Where pictures are kept."""
        return self.data_dir / "pictures"

    @property
    def learned_dir(self) -> Path:
        """Where it is kept what understanding has learned here."""
        return self.data_dir / "model"

    def house(self) -> HouseRules:
        """The rules as the handlers take them."""
        kept = self.rules
        return replace(
            self._manners(),
            neighbours=self.calling.neighbours,
            weights=self.calling.weights(),
            remembered=timedelta(days=self.calling.remember_days),
            code_for=timedelta(hours=kept.code_hours),
            ids_for=timedelta(days=kept.message_id_days),
            words_for=timedelta(days=kept.words_days),
            corrections_for=timedelta(days=kept.correction_days),
        )

    def _manners(self) -> HouseRules:
        rules, community, calling = self.rules, self.community, self.calling
        return HouseRules(
            escalation=calling.added_to(rules.policy(community.time_zone)),
            operator=community.operator,
            bot_name=community.bot_name,
            web_address=self.address if any(c.kind == "webchat" for c in self.channels) else None,
            pages=self.address if self.public_url else None,
            roster=self.roster.rules(),
            group_notes=rules.group_notes,
            never_in_group=rules.never_in_group,
            advice=MappingProxyType(rules.advice),
            advice_else=rules.advice_else,
            skills=rules.skills,
            needed=MappingProxyType(rules.skills_needed),
            limits=Limits(rules.most_open, rules.most_an_hour, calling.most_calls),
            asked_from=rules.asked_from_percent / 100,
            manner=MANNERS[rules.manner],
            answer_within=timedelta(minutes=rules.answer_minutes),
            ask_again_after=timedelta(minutes=rules.ask_again_minutes),
            linked_for=timedelta(hours=rules.linked_hours),
            reopen_within=timedelta(days=rules.reopen_days),
            verifying=VerifyRules(
                timedelta(days=rules.verify_days), timedelta(hours=rules.rating_hours), rules.always_verify
            ),
            handoff_within=timedelta(minutes=rules.handoff_minutes),
            leave_returns=rules.leave_returns,
            sign_off_until=timedelta(hours=rules.sign_off_hours),
            task_for=timedelta(hours=rules.task_hours),
            notices=self.notices.rules(),
        )


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in the file at `path`, its secrets filled in; without a file, the defaults.

    Raises:
        ConfigError: It cannot be used; everything that is wrong is listed at once.
    """
    if path is None:
        return checked({}, Path.cwd(), environ)
    return checked(read_toml(path), path.absolute().parent, environ)


def checked(tree: Mapping[str, Any], folder: Path, environ: Mapping[str, str]) -> Config:
    """The configuration that a file in `folder` gives by saying `tree`.

    Raises:
        ConfigError: It cannot be used; everything that is wrong is listed at once.
    """
    secrets = Secrets(environ, folder)
    filled = secrets.fill(tree, Config)
    wrong = {}
    try:
        config = Config.model_validate(filled)
    except ValidationError as error:
        wrong = explained(error, Config)
    wrong |= secrets.complaints
    if wrong:
        raise ConfigError("\n".join(wrong.values()))
    return _beside(config, folder)


def _beside(config: Config, folder: Path) -> Config:
    """`config` with its relative paths beginning in `folder`: whoever starts elsewhere must not find another database."""
    url = sa.make_url(config.database_url)
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":", "file:")):
        url = url.set(database=str(folder / url.database))
    address = url.render_as_string(hide_password=False)
    systems = beside(config.warnings, folder)
    changed = {"data_dir": folder / config.data_dir, "database_url": address, "warnings": systems}
    return config.model_copy(update=changed)
