"""What is said where the rota is given out as a file."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from storage.turns import TurnSource

#: Why somebody is on duty, as a cell says it.
SOURCES: Final[Mapping[TurnSource, str]] = MappingProxyType(
    {
        TurnSource.ROSTER: "排班",
        TurnSource.ROTATION: "轮班",
        TurnSource.TEMPORARY: "临时班表",
        TurnSource.ADDED: "加的",
        TurnSource.SWAP: "换班",
        TurnSource.COVER: "顶班",
    }
)


def link(address: str, weeks: int, hours: float) -> str:
    """The link that gives the file once."""
    return f"今后 {weeks} 周的班表在这里，打开点“下载”：\n{address}\n{hours:.0f} 小时内能下一次，请别转给别人。"


def no_pages() -> str:
    """Where nobody outside can open our pages."""
    return (
        "这里的网页从外面还打不开，给不了链接。请在服务器上运行 guanjia export duty，或者在配置文件里写上 public_url。"
    )


def only_alone() -> str:
    """When it is asked for in a group, and the asker cannot be written to alone."""
    return "班表只能单独给您。请点我的头像，单独给我发“导出班表”。"


def nothing() -> str:
    """When there is no rota."""
    return "您管的地方今后几周都没有排班，没什么可导出的。"
