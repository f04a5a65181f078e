"""A self-built app's side of WeCom as a local server: members write and press, and it keeps to the platform's rules.

async with WecomAppServer() as server:
    server.member("wangwei", "王伟")
    await server.says("wangwei", "3栋漏水")                 # delivered to `server.hook`, if there is one
    assert server.heard("wangwei") == [...]                 # what the app said to him
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tests.platforms.wecom_api import CORP, JSON, NOON, Call, Refused, WecomApi
from tests.platforms.wecom_callback import Caller, xml

AGENT: Final = 1000002
MINUTE, HOUR, CODE_LIFE = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=72)
RECALL_LIFE = timedelta(hours=24)
LONGEST_TEXT: Final = 2048  #: bytes
TASK_ID: Final = re.compile(r"[0-9A-Za-z_\-@]{1,128}")


@dataclass(slots=True)
class Said:
    """One message of the app's, as a member sees it. `buttons`: label, key; `pressed`: what stands on them afterwards."""

    id: str
    text: str
    at: datetime
    buttons: tuple[tuple[str, str], ...] = ()
    pressed: str | None = None
    recalled: bool = False
    picture: bytes | None = None
    file: tuple[str, bytes] | None = None  #: its name, and what is in it
    sent: JSON = field(default_factory=dict)  #: as it came


