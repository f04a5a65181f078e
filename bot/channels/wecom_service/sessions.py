"""In whose hands a conversation is: the bot's, or those of somebody of the company."""

from typing import Final

from bot.channels.wecom.api import Api

NEW, BOT = 0, 1  #: else somebody of the company is waited for (2) or talks (3), or it is over (4)

#: The platform will not let the bot speak in the state that the conversation is in.
NOT_IN_THIS_STATE: Final = frozenset({95013, 95018})


async def taken_back(api: Api, service: str, resident: str) -> bool:
    """Take a conversation into the bot's hands; False where it was handed to somebody of the company, or is over.

    Raises:
        ApiError, Unanswered: It cannot be asked or taken.
    """
    who = {"open_kfid": service, "external_userid": resident}
    state = (await api.post("/cgi-bin/kf/service_state/get", who)).get("service_state")
    if state == NEW:
        await api.post("/cgi-bin/kf/service_state/trans", {**who, "service_state": BOT})
    return state in (NEW, BOT)
