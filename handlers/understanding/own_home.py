"""When 「我家」 means that the trouble is in the speaker's own flat."""

import re
from typing import Final

_WHO: Final = "[我俺咱吾侬阮额](?:们|哋)?(?:自己)?"
_ROOM: Final = "窗|阳台|客厅|卧室|厨房|厕所|墙"
#: What somebody says who speaks of his own flat; `whose` where it is of somebody or something there.
OWN_HOME: Final = re.compile(
    rf"""
    (?: (?<![到得把着跟往害向离比从怼问在找])      # 从我家看出去, 跑到我家: only passed by
      | (?<=[漏渗滴流淌冒返]到)                    # … but 漏到我家
      | [到从着](?=我家(?:{_ROOM}))                # … and 伸到我家窗户, 顺着我家客厅灯往下滴
      | [到来上](?=我家来?[帮看修取拿收办])        # … and 到我家来帮
    )
    (?: {_WHO}(?:这(?=暖气|儿|边))?
        (?: 家(?!门禁|门卡) | 屋(?!顶) | 房间 | 房里 | 卧室 | 主卧 | 厨房 | 客厅 | 厕所 | 卫生间 | 阳台
          | \d{{3,4}} | 这屋 | 咯里 | 这(?=[边里,.!]|$)
        )
      | 家[里中] | 屋头 | 屋里 | 屋企 | 成屋 | 自家
    )
    (?P<whose>[的老小]{{0,2}}(?:人|老|父|母|爸|妈|爷|奶|婆|公|娃|孩|宝|儿|女|婴|狗|猫|车|先生|师傅))?
    """,
    re.VERBOSE,
)
NEAR_HOME: Final = re.compile("楼上|楼下|隔壁|对门|对面|我家|我屋|俺家|邻居")
#: 我在503听得清清楚楚: where somebody is who tells of another's trouble.
WHERE_HE_IS: Final = re.compile(r"我[是在住]\d{3,4}")


def lies_on(room: str | None, floor: int) -> bool:
    """Whether a room is on a floor by its number, as 1601 is on the sixteenth."""
    return room is not None and room.isdecimal() and int(room) // 100 == floor


def lies_above(room: str | None, other: str | None) -> bool:
    """Whether one room lies right above the other."""
    return bool(room and other and room.isdecimal() and other.isdecimal() and int(room) == int(other) + 100)
