"""A bridge of OneBot v11: its frames are those of the specification, with the liberties that bridges to WeChat take."""

import base64
from collections.abc import Callable
from typing import Any, Final

from typing_extensions import override

from tests.platforms.onebot import ActionError, Bridge
from tests.platforms.onebot_town import JSON, Call, Id, Picture, Piece, Quote, Text, Thing

BAD_PARAMETERS: Final = 1400
NO_SUCH_ACTION: Final = 1404


class Bridge11(Bridge):
    """v11. With `cq`, messages are texts with CQ codes; `id_in_header` is what `X-Self-ID` says."""

    cq = False
    id_in_header: str | None = ""
    role_in_header = True

    @override
    def headers(self, role: str) -> dict[str, str]:
        bot = self.id_in_header if self.id_in_header != "" else str(self.wechat.bot)
        role_said = {"X-Client-Role": role} if self.role_in_header else {}
        return role_said | ({"X-Self-ID": bot} if bot is not None else {})

    @override
    def first_words(self) -> list[JSON]:
        return [self._event("meta_event", meta_event_type="lifecycle", sub_type="connect")]

    @override
    def heartbeat(self, *, interval: float, online: bool = True) -> JSON:
        status = {"online": online, "good": online}
        return self._event("meta_event", meta_event_type="heartbeat", status=status, interval=int(interval * 1000))

    @override
    def status_event(self, *, online: bool) -> JSON:
        return self.heartbeat(interval=15, online=online)

    @override
    def message(self, id: Id, group: Id | None) -> JSON:
        said = self.wechat.messages[id]
        kind: JSON = {"message_type": "private", "sub_type": "friend"}
        if group is not None:
            kind = {"message_type": "group", "sub_type": "normal", "group_id": group, "anonymous": None}
        return self._event(
            "message",
            at=said.at,
            **kind,
            message_id=id,
            user_id=said.sender,
            message=self.written(said.pieces, group),
            raw_message=self.coded(said.pieces, group),
            font=0,
            sender=self._sender(said.sender, group),
        )

    @override
    def recalled(self, id: Id, group: Id | None, by: Id | None = None) -> JSON:
        who = self.wechat.messages[id].sender
        if group is None:
            return self._event("notice", notice_type="friend_recall", user_id=who, message_id=id)
        more: JSON = {"group_id": group, "user_id": who, "operator_id": by or who, "message_id": id}
        return self._event("notice", notice_type="group_recall", **more)

    @override
    def membership(self, group: Id, who: Id, *, member: bool) -> JSON:
        self._keep_book(group, who, member=member)
        kind, how = ("group_increase", "invite") if member else ("group_decrease", "kick")
        how = "kick_me" if who == self.wechat.bot and not member else how
        by = next(iter(self.wechat.people), who)
        return self._event("notice", notice_type=kind, sub_type=how, group_id=group, user_id=who, operator_id=by)

    def renamed(self, group: Id, who: Id) -> JSON:
        """The event of a new nickname, which some bridges add to the specification."""
        card = self.wechat.groups[group].cards[who]
        return self._event("notice", notice_type="group_card", group_id=group, user_id=who, card_new=card, card_old="")

    def written(self, pieces: Any, group: Id | None) -> Any:
        """A message as the bridge writes it."""
        return self.coded(pieces, group) if self.cq else [self._segment(piece, group) for piece in pieces]

    def coded(self, pieces: Any, group: Id | None) -> str:
        """A message as one text with CQ codes."""
        return "".join(_code(self._segment(piece, group)) for piece in pieces)

    @override
    def heard(self, message: Any, group: Id | None) -> list[Piece]:
        if not isinstance(message, list) or not message:
            raise ActionError(BAD_PARAMETERS, "the message is empty")
        return [self._piece(segment["type"], segment["data"]) for segment in message]

    @override
    def obey(self, action: str, params: JSON) -> Any:
        known: dict[str, Callable[[JSON], Any]] = {
            "send_group_msg": self._send_group,
            "send_private_msg": self._send_private,
            "send_msg": lambda given: (self._send_group if "group_id" in given else self._send_private)(given),
            "delete_msg": lambda given: self.take_back(given["message_id"]),
            "get_msg": self._show,
            "get_image": self._image,
            "get_group_member_info": lambda given: self._member(given["group_id"], given["user_id"]),
            "get_group_member_list": self._members,
            "get_group_list": lambda _: [
                {"group_id": id} for id, group in self.wechat.groups.items() if group.bot_is_in
            ],
            "get_login_info": lambda _: {"user_id": self.wechat.bot, "nickname": self.wechat.nickname},
            "get_stranger_info": lambda given: {
                "user_id": given["user_id"],
                "nickname": self.wechat.people[given["user_id"]],
            },
        }
        if action not in known or action in self.without:
            raise ActionError(NO_SUCH_ACTION, "no such action")
        try:
            return known[action](params)
        except KeyError:
            raise ActionError(BAD_PARAMETERS, "no such id") from None

    def _send_group(self, params: JSON) -> JSON:
        group = params["group_id"]
        place = self.wechat.groups[group]
        if not place.bot_is_in:
            raise ActionError(1200, "send failed")
        return {"message_id": self.put(place, params["message"], group, f"group:{group}")}

    def _send_private(self, params: JSON) -> JSON:
        who = params["user_id"]
        return {"message_id": self.put(self.wechat.friends[who], params["message"], None, f"user:{who}")}

    def _show(self, params: JSON) -> JSON:
        said = self.wechat.messages[params["message_id"]]
        sender = {"user_id": said.sender, "nickname": self.wechat.name(said.sender, None)}
        return {
            "time": said.at,
            "message_type": "group",
            "message_id": params["message_id"],
            "real_id": 1,
            "sender": sender,
            "message": self.written(said.pieces, None),
        }

    def _image(self, params: JSON) -> JSON:
        return {"file": str(self.on_disk(self.files[params["file"]]))}

    def _members(self, params: JSON) -> list[JSON]:
        return [self._member(params["group_id"], who) for who in self.wechat.groups[params["group_id"]].cards]

    def _member(self, group: Id, who: Id) -> JSON:
        card = self.wechat.groups[group].cards[who]
        return {"group_id": group, "user_id": who, "nickname": self.wechat.name(who, None), "card": card}

    def _sender(self, who: Id, group: Id | None) -> JSON:
        card = {"card": self.wechat.groups[group].cards.get(who, "")} if group is not None else {}
        return {"user_id": who, "nickname": self.wechat.people.get(who, ""), **card}

    def _keep_book(self, group: Id, who: Id, *, member: bool) -> None:
        place = self.wechat.groups[group]
        if who == self.wechat.bot:
            place.bot_is_in = member
        elif not member:
            place.cards.pop(who, None)

    def _event(self, kind: str, *, at: int | None = None, **more: Any) -> JSON:
        time = at if at is not None else self.wechat.now()
        return {"time": time, "self_id": self.wechat.bot, "post_type": kind, **more}

    def _segment(self, piece: Piece, group: Id | None) -> JSON:
        match piece:
            case Call(who, plain=False):
                return {"type": "at", "data": {"qq": str(who)}}
            case Quote(message):
                return {"type": "reply", "data": {"id": str(message)}}
            case Picture():
                return {"type": "image", "data": self._picture(piece)}
            case Thing(kind, data):
                return {"type": kind, "data": data}
        return {"type": "text", "data": {"text": self.wechat.shown(piece, group)}}

    def _picture(self, picture: Picture) -> JSON:
        match picture.way:
            case "base64":
                return {"file": f"base64://{base64.b64encode(picture.content).decode()}"}
            case "path":
                return {"file": self.on_disk(picture.content).as_uri()}
            case "name":
                return {"file": self.keep(picture.content)}
        name = self.keep(picture.content)
        return {"file": name, "url": f"{self.file_address}/{name}"}

    def _piece(self, kind: str, data: JSON) -> Piece:
        if not all(isinstance(value, str) for value in data.values()):
            raise ActionError(BAD_PARAMETERS, "the values of a segment are texts")
        match kind:
            case "text":
                return Text(data["text"])
            case "at":
                return Call(self._person(data["qq"]))
            case "reply":
                return Quote(self._known(data["id"]))
            case "image":
                return Picture(self.opened(data["file"]))
        raise ActionError(BAD_PARAMETERS, f"no such segment: {kind}")

    def _person(self, written: str) -> Id:
        return {str(who): who for who in (*self.wechat.people, self.wechat.bot)}[written]

    def _known(self, written: str) -> Id:
        found = [id for id in self.wechat.messages if str(id) == written]
        if not found:
            raise ActionError(BAD_PARAMETERS, "no such message")
        return found[0]


def _code(segment: JSON) -> str:
    if segment["type"] == "text":
        return str(segment["data"]["text"]).replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")
    values = "".join(f",{key}={_escaped(str(value))}" for key, value in segment["data"].items())
    return f"[CQ:{segment['type']}{values}]"


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;").replace(",", "&#44;")
