"""What a bridge's answer means for the message that was to be said."""

import re
from datetime import timedelta
from typing import Final

from bot.channels.base import SendError
from bot.channels.onebot.wire import Answer

#: Said by the bridge where it does not know itself whether it went out: the client beside it did not answer.
_UNSURE: Final = re.compile(r"time[d ]?-?out|超时", re.IGNORECASE)
#: Said where the group or the friend is lost. A sentence of a bridge's own is all there is: no code of v11 says it.
_GONE: Final = re.compile(
    r"not (?:in|a member of) (?:the|this) group|group not (?:found|exist)|群(?:聊)?不存在|不在(?:该|这个|此)?群|"
    r"不是群成员|已(?:退出|被移出)群|不是(?:你的|对方)?好友|not (?:a |your )?friend|removed from",
    re.IGNORECASE,
)
_BUSY: Final = re.compile(r"too (?:fast|many|frequent)|rate ?limit|频繁|过快|稍后再试", re.IGNORECASE)

#: v11: the request itself is wrong, or the bridge cannot do it; 100 is how some say 1400.
_WRONG_11: Final = (100, 1400, 1404)
_TOKEN_11: Final = (1401, 1403)
#: v12: bad request, unsupported action, bad parameter, unsupported parameter or segment, bad segment.
_WRONG_12: Final = range(10001, 10008)
_SELF_12: Final = (10101, 10102)
_TIRED_12: Final = range(36000, 37000)
_LOGIC_12: Final = range(35000, 36000)
_HANDLER_12: Final = range(20000, 30000)

SLOW_DOWN: Final = timedelta(seconds=60)


def failure_11(answer: Answer) -> SendError | None:
    """For v11: 0 was said, 1 will be; 14xx is the specification's, the rest each bridge's own."""
    if answer.code in (0, 1):
        return None
    if answer.code in _WRONG_11:
        return _refused(answer)
    if answer.code in _TOKEN_11:  # curable by who looks after the bridge, so the message stays
        return SendError(f"the bridge wants another token: {answer.code}")
    return _by_words(answer)


def failure_12(answer: Answer) -> SendError | None:
    """For v12, whose codes say by their first digits whose fault it is."""
    if answer.code == 0:
        return None
    if answer.code in _WRONG_12 or answer.code in _LOGIC_12:
        return _refused(answer)
    if answer.code in _SELF_12:
        return SendError(f"the bridge does not know this bot: {answer.code}")
    if answer.code in _HANDLER_12:  # it broke off somewhere on its way
        return SendError(f"the bridge has failed: {answer.code}", unsure=True)
    if answer.code in _TIRED_12:
        return SendError(f"told to slow down: {answer.code}", retry_after=SLOW_DOWN)
    return _by_words(answer)


def _refused(answer: Answer) -> SendError:
    return SendError(f"refused: {answer.code}", permanent=True, gone=_GONE.search(answer.told) is not None)


def _by_words(answer: Answer) -> SendError:
    """Failed on the platform's side. The words themselves are not kept: they may quote the message."""
    if _GONE.search(answer.told):
        return SendError(f"not there any more: {answer.code}", permanent=True, gone=True)
    if _UNSURE.search(answer.told):
        return SendError(f"no answer in time: {answer.code}", unsure=True)
    if _BUSY.search(answer.told):
        return SendError(f"told to slow down: {answer.code}", retry_after=SLOW_DOWN)
    return SendError(f"failed: {answer.code}")
