"""Variables in the texts of notices, and the templates that everybody has."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

BUILDING: Final = "楼栋"
ON_DUTY: Final = "值班人"
PHONE: Final = "电话"
#: Filled in for each group when the notice goes out; any other one is asked for while the notice is written.
OF_PLACES: Final = (BUILDING, ON_DUTY, PHONE)
_VARIABLE: Final = re.compile(r"\{([^{}\s]{1,12})\}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A template: its words, and what a notice made of it is."""

    name: str
    text: str
    warning: bool = False
    asks_back: bool = False


SHIPPED: Final[Mapping[str, Draft]] = MappingProxyType(
    {
        draft.name: draft
        for draft in (
            Draft(
                "停水停电",
                "【{停什么}通知】{楼栋}的各位邻居：因{原因}，{时间}{停什么}。请提前接好水、给手机充好电，"
                "出门前关好水龙头和电器。家里有老人、病人要用水用电的，请直接跟社区说。",
            ),
            Draft(
                "雪凝",
                "【雪凝提醒】{楼栋}的各位邻居：{时间}有雪凝，路面、台阶会结冰。非必要不出门，老人小孩尽量待在家；"
                "开车慢行，别走桥面和陡坡。水管请裹好，烤火一定要开窗通风。",
                warning=True,
            ),
            Draft(
                "暴雨",
                "【暴雨提醒】{楼栋}的各位邻居：{时间}有暴雨。请关好门窗，收好阳台上的花盆，车别停在低洼处；"
                "积水的路不要蹚，电线落水处离远些。楼里进水、有人被困，马上在群里说或打 119。",
                warning=True,
            ),
            Draft(
                "防溺水",
                "【防溺水】{楼栋}的各位家长：天热了，请看好孩子，不私自下水，不和同学结伴去{地点}玩水，不到不熟悉的水边去。"
                "看到有人落水，别手拉手下去救，大声喊人，打 110、120。",
            ),
            Draft(
                "医保缴费",
                "【医保缴费】{楼栋}的各位邻居：{年度}年城乡居民医保{截止日期}截止，每人 {金额} 元。"
                "手机上可以自己缴，不会弄的带身份证到{地点}，有人帮您办。过了时间要断档，请互相提醒一下。",
            ),
            Draft(
                "疫苗",
                "【疫苗接种】{楼栋}的各位邻居：{时间}在{地点}打{疫苗}。请{对象}带好身份证或接种本，"
                "打完留 30 分钟再走。行动不便的跟社区说，我们想办法。",
            ),
            Draft(
                "消防",
                "【消防安全】{楼栋}的各位邻居：楼道不堆东西，电动车、电池不进楼不进家，出门关火断电。"
                "{时间}我们逐层检查，堆在楼道里的请在这之前搬走。起火打 119。",
            ),
            Draft(
                "电信诈骗",
                "【防诈骗】{楼栋}的各位邻居：最近有人{手法}。不听、不信、不转账，验证码谁要都不给；"
                "拿不准就先打 96110 问一问，已经转了钱马上打 110。",
            ),
            Draft(
                "活动",
                "【活动】{楼栋}的各位邻居：{时间}在{地点}办{活动}，欢迎大家来。要带的：{带什么}。",
            ),
        )
    }
)


def variables(text: str) -> Sequence[str]:
    """The names in braces, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def own_variables(text: str) -> Sequence[str]:
    """Those of them that are the same for every place."""
    return [name for name in variables(text) if name not in OF_PLACES]


def place_variables(text: str) -> Sequence[str]:
    """Those of them that each place has for itself."""
    return [name for name in variables(text) if name in OF_PLACES]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known put in; the rest stays in braces. What is put in is not read again."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
