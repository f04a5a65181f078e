"""An official account's side of WeChat as a local server: followers come and write, and it keeps to the platform's rules.

async with OfficialServer() as server:
    await server.scans("oLI", "place-12")               # delivered to `server.hook`, if there is one
    await server.says("oLI", "3栋漏水")
    assert server.heard("oLI") == [...]                 # what the account said to her
"""

import hashlib
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import ClientSession
from typing_extensions import override

from tests.platforms.wecom_api import CORP, JSON, LIFE, SECRET, Call, Refused, Silence, WecomApi
from tests.platforms.wecom_callback import ECHO, Caller, xml
from tests.platforms.wecom_crypt import TOKEN

APP: Final = CORP  #: the reference's sample is an app id
ACCOUNT: Final = "gh_3c884a361561"
NOON: Final = datetime(2026, 5, 11, 4, tzinfo=UTC)  #: in Shanghai
SEND: Final = "/cgi-bin/message/custom/send"
NOTICE: Final = "/cgi-bin/message/subscribe/bizsend"
#: What each doing allows: messages, and for how long.
ALLOWED: Final = {"said": (5, timedelta(hours=48)), "touched": (3, timedelta(minutes=1))}
#: A value's longest, by the kind in front of its number.
VALUES: Final = {"thing": 20, "character_string": 32, "const": 20, "time": 32}


@dataclass(slots=True)
class Said:
    """One message of the account's, as a follower sees it. `menu`: label, id; `notice`: the values of a notice."""

    text: str
    at: datetime
    menu: tuple[tuple[str, str], ...] = ()
    picture: bytes | None = None
    notice: dict[str, str] = field(default_factory=dict)


class OfficialCaller(Caller):
    """Calls as an official account does."""

    @override
    async def prove(self, echo: str = ECHO, **changes: str) -> tuple[int, bytes]:
        query = {**self._plainly_signed(changes.pop("timestamp", None)), "echostr": echo, **changes}
        async with ClientSession() as session, session.get(self.url, params=query) as answer:
            return answer.status, await answer.read()

    @override
    def _signed(self, encrypted: str, timestamp: str | None) -> dict[str, str]:
        """Both signatures; that of the address covers nothing that is said."""
        sealed = super()._signed(encrypted, timestamp)
        plain = _plain_signature(sealed["timestamp"], sealed["nonce"])
        return {**sealed, "signature": plain, "encrypt_type": "aes", "openid": "oLI"}

    def _plainly_signed(self, timestamp: str | None) -> dict[str, str]:
        at, nonce = timestamp or str(int(self._clock().timestamp())), str(next(self._nonces))
        return {"signature": _plain_signature(at, nonce), "timestamp": at, "nonce": nonce}


def _plain_signature(timestamp: str, nonce: str) -> str:
    return hashlib.sha1("".join(sorted([TOKEN, timestamp, nonce])).encode(), usedforsecurity=False).hexdigest()


