"""What an admin asks for beside notices: a code by which people join a group, and a text that greets them."""

from collections.abc import Mapping
from typing import Any, Final

from bot.channels.base import SendError
from bot.channels.confirmed import Done
from bot.channels.wecom.api import Api, ApiError
from bot.channels.wecom_groups.asking import EXTERNAL
from storage.errands import ErrandKind

BY_PICTURE: Final = 2  #: the code is a picture; 1 would be a button in a mini-program
NO_SUCH: Final = frozenset({40058, 40096, 41045})  #: what was made before is not there any more: it is made anew
LONGEST_NAME, LONGEST_REMARK, LONGEST_STATE = 40, 30, 30


async def run(api: Api, kind: ErrandKind, body: Mapping[str, Any], made: str | None) -> Done:
    """Run an errand; `made` is the id of what was made before for the same. Raises as `Api.post` does."""
    match kind:
        case ErrandKind.JOIN_CODE:
            return await _join_code(api, body, made)
        case ErrandKind.WELCOME:
            return await _welcome(api, body, made)


async def _join_code(api: Api, body: Mapping[str, Any], made: str | None) -> Done:
    """A code that leads to the groups of a place, and to a new one when they are full."""
    way = {
        "scene": BY_PICTURE,
        "remark": body["name"][:LONGEST_REMARK],
        "auto_create_room": 1,
        "room_base_name": body["name"][:LONGEST_NAME],
        "room_base_id": 1,
        "chat_id_list": body["chats"],
        "state": body["state"][:LONGEST_STATE],
    }
    config = await _changed(api, "groupchat/update_join_way", {"config_id": made, **way}) if made else None
    if config is None:
        config = await api.post(EXTERNAL + "groupchat/add_join_way", way)
    number = str(config.get("config_id") or made)
    told = (await api.post(EXTERNAL + "groupchat/get_join_way", {"config_id": number})).get("join_way")
    link = told.get("qr_code") if isinstance(told, dict) else None
    if not isinstance(link, str) or not link.startswith("http"):
        raise SendError("no picture of the code in the answer")
    return Done(number, link)


async def _welcome(api: Api, body: Mapping[str, Any], made: str | None) -> Done:
    """A text in the company's stock, from which the owner of a group has to choose it by hand."""
    text = {"text": {"content": body["text"]}}
    kept = await _changed(api, "group_welcome_template/edit", {"template_id": made, **text}) if made else None
    if kept is None:
        kept = await api.post(EXTERNAL + "group_welcome_template/add", {**text, "notify": 1})
    return Done(str(kept.get("template_id") or made))


async def _changed(api: Api, path: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a change; None where there is nothing left to change."""
    try:
        return await api.post(EXTERNAL + path, body)
    except ApiError as error:
        if error.code not in NO_SUCH:
            raise
        return None
