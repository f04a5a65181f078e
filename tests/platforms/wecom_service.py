"""微信客服 as a local server: residents come by links and write, and it keeps to the platform's rules.

async with WecomServiceServer() as server:
    server.resident("wmLI", "李姐")
    await server.says("wmLI", "3栋漏水")                 # signalled to the bot, which pulls it
    assert server.heard("wmLI") == [...]                # what the bot said to her
"""

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.platforms.wecom_api import CORP, JSON, Call, Refused, WecomApi
from tests.platforms.wecom_callback import Caller, xml

SERVICE: Final = "wkDUTY-2026"
NOON: Final = datetime(2026, 5, 11, 4, tzinfo=UTC)  #: in Shanghai
WINDOW, MOST = timedelta(hours=48), 5
WELCOME, SIGNAL, KEPT = timedelta(seconds=20), timedelta(minutes=10), timedelta(days=3)
BARE_PULLS: Final = 10  #: a minute without a signal's token; the platform tells no number
PULL: Final = "/cgi-bin/kf/sync_msg"
NEW, BOT, QUEUE, HUMAN, ENDED = range(5)


@dataclass(slots=True)
class Said:
    """One message of the bot's, as a resident sees it. `menu`: label, id."""

    id: str
    text: str
    at: datetime
    menu: tuple[tuple[str, str], ...] = ()
    picture: bytes | None = None
    file: tuple[str, bytes] | None = None  #: its name, and what is in it
    welcome: bool = False


@dataclass(slots=True)
class Resident:
    """Somebody, and his conversation with the service account."""

    name: str
    state: int = NEW
    spoke: datetime | None = None
    left: int = 0
    said: list[Said] = field(default_factory=list)