class OfficialServer(WecomApi):
    """The server.

    Args:
        clock: What time it is there.
        trusted: Whether the bot calls from an address of the list.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: NOON, *, trusted: bool = True) -> None:
        super().__init__(trusted=trusted)
        self.clock = clock
        self.caller: OfficialCaller | None = None
        self.files: dict[str, bytes] = {}
        self.templates: dict[str, tuple[str, ...]] = {}  #: id → its keys
        self.agreed: Counter[tuple[str, str]] = Counter()  #: (follower, template) → notices
        self.quotas: defaultdict[str, dict[str, tuple[int, datetime]]] = defaultdict(dict)
        self._said: defaultdict[str, list[Said]] = defaultdict(list)
        self._numbers: Iterator[int] = itertools.count(7_261_554_251_354_245_929)
        self.methods |= {
            SEND: self._send,
            NOTICE: self._notice,
            "/cgi-bin/getcallbackip": lambda _: {"ip_list": ["203.0.113.9"]},
            "/cgi-bin/qrcode/create": self._code,
            "/cgi-bin/media/get": self._media,
            "/cgi-bin/media/upload": self._upload,
            "/wxaapi/newtmpl/gettemplate": lambda _: {"data": [{"priTmplId": name} for name in self.templates]},
        }

    def hooked(self, url: str) -> None:
        """An address is set up in the console."""
        self.caller = OfficialCaller(url, APP, self.clock)

    # What people do

    async def says(self, who: str, text: str, **more: str) -> list[int]:
        """A follower writes; the statuses with which the bot answered the deliveries."""
        return await self.deliver(self.written(who, MsgType="text", Content=text, **more))

    async def shows(self, who: str, picture: bytes) -> list[int]:
        return await self.deliver(self.written(who, MsgType="image", PicUrl="http://x/0", MediaId=self._keep(picture)))

    async def taps(self, who: str, label: str) -> list[int]:
        """A follower taps a line of the newest menu that has it."""
        return await self.deliver(self.tap(who, label))

    async def scans(self, who: str, scene: str, *, follows: bool = True) -> list[int]:
        """Somebody scans a code of the account's; who did not follow it yet does now."""
        if follows:
            return await self.deliver(self.happens(who, "subscribe", f"qrscene_{scene}", Ticket="T1"))
        return await self.deliver(self.happens(who, "SCAN", scene, Ticket="T1"))

    async def leaves(self, who: str) -> list[int]:
        message = self.happens(who, "unsubscribe")
        self.quotas.pop(who)
        return await self.deliver(message)

    def agrees(self, who: str, template: str, times: int = 1) -> None:
        """A follower agrees to so many notices."""
        self.agreed[who, template] += times

    def written(self, who: str, **fields: Any) -> str:
        """A message as it is before encryption."""
        self._allow(who, "said")
        return self._message(who, **fields, MsgId=next(self._numbers))

    def tap(self, who: str, label: str) -> str:
        menu = next(said.menu for said in reversed(self._said[who]) if label in dict(said.menu))
        return self.written(who, MsgType="text", Content=label, bizmsgmenuid=dict(menu)[label])

    def happens(self, who: str, event: str, key: str = "", **fields: Any) -> str:
        """An event as it is before encryption."""
        self._allow(who, "touched")
        return self._message(who, MsgType="event", Event=event, EventKey=key, **fields)

    async def deliver(self, message: str) -> list[int]:
        """Bring a message to the bot as often as the platform does; while the line is cut, in vain."""
        assert self.caller is not None, "no address is set up"
        return [] if self.cut else await self.caller.deliver(message)

    def heard(self, who: str) -> list[Said]:
        """What the account said to somebody."""
        return self._said[who]

    def _allow(self, who: str, doing: str) -> None:
        most, lasts = ALLOWED[doing]
        self.quotas[who][doing] = (most, self.clock() + lasts)

    def _message(self, who: str, **fields: Any) -> str:
        return xml({"ToUserName": ACCOUNT, "FromUserName": who, "CreateTime": int(self.clock().timestamp()), **fields})

    # What the account asks

    @override
    async def _obey(self, call: Call, failure: int | Silence | None) -> JSON | bytes:
        if call.path in ("/cgi-bin/stable_token", "/cgi-bin/token") and not isinstance(failure, int):
            return self._hand_out_stable(call.body or call.query)
        return await super()._obey(call, failure)

    def _hand_out_stable(self, asked: Mapping[str, Any]) -> JSON:
        """Stable or not: of the two kinds the bot asks only for one."""
        if asked.get("grant_type") != "client_credential" or asked.get("appid") != APP:
            raise Refused(40013)
        if asked.get("secret") != SECRET:
            raise Refused(40125)
        if not self.trusted:
            raise Refused(40164)
        if self._token is None:
            self.tokens += 1
            self._token = f"token-{self.tokens}-never-to-be-seen-in-a-log"
        return {"access_token": self._token, "expires_in": LIFE}

    @override
    def _admit(self, call: Call) -> None:
        """An official account's number for a token that is over is that of a wrong secret."""
        if call.query.get("access_token") != self._token:
            raise Refused(40001)

    def _send(self, call: Call) -> JSON:
        who = call.body.get("touser", "")
        if not re.fullmatch(r"o[0-9A-Za-z_-]{1,40}", who):
            raise Refused(40003)
        said = self._checked(call.body)
        open_now = {doing: quota for doing, quota in self.quotas[who].items() if self.clock() < quota[1]}
        if not open_now:
            raise Refused(45015)
        left = {doing: quota for doing, quota in open_now.items() if quota[0] > 0}
        if not left:
            raise Refused(45047)
        doing = min(left, key=lambda one: left[one][1])
        self.quotas[who][doing] = (left[doing][0] - 1, left[doing][1])
        self._said[who].append(said)
        return {}

    def _checked(self, body: JSON) -> Said:
        now = self.clock()
        match body.get("msgtype"):
            case "text":
                text = body["text"]["content"]
                if not text:
                    raise Refused(44004)
                if len(text.encode()) > 2048:
                    raise Refused(45002)
                return Said(text, now)
            case "image":
                if body["image"]["media_id"] not in self.files:
                    raise Refused(40007)
                return Said("", now, picture=self.files[body["image"]["media_id"]])
            case "msgmenu":
                menu = body["msgmenu"]
                if not menu["list"] or len(menu["head_content"].encode()) > 2048:
                    raise Refused(40058)
                return Said(menu["head_content"], now, tuple((line["content"], line["id"]) for line in menu["list"]))
        raise Refused(40008)

    def _notice(self, call: Call) -> JSON:
        who, template = call.body.get("touser", ""), call.body.get("template_id", "")
        if template not in self.templates:
            raise Refused(40037)
        values = {key: one.get("value") for key, one in call.body["data"].items()}
        if set(values) != set(self.templates[template]) or not all(map(_fits, values, values.values())):
            raise Refused(47003)
        if self.agreed[who, template] <= 0:
            raise Refused(43101)
        self.agreed[who, template] -= 1
        self._said[who].append(Said("", self.clock(), notice=values))
        return {}

    def _code(self, call: Call) -> JSON:
        scene = call.body["action_info"]["scene"]["scene_str"]
        if call.body["action_name"] != "QR_LIMIT_STR_SCENE" or not 1 <= len(scene) <= 64:
            raise Refused(40053)
        return {"ticket": f"gQ/{scene}==", "url": f"http://weixin.qq.com/q/{scene}"}

    def _media(self, call: Call) -> bytes:
        if call.query.get("media_id") not in self.files:
            raise Refused(40007)
        return self.files[call.query["media_id"]]

    def _upload(self, call: Call) -> JSON:
        if call.query.get("type") != "image" or not call.file or len(call.file) < 5:
            raise Refused(40004)
        return {"type": "image", "media_id": self._keep(call.file), "created_at": int(self.clock().timestamp())}

    def _keep(self, content: bytes) -> str:
        name = f"media{len(self.files)}"
        self.files[name] = content
        return name


def _fits(key: str, value: Any) -> bool:
    kind = re.sub(r"[0-9]+$", "", key)
    if not isinstance(value, str) or not value or "\n" in value or len(value) > VALUES.get(kind, 20):
        return False
    return kind != "character_string" or value.isascii()
