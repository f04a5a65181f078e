"""By which links and codes residents come: a line for every building."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.webchat import WebchatConfig
from bot.config import Config
from bot.links import links_of
from bot.section import Misconfigured
from storage.database import open_database
from tests.platforms.official import OfficialServer
from tests.platforms.official_side import config as official
from tests.platforms.wecom_service import WecomServiceServer
from tests.platforms.wecom_service_side import config as service
from tests.world import MONDAY_9, settle_in


@pytest.fixture
async def server() -> AsyncIterator[WecomServiceServer]:
    async with WecomServiceServer() as server:
        yield server


def configured(folder: Path, *channels: object) -> Config:
    return Config.model_validate({"data_dir": folder, "channels": channels})


async def settled(config: Config) -> None:
    with pytest.raises(Misconfigured):
        await links_of(config)  # makes the database, in which there is no building yet
    async with open_database(config.database_url) as sessions:
        await settle_in(sessions, MONDAY_9)


async def test_every_building_has_its_link_and_its_code(server: WecomServiceServer, tmp_path: Path) -> None:
    async with OfficialServer() as other:
        config = configured(tmp_path, WebchatConfig(), service(server), official(other))
        await settled(config)
        lines = await links_of(config)
    assert lines[0] == "微信客服："
    assert [line.split("\t")[0] for line in lines] == [
        "微信客服：",
        "锦绣小区3栋",
        "锦绣小区4栋",
        "微信公众号（服务号）：",
        "锦绣小区3栋",
        "锦绣小区4栋",
    ]
    assert "&scene_param=place-5" in lines[1]
    assert "showqrcode?ticket=" in lines[4]


async def test_what_is_missing_is_said(server: WecomServiceServer, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="微信客服或者公众号"):
        await links_of(configured(tmp_path, WebchatConfig()))
    config = configured(tmp_path, service(server))
    with pytest.raises(Misconfigured, match="录入楼栋"):
        await links_of(config)
    await settled(config)
    server.accounts.clear()
    with pytest.raises(Misconfigured, match="微信客服帐号"):
        await links_of(config)
    server.fails("/cgi-bin/kf/account/list", 48002)
    with pytest.raises(Misconfigured, match="可调用接口的应用"):
        await links_of(config)