class WecomServiceServer(WecomApi):
    """The server.

    Args:
        clock: What time it is there.
        page: Most items of one pull, where the bot asks for more.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: NOON, *, page: int = 1000) -> None:
        super().__init__()
        self.clock = clock
        self.page = page
        self.caller: Caller | None = None
        self.accounts: list[JSON] = [{"open_kfid": SERVICE, "name": "红管家", "manage_privilege": True}]
        self.residents: dict[str, Resident] = {}
        self.items: list[JSON] = []
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}  #: of files that are no pictures
        self.pulled = 0  #: up to where the bot has pulled: the position that it used last
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._signals: dict[str, datetime] = {}
        self._sent: defaultdict[str, dict[str, Said]] = defaultdict(dict)
        self._bare: list[datetime] = []
        self._numbers = itertools.count(1)
        kf = "/cgi-bin/kf/"
        self.methods |= {
            f"{kf}account/list": lambda _: {"account_list": self.accounts},
            f"{kf}add_contact_way": self._link,
            PULL: self._sync,
            f"{kf}send_msg": self._send,
            f"{kf}send_msg_on_event": self._welcome,
            f"{kf}service_state/get": lambda call: {"service_state": self._resident(call).state},
            f"{kf}service_state/trans": self._trans,
            f"{kf}customer/batchget": self._names,
            "/cgi-bin/media/get": self._media,
            "/cgi-bin/media/upload": self._upload,
        }

    def hooked(self, url: str) -> None:
        """An address is set up in the console."""
        self.caller = Caller(url, CORP, self.clock)

    # What people do

    def resident(self, who: str, name: str) -> None:
        self.residents[who] = Resident(name)

    async def says(self, who: str, text: str) -> str:
        """Somebody writes; the message's id."""
        return await self._signalled(self.writes(who, "text", content=text))

    async def shows(self, who: str, picture: bytes) -> str:
        return await self._signalled(self.writes(who, "image", media_id=self._keep(picture)))

    async def taps(self, who: str, label: str) -> str:
        """Somebody taps a line of the newest menu that has it."""
        menu = next(said.menu for said in reversed(self.residents[who].said) if label in dict(said.menu))
        return await self._signalled(self.writes(who, "text", content=label, menu_id=dict(menu)[label]))

    async def enters(self, who: str, *, code: str = "", scene: str = "guanjia") -> str | None:
        """Somebody opens the chat by a link; the welcome code, which there is only for who has not spoken lately."""
        person, welcome = self.residents[who], None
        if person.spoke is None or self.clock() - person.spoke > WINDOW:
            welcome = f"WC{next(self._numbers)}"
            self._codes[welcome] = (who, self.clock())
        given = {"welcome_code": welcome} if welcome else {}
        self.happens(who, "enter_session", scene=scene, scene_param=code, **given)
        await self.signal()
        return welcome

    def writes(self, who: str, kind: str, **body: Any) -> str:
        """An item is there, and nobody has been told."""
        person = self.residents[who]
        person.spoke, person.left = self.clock(), MOST
        person.state = NEW if person.state == ENDED else person.state
        return self.add(external_userid=who, open_kfid=SERVICE, origin=3, msgtype=kind, **{kind: body})

    def happens(self, who: str, event: str, **more: Any) -> str:
        body = {"event_type": event, "open_kfid": SERVICE, "external_userid": who, **more}
        return self.add(origin=4, msgtype="event", event=body)

    def add(self, **item: Any) -> str:
        number = f"item{next(self._numbers)}"
        self.items.append({"msgid": number, "send_time": int(self.clock().timestamp()), **item})
        return number

    async def signal(self, token: str | None = None) -> list[int]:
        """Tell the bot that something is there; the statuses of its answers."""
        assert self.caller is not None, "no address is set up"
        return [] if self.cut else await self.caller.deliver(self.signalled(token))

    def signalled(self, token: str | None = None) -> str:
        """The signal before it is encrypted."""
        fresh = f"ENC{next(self._numbers)}"
        self._signals[fresh] = self.clock()
        more = {"MsgType": "event", "Event": "kf_msg_or_event", "Token": token or fresh, "OpenKfId": SERVICE}
        return xml({"ToUserName": CORP, "CreateTime": int(self.clock().timestamp()), **more})

    async def _signalled(self, number: str) -> str:
        await self.signal()
        return number

    def heard(self, who: str) -> list[Said]:
        """What the bot said to somebody."""
        return self.residents[who].said

    # What the bot asks

    def _link(self, call: Call) -> JSON:
        scene = call.body.get("scene", "")
        if len(scene) > 32 or not scene.replace("-", "").replace("_", "").isalnum():
            raise Refused(40058)
        return {"url": f"https://work.weixin.qq.com/kfid/kfc0123456789?enc_scene={scene}"}

    def _sync(self, call: Call) -> JSON:
        self._admit_pull(call.body.get("token"))
        cursor, limit = call.body.get("cursor", ""), min(call.body.get("limit", 1000), self.page)
        start = 0 if not cursor else self._position(cursor)
        self.pulled = start
        kept = [
            (number, item)
            for number, item in enumerate(self.items, 1)
            if number > start and self.clock().timestamp() - item["send_time"] <= KEPT.total_seconds()
        ]
        given, more = kept[:limit], len(kept) > limit
        after = given[-1][0] if given else max(start, len(self.items))
        return {"next_cursor": f"cursor-{after}", "has_more": int(more), "msg_list": [item for _, item in given]}

    def _admit_pull(self, token: str | None) -> None:
        now = self.clock()
        if token and now - self._signals.get(token, datetime.min.replace(tzinfo=UTC)) > SIGNAL:
            raise Refused(95007)
        if not token:
            self._bare = [at for at in self._bare if now - at < timedelta(minutes=1)] + [now]
            if len(self._bare) > BARE_PULLS:
                raise Refused(45009)

    def _position(self, cursor: str) -> int:
        number = cursor.removeprefix("cursor-")
        if not number.isdecimal() or int(number) > len(self.items):
            raise Refused(40058)
        return int(number)

    def _send(self, call: Call) -> JSON:
        who, name = call.body.get("touser", ""), call.body.get("msgid", "")
        person = self.residents.get(who)
        if person is None or call.body.get("open_kfid") != SERVICE:
            raise Refused(40003)
        if name in self._sent[who]:  # the same again
            return {"msgid": name}
        said = self._checked(call.body)
        if person.state not in (NEW, BOT):
            raise Refused(95018)
        if person.spoke is None or self.clock() - person.spoke >= WINDOW:
            raise Refused(95002)
        if person.left <= 0:
            raise Refused(95001)
        person.left -= 1
        return self._arrived(who, said)

    def _welcome(self, call: Call) -> JSON:
        """A code is good once, and for twenty seconds."""
        if call.body.get("msgtype") not in ("text", "msgmenu"):
            raise Refused(40008)
        said = self._checked(call.body)
        who, since = self._codes.pop(call.body.get("code", ""), ("", self.clock()))
        if not who or self.clock() - since > WELCOME:
            raise Refused(41051)
        said.welcome = True
        return self._arrived(who, said)

    def _arrived(self, who: str, said: Said) -> JSON:
        self._sent[who][said.id] = said
        self.residents[who].said.append(said)
        return {"msgid": said.id}

    def _checked(self, body: JSON) -> Said:
        name, now = body.get("msgid") or f"msg{next(self._numbers)}", self.clock()
        if len(name.encode()) > 32:
            raise Refused(40058)
        match body.get("msgtype"):
            case "text":
                text = body["text"]["content"]
                if not text:
                    raise Refused(44004)
                if len(text.encode()) > 2048:
                    raise Refused(45002)
                return Said(name, text, now)
            case "file":
                if (media := body["file"]["media_id"]) not in self.names:
                    raise Refused(40007)
                return Said(name, "", now, file=(self.names[media], self.files[media]))
            case "image":
                if body["image"]["media_id"] not in self.files:
                    raise Refused(40007)
                return Said(name, "", now, picture=self.files[body["image"]["media_id"]])
            case "msgmenu":
                return self._menu(name, body["msgmenu"])
        raise Refused(40008)

    def _menu(self, name: str, menu: JSON) -> Said:
        clicks = [line["click"] for line in menu["list"] if line["type"] == "click"]
        fits = all(len(c["id"].encode()) <= 128 and 0 < len(c["content"].encode()) <= 128 for c in clicks)
        if not clicks or not fits or len(menu["head_content"].encode()) > 1024:
            raise Refused(40058)
        lines = tuple((click["content"], click["id"]) for click in clicks)
        return Said(name, menu["head_content"], self.clock(), lines)

    def _trans(self, call: Call) -> JSON:
        person, state = self._resident(call), call.body.get("service_state")
        allowed = {NEW: (BOT, QUEUE, HUMAN), BOT: (QUEUE, HUMAN), QUEUE: (HUMAN,), HUMAN: (ENDED,), ENDED: ()}
        if state not in allowed[person.state]:
            raise Refused(95016)
        person.state = state
        return {}

    def _resident(self, call: Call) -> Resident:
        person = self.residents.get(call.body.get("external_userid", ""))
        if person is None or call.body.get("open_kfid") != SERVICE:
            raise Refused(40003)
        return person

    def _names(self, call: Call) -> JSON:
        asked = call.body["external_userid_list"]
        if not 0 < len(asked) <= 100:
            raise Refused(40058)
        known = [{"external_userid": w, "nickname": self.residents[w].name} for w in asked if w in self.residents]
        return {"customer_list": known, "invalid_external_userid": [w for w in asked if w not in self.residents]}

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
        return {"type": kind, "media_id": media, "created_at": "1790000000"}

    def _keep(self, content: bytes) -> str:
        name = f"media{len(self.files)}"
        self.files[name] = content
        return name
