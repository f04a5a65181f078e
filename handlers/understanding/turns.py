"""Turns of phrase that tell more than their words: who says that it is over, who says that it goes on, who only calls."""

import re
from typing import Final

_OVER: Final = re.compile(r"(?:[修换弄搞整清理通]|更换|处理|解决|恢复)(?:好|完|通|干净|正常)(?:了|啦|咯)?[.!~ ]*$")
# 修好没, 又不亮了, 还是滴: whoever asks whether it is over, or says that it is back or goes on, does not say that it is over.
_GOES_ON: Final = re.compile(
    r"(?:了|[好通来修摘完到弄换走行])没(?:有|得)?(?:[啊呀呢噻哦哇][^,，。]{0,12})?[?？!！~。 ]*$|没(?:有|得)?[啊呀呢]"
    r"|又(?:坏|停|堵|漏|跳|不|没|冇|开始|响|转|断|熄|黑|卡|掉|冒|臭|吵|闪|滴|叫)"
    r"|(?:还是|仍然?|照样)(?:不|没|冇|叫|响|漏|滴|堵|黑|臭|吵|卡|闪)|还剩|[,，].{1,4}还在(?:$|[处弄修等排查])|得等|要等.{1,6}(?:来|到货?)|再(?:跑|来)一趟"
)

# 有人吗, @物业 在不在: whoever calls somebody has not said yet what is the matter.
_CALLS: Final = re.compile(
    r"(?:@[^\s@]++ ?)*+(?:喂|请问|麻烦问[下一]?下?|你好|您好|各位|大家)*+[,，!！ ]*+"
    r"(?:物业|管家|客服|保安|社区|网格员?|楼栋长|楼长|值班的?|师傅|领导|群主|红管家|\S{0,3}(?:书记|经理|主任|管家|姐|哥|老师))?"
    r"(?:的人|的同志)?(?:们)?[,，!！ ]*(?:都)?"
    r"(?:在不在|在吗|在没在|在么|在嘛|在(?:群里)?不|有人(?:吗|没|么|嘛|不|在吗|在不|管(?:吗|没有?|不|一下)?)"
    r"|有没得人(?:管)?|有没有人(?:在|管(?:一下)?)?|出来(?:一下|个人)?|听到没|看到没)[啊呀呢嘛吗哦哟噢]*[ !！?？~。,，]*"
)


def says_over(text: str) -> bool:
    """Whether the text, as `understood` gives it, ends with the words for a thing put right."""
    return _OVER.search(text) is not None


def goes_on(text: str) -> bool:
    """Whether somebody asks whether it is over, or says that it is back or goes on."""
    return _GOES_ON.search(text) is not None


def only_calls(text: str) -> bool:
    """Whether somebody is only called, and nothing said yet of what is the matter."""
    return _CALLS.fullmatch(text) is not None
