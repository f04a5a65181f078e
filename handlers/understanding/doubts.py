"""Which messages are worth a second opinion, and which of them nobody else may be asked about."""

import re
from typing import Final

from handlers.understanding.danger import danger, hinted
from handlers.understanding.normalise import plain
from handlers.understanding.sound import understood
from handlers.understanding.types import Judgement, Question
from storage.types import Urgency

_INSTRUCTS: Final = re.compile(
    r"(?i)json|prompt|ignore|instruction|assistant|system|intent|urgency|category|ticket|resolved|emergency"
    r"|提示词|指令|大模型|语言模型|人工智能|(?:忽略|无视|忘[掉记]|不要?理会|不用管).{0,8}(?:以上|上面|前面|之前|所有|规则|要求|设定)"
    r"|你(?:现在|从现在起)?(?:是|扮演).{0,6}(?:AI|助手|模型|机器人|管理员|系统)|扮演|(?:输出|回答|回复|判断)[:为成]"
    r"|(?:所有|全部|每[张条个])的?工单|\[人\d|\[房\d"
)


def instructs(text: str) -> bool:
    """Whether `text` speaks to a model rather than to neighbours."""
    return _INSTRUCTS.search(plain(text)) is not None


def worth_asking(question: Question, local: Judgement, below: float) -> bool:
    """Whether a second opinion is worth it: `local` is surer by less than `below`, and nothing forbids to ask.

    What a rule takes for an emergency is one, and has no time; what speaks to the model is not shown to it.
    """
    heard = question.heard
    if heard.from_bot or local.margin >= below or not (heard.text.strip() or heard.attachments):
        return False
    alarmed = danger(understood(heard.text)) and any(item.urgency is Urgency.EMERGENCY for item in local.items)
    return not alarmed and not instructs(heard.text)


def plays_down(question: Question, local: Judgement, opinion: Judgement) -> bool:
    """Whether `opinion` is silent where danger to life is spoken of, so that the local answer has to stand.

    A story about it may be silenced if the local reader took it for a report; what it only asks about may not.
    """
    text = understood(question.heard.text)
    return not opinion.items and (danger(text) is not None or (not local.items and hinted(text) is not None))
