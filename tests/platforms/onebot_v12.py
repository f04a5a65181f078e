"""A bridge of OneBot v12: one socket, which may carry several accounts of WeChat's."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, Final

from typing_extensions import override

from tests.platforms.onebot import TOKEN, ActionError, Bridge
from tests.platforms.onebot_town import JSON, Call, Id, Picture, Piece, Quote, Text, Thing, WeChat

UNSUPPORTED_ACTION: Final = 10002
BAD_PARAMETER: Final = 10003
BAD_SEGMENT: Final = 10007
UNKNOWN_SELF: Final = 10102
NOT_THERE: Final = 34001
TIRED: Final = 36000


class Bridge12(Bridge):
    """v12. All its ids are texts. A file is told by an id; `file_ways` are those in which the bridge hands it out."""

    platform = "wechat"
    file_ways: Sequence[str] = ("url", "data", "path")

    def __init__(self, wechat: WeChat, address: str, token: str | None = TOKEN, **more: Any) -> None:
        super().__init__(wechat, address, token, **more)
        self.others: dict[Id, WeChat] = {}  #: further bots on the same line, each with what it sees

    @override
    def headers(self, role: str) -> dict[str, str]:
        return {"Sec-WebSocket-Protocol": "12.localbridge", "User-Agent": "OneBot/12 localbridge/1.0"}

    @override
    def first_words(self) -> list[JSON]:
        version = {"impl": "localbridge", "version": "1.0.0", "onebot_version": "12"}
        connect = self._event("meta", "connect", version=version)
        return [connect, self.status_event(online=True)]

    @override
    def status_event(self, *, online: bool) -> JSON:
        bots = [{"self": self._as(bot), "online": online} for bot in (self.wechat.bot, *self.others)]
        status = {"good": online, "bots": bots}
        return self._event("meta", "status_update", status=status)

    @override
    def heartbeat(self, *, interval: float, online: bool = True) -> JSON:
        return self._event("meta", "heartbeat", interval=int(interval * 1000))

    @override
    def message(self, id: Id, group: Id | None) -> JSON:
        said = self.wechat.messages[id]
        where: JSON = {"group_id": group} if group is not None else {}
        return self._event(
            "message",
            "group" if group is not None else "private",
            at=said.at,
            message_id=id,
            message=[self._segment(piece, group) for piece in said.pieces],
            alt_message="".join(self.wechat.shown(piece, group) for piece in said.pieces),
            user_id=said.sender,
            **where,
        )

    @override
    def recalled(self, id: Id, group: Id | None, by: Id | None = None) -> JSON:
        who = self.wechat.messages[id].sender
        if group is None:
            return self._event("notice", "private_message_delete", message_id=id, user_id=who)
        more: JSON = {"group_id": group, "message_id": id, "user_id": who, "operator_id": by or who}
        return self._event("notice", "group_message_delete", sub_type="recall", **more)

    @override
    def membership(self, group: Id, who: Id, *, member: bool) -> JSON:
        if who == self.wechat.bot:
            self.wechat.groups[group].bot_is_in = member
        kind, how = ("group_member_increase", "invite") if member else ("group_member_decrease", "kick")
        by = next(iter(self.wechat.people), who)
        return self._event("notice", kind, sub_type=how, group_id=group, user_id=who, operator_id=by)

    @override
    def heard(self, message: Any, group: Id | None) -> list[Piece]:
        if not isinstance(message, list) or not message:
            raise ActionError(BAD_PARAMETER, "the message is empty")
        return [self._piece(segment["type"], segment["data"]) for segment in message]

    @override
    def done(self, request: JSON) -> Any:
        whose = request.get("self", {}).get("user_id")
        if request.get("self") != self._as(whose) or whose not in {self.wechat.bot, *self.others}:
            raise ActionError(UNKNOWN_SELF, "unknown self")
        if whose == self.wechat.bot:
            return super().done(request)
        mine, self.wechat = self.wechat, self.others[whose]
        try:
            return super().done(request)
        finally:
            self.wechat = mine

    def spoken_for(self, bot: Id, id: Id, group: Id, text: str) -> JSON:
        """The event of a message that one of its bots heard."""
        message = [{"type": "text", "data": {"text": text}}]
        who = next(iter(self.wechat.people))
        event = self._event("message", "group", message_id=id, message=message, group_id=group, user_id=who)
        return event | {"self": self._as(bot)}

    @override
    def obey(self, action: str, params: JSON) -> Any:
        known: dict[str, Callable[[JSON], Any]] = {
            "send_message": self._send,
            "delete_message": lambda given: self.take_back(given["message_id"]),
            "upload_file": self._upload,
            "get_file": self._file,
            "get_self_info": lambda _: self._user(self.wechat.bot),
            "get_user_info": lambda given: self._user(given["user_id"]),
            "get_group_list": lambda _: [
                {"group_id": id, "group_name": ""} for id, group in self.wechat.groups.items() if group.bot_is_in
            ],
            "get_group_member_info": lambda given: self._member(given["group_id"], given["user_id"]),
            "get_group_member_list": lambda given: [
                self._member(given["group_id"], who) for who in self.wechat.groups[given["group_id"]].cards
            ],
        }
        if action not in known or action in self.without:
            raise ActionError(UNSUPPORTED_ACTION, "unsupported action")
        try:
            return known[action](params)
        except KeyError:
            raise ActionError(BAD_PARAMETER, "no such id") from None

    def _send(self, params: JSON) -> JSON:
        if params["detail_type"] == "group":
            group = params["group_id"]
            place = self.wechat.groups[group]
            if not place.bot_is_in:
                raise ActionError(NOT_THERE, "platform error")
            return self._sent(self.put(place, params["message"], group, f"group:{group}"))
        who = params["user_id"]
        return self._sent(self.put(self.wechat.friends[who], params["message"], None, f"user:{who}"))

    def _sent(self, id: Id) -> JSON:
        return {"message_id": id, "time": float(self.wechat.now())}

    def _upload(self, params: JSON) -> JSON:
        match params["type"]:
            case "data":
                content = base64.b64decode(params["data"], validate=True)
            case "path":
                content = self.opened(f"file://{params['path']}")
            case _:
                content = self.opened(params["url"])
        return {"file_id": self.keep(content)}

    def _file(self, params: JSON) -> JSON:
        content = self.files[params["file_id"]]
        if params["type"] not in self.file_ways:
            raise ActionError(UNSUPPORTED_ACTION, "unsupported way")
        name: JSON = {"name": params["file_id"]}
        match params["type"]:
            case "url":
                return {**name, "url": f"{self.file_address}/{params['file_id']}"}
            case "data":
                return {**name, "data": base64.b64encode(content).decode()}
        return {**name, "path": str(self.on_disk(content))}

    def _user(self, who: Id) -> JSON:
        return {"user_id": who, "user_name": self.wechat.name(who, None), "user_displayname": "", "user_remark": ""}

    def _member(self, group: Id, who: Id) -> JSON:
        return {**self._user(who), "user_displayname": self.wechat.groups[group].cards[who]}

    def _as(self, bot: Id | None) -> JSON:
        return {"platform": self.platform, "user_id": bot}

    def _event(self, kind: str, detail: str, *, at: float | None = None, **more: Any) -> JSON:
        time = float(at if at is not None else self.wechat.now())
        whose = {} if kind == "meta" else {"self": self._as(self.wechat.bot)}
        number = f"ev-{len(self.calls)}-{time}"
        return {"id": number, "time": time, "type": kind, "detail_type": detail, "sub_type": "", **whose, **more}

    def _segment(self, piece: Piece, group: Id | None) -> JSON:
        match piece:
            case Call(who, plain=False):
                return {"type": "mention", "data": {"user_id": who}}
            case Quote(message):
                by = self.wechat.messages[message].sender
                return {"type": "reply", "data": {"message_id": message, "user_id": by}}
            case Picture(content):
                return {"type": "image", "data": {"file_id": self.keep(content)}}
            case Thing(kind, data):
                return {"type": kind, "data": data}
        return {"type": "text", "data": {"text": self.wechat.shown(piece, group)}}

    def _piece(self, kind: str, data: JSON) -> Piece:
        match kind:
            case "text":
                return Text(data["text"])
            case "mention":
                return Call(data["user_id"])
            case "reply" if data["message_id"] in self.wechat.messages:
                return Quote(data["message_id"])
            case "image" if data["file_id"] in self.files:
                return Picture(self.files[data["file_id"]])
        raise ActionError(BAD_SEGMENT, f"bad segment: {kind}")