class WecomAppServer(WecomApi):
    """The server. `hook` is where it calls; None while no address is set up.

    Args:
        clock: What time it is there.
        trusted: Whether the bot calls from an address of the list.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: NOON, *, trusted: bool = True) -> None:
        super().__init__(trusted=trusted)
        self.clock = clock
        self.caller: Caller | None = None
        self.members: dict[str, str] = {}
        self.app: JSON = {"name": "红管家", "close": 0, "allow_userinfos": {"user": [{"userid": "wangwei"}]}}
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}  #: of files that are no pictures
        self.unlicensed: set[str] = set()
        self._said: defaultdict[str, list[Said]] = defaultdict(list)
        self._cards: set[str] = set()
        self._codes: dict[str, tuple[Said, datetime]] = {}
        self._numbers: Iterator[int] = itertools.count(7_261_554_251_354_245_929)
        self.methods |= {
            "/cgi-bin/agent/get": self._agent,
            "/cgi-bin/user/get": self._user,
            "/cgi-bin/message/send": self._send,
            "/cgi-bin/message/update_template_card": self._update_card,
            "/cgi-bin/message/recall": self._recall,
            "/cgi-bin/media/get": self._media,
            "/cgi-bin/media/upload": self._upload,
        }

    def hooked(self, url: str) -> None:
        """An address is set up in the console."""
        self.caller = Caller(url, CORP, self.clock)

    # What people do

    def member(self, who: str, name: str) -> None:
        """There is somebody in the app's range."""
        self.members[who] = name

    async def says(self, who: str, text: str) -> list[int]:
        """Somebody writes to the app; the statuses with which the bot answered the deliveries."""
        return await self.deliver(self.written(who, MsgType="text", Content=text))

    async def shows(self, who: str, picture: bytes) -> list[int]:
        """Somebody sends a picture."""
        return await self.deliver(self.written(who, MsgType="image", PicUrl="http://x/0", MediaId=self._keep(picture)))

    async def presses(self, who: str, card: str, label: str) -> list[int]:
        """Somebody presses a button of a card that the app sent."""
        return await self.deliver(self.press(who, card, label))

    def written(self, who: str, **fields: Any) -> str:
        """A message as it is before encryption."""
        return self._message(who, **fields, MsgId=next(self._numbers))

    def happens(self, who: str, event: str, key: str = "", **fields: Any) -> str:
        """An event as it is before encryption."""
        return self._message(who, MsgType="event", Event=event, EventKey=key, **fields)

    def press(self, who: str, card: str, label: str) -> str:
        """A press as it is before encryption."""
        said = next(one for one in self._said[who] if one.id == card)
        key = next(key for shown, key in said.buttons if shown == label)
        code = self._code(said)
        more = {"TaskId": card, "CardType": "button_interaction", "ResponseCode": code, "SelectedItems": {}}
        return self.happens(who, "template_card_event", key, **more)

    async def deliver(self, message: str) -> list[int]:
        """Bring a message to the bot as often as the platform does; while the line is cut, in vain."""
        assert self.caller is not None, "no address is set up"
        return [] if self.cut else await self.caller.deliver(message)

    def heard(self, who: str) -> list[Said]:
        """What the app said to somebody."""
        return self._said[who]

    # What the app asks

    def _agent(self, call: Call) -> JSON:
        if call.query.get("agentid") != str(AGENT):
            raise Refused(301002)
        return {"agentid": AGENT, **self.app}

    def _user(self, call: Call) -> JSON:
        if call.query.get("userid") not in self.members:
            raise Refused(60111)
        return {"userid": call.query["userid"], "name": self.members[call.query["userid"]]}

    def _send(self, call: Call) -> JSON:
        body = call.body
        if body.get("agentid") != AGENT:
            raise Refused(40056)
        said = self._checked(body)
        reached = [who for who in body["touser"].split("|") if who in self.members]
        invalid = [who for who in body["touser"].split("|") if who not in self.members]
        if not reached:
            raise Refused(81013, invaliduser="|".join(invalid))
        code = self._code(said) if said.buttons else ""
        for who in reached:
            self._arrive(who, said)
        unlicensed = "|".join(who for who in reached if who in self.unlicensed)
        answer = {"msgid": said.sent["msgid"], "invaliduser": "|".join(invalid), "unlicenseduser": unlicensed}
        return answer | ({"response_code": code} if code else {})

    def _arrive(self, who: str, said: Said) -> None:
        """What is too much, or the same again too soon, is dropped without a word."""
        before, now = self._said[who], self.clock()
        crowded = any(sum(now - one.at < span for one in before) >= most for most, span in ((30, MINUTE), (1000, HOUR)))
        within = timedelta(seconds=said.sent.get("duplicate_check_interval", 1800))
        same = said.sent.get("enable_duplicate_check") and any(
            _content(one.sent) == _content(said.sent) and now - one.at < within for one in before
        )
        if not (crowded or same or who in self.unlicensed):
            before.append(said)

    def _checked(self, body: JSON) -> Said:
        kind, number = body.get("msgtype"), f"msg{next(self._numbers)}"
        sent, now = {**body, "msgid": number}, self.clock()
        match kind:
            case "text":
                content = body["text"]["content"]
                if not content:
                    raise Refused(44004)
                if len(content.encode()) > LONGEST_TEXT:
                    raise Refused(45002)
                return Said(number, content, now, sent=sent)
            case "image":
                if body["image"]["media_id"] not in self.files:
                    raise Refused(40007)
                return Said(number, "", now, picture=self.files[body["image"]["media_id"]], sent=sent)
            case "file":
                if (media := body["file"]["media_id"]) not in self.names:
                    raise Refused(40007)
                return Said(number, "", now, file=(self.names[media], self.files[media]), sent=sent)
            case "template_card":
                return self._card(body["template_card"], sent, now)
        raise Refused(40008)

    def _card(self, card: JSON, sent: JSON, now: datetime) -> Said:
        buttons = tuple((button["text"], button["key"]) for button in card.get("button_list", ()))
        fits = 1 <= len(buttons) <= 6 and all(len(key.encode()) <= 1024 and text for text, key in buttons)
        new = TASK_ID.fullmatch(card.get("task_id", "")) and card["task_id"] not in self._cards
        if card.get("card_type") != "button_interaction" or not fits or not card["main_title"].get("title") or not new:
            raise Refused(40058)
        self._cards.add(card["task_id"])
        text = "\n".join(filter(None, [card["main_title"]["title"], card.get("sub_title_text")]))
        return Said(card["task_id"], text, now, buttons, sent=sent)

    def _update_card(self, call: Call) -> JSON:
        """A code is good once, and for 72 hours."""
        said, since = self._codes.pop(call.body["response_code"], (None, self.clock()))
        if said is None or self.clock() - since > CODE_LIFE or call.body["agentid"] != AGENT:
            raise Refused(40058)
        said.pressed = call.body["button"]["replace_name"]
        return {"invaliduser": []}

    def _recall(self, call: Call) -> JSON:
        """A message is taken back; after a day it stays."""
        for said in (one for heard in self._said.values() for one in heard):
            if said.sent["msgid"] == call.body["msgid"]:
                if self.clock() - said.at > RECALL_LIFE:
                    raise Refused(40058)
                said.recalled = True
                return {}
        raise Refused(40058)

    def _media(self, call: Call) -> bytes:
        if call.query.get("media_id") not in self.files:
            raise Refused(40007)
        return self.files[call.query["media_id"]]

    def _upload(self, call: Call) -> JSON:
        kind = call.query.get("type")
        if kind not in ("image", "file") or not call.file or len(call.file) < 5:
            raise Refused(40004)
        media = self._keep(call.file)
        if kind == "file":
            self.names[media] = call.filename or ""
        return {"type": kind, "media_id": media, "created_at": str(int(self.clock().timestamp()))}

    def _keep(self, content: bytes) -> str:
        name = f"media{len(self.files)}"
        self.files[name] = content
        return name

    def _code(self, said: Said) -> str:
        code = f"RC{len(self._codes)}-{next(self._numbers)}"
        self._codes[code] = (said, self.clock())
        return code

    def _message(self, who: str, **fields: Any) -> str:
        at = int(self.clock().timestamp())
        return xml({"ToUserName": CORP, "FromUserName": who, "CreateTime": at, **fields, "AgentID": AGENT})


def _content(sent: JSON) -> Any:
    return sent.get(sent["msgtype"])
