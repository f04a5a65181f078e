"""Customer groups as a local server: owners have groups, people join and leave, and tasks wait for who confirms them.

async with WecomGroupsServer() as server:
    server.group("wrB3", "锦绣小区3栋居民群", "lihua")
    ...                                                # the bot makes a task
    server.confirms("lihua")                           # … who taps 发送: every group gets it, once a day
    assert server.heard("wrB3") == [...]
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.platforms.wecom_api import CORP, JSON, Call, Refused, WecomApi
from tests.platforms.wecom_callback import Caller, xml

NOON: Final = datetime(2026, 5, 11, 4, tzinfo=UTC)  #: in Shanghai
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LONGEST_TEXT: Final = 4000  #: bytes
MOST_REMINDERS: Final = 3  #: in 24 hours
FULL: Final = 200  #: members of a group
EXTERNAL: Final = "/cgi-bin/externalcontact/"


@dataclass
class Group:
    """A customer group: who is in it (with the state of his code), and what came in it when."""

    name: str
    owner: str
    people: dict[str, str] = field(default_factory=dict)
    said: list[tuple[datetime, str]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)  #: the names, and what is in them
    version: int = 1


@dataclass
class Job:
    """A task that was made (企业群发)."""

    id: str
    sender: str
    chats: list[str]
    body: JSON
    at: datetime
    confirmed: bool = False
    cancelled: bool = False
    got: dict[str, datetime] = field(default_factory=dict)
    reminded: list[datetime] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.body.get("text", {}).get("content", ""))


class WecomGroupsServer(WecomApi):
    """The server.

    Args:
        clock: What time it is there.
        trusted: Whether the bot calls from an address of the list.
        quota: How many messages a group gets in a day.
        tells_quota: Whether the results name the groups whose quota was used; the platform leaves them out.
        large: Whether so many people work there that a list must name whose groups are meant.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = lambda: NOON,
        *,
        trusted: bool = True,
        quota: int = 1,
        tells_quota: bool = False,
        large: bool = False,
    ) -> None:
        super().__init__(trusted=trusted)
        self.clock = clock
        self.quota = quota
        self.tells_quota = tells_quota
        self.large = large
        self.page = 1000  #: most rows of an answer
        self.caller: Caller | None = None
        self.names: dict[str, str] = {}
        self.groups: dict[str, Group] = {}
        self.jobs: dict[str, Job] = {}
        self.ways: dict[str, JSON] = {}
        self.welcomes: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.called: dict[str, str] = {}  #: files that are no pictures, and their names
        self._numbers: Iterator[int] = itertools.count(7_261_554_251_354_245_929)
        self.methods |= {
            "/cgi-bin/media/upload": self._upload,
            **{EXTERNAL + path: method for path, method in self._external().items()},
        }

    def _external(self) -> dict[str, Callable[[Call], JSON]]:
        return {
            "get_follow_user_list": lambda _: {"follow_user": list(self.names)},
            "groupchat/list": self._list,
            "groupchat/get": self._get,
            "groupchat/add_join_way": self._add_way,
            "groupchat/get_join_way": self._get_way,
            "groupchat/update_join_way": self._update_way,
            "group_welcome_template/add": self._add_welcome,
            "group_welcome_template/edit": self._edit_welcome,
            "add_msg_template": self._add_task,
            "get_groupmsg_list_v2": self._tasks,
            "get_groupmsg_task": self._task,
            "get_groupmsg_send_result": self._result,
            "remind_groupmsg_send": self._remind,
            "cancel_groupmsg_send": self._cancel,
        }

    def hooked(self, url: str) -> None:
        """An address is set up in the console."""
        self.caller = Caller(url, CORP, self.clock)

    # What people do

    def owner(self, who: str, name: str) -> None:
        """There is somebody who may have customers and their groups."""
        self.names[who] = name

    def group(self, chat: str, name: str, owner: str) -> Group:
        """There is a group; nothing is told of it."""
        self.groups[chat] = Group(name, owner)
        return self.groups[chat]

    async def creates(self, chat: str, name: str, owner: str) -> list[int]:
        """Somebody makes a group; the statuses with which the bot answered the deliveries."""
        self.group(chat, name, owner)
        return await self.tells(self.event(chat, "create"))

    async def joins(self, chat: str, who: str, state: str = "") -> list[int]:
        """Somebody comes into a group."""
        self.groups[chat].people[who] = state
        more = {"JoinScene": 3 if state else 1, "MemChangeCnt": 1, "MemChangeList": {"Item": who}}
        return await self.tells(self.changed(chat, "add_member", **more))

    async def leaves(self, chat: str, who: str) -> list[int]:
        """Somebody goes."""
        del self.groups[chat].people[who]
        more = {"QuitScene": 0, "MemChangeCnt": 1, "MemChangeList": {"Item": who}}
        return await self.tells(self.changed(chat, "del_member", **more))

    async def renames(self, chat: str, name: str) -> list[int]:
        """The group is called otherwise now."""
        self.groups[chat].name = name
        return await self.tells(self.changed(chat, "change_name"))

    async def hands_over(self, chat: str, owner: str) -> list[int]:
        """The group has another owner now."""
        self.groups[chat].owner = owner
        return await self.tells(self.changed(chat, "change_owner"))

    async def dissolves(self, chat: str) -> list[int]:
        """The group is no more."""
        del self.groups[chat]
        return await self.tells(self.event(chat, "dismiss"))

    async def scans(self, config: str, who: str) -> str:
        """Somebody joins by a code: the first of its groups with room, or a new one; which one it was."""
        way = self.ways[config]
        open_ones = [chat for chat in way["chat_id_list"] if len(self.groups[chat].people) + 1 < FULL]
        if not open_ones:
            chat = f"wrNEW{len(self.groups)}"
            self.group(
                chat, f"{way['room_base_name']}{len(way['chat_id_list'])}", self.groups[way["chat_id_list"][0]].owner
            )
            way["chat_id_list"] = [*way["chat_id_list"], chat]
            open_ones = [chat]
        await self.joins(open_ones[0], who, way["state"])
        return str(open_ones[0])

    def confirms(self, who: str) -> int:
        """Somebody taps 发送 on everything that waits for him; how many tasks that were."""
        waiting = [job for job in self.jobs.values() if job.sender == who and not job.confirmed and not job.cancelled]
        for job in waiting:
            job.confirmed = True
            for chat in filter(self.groups.__contains__, job.chats):
                self._arrive(job, chat)
        return len(waiting)

    def heard(self, chat: str) -> list[str]:
        """What came in a group."""
        return [text for _, text in self.groups[chat].said]

    def _arrive(self, job: Job, chat: str) -> None:
        group, today = self.groups[chat], self.clock().astimezone(SHANGHAI).date()
        if sum(at.astimezone(SHANGHAI).date() == today for at, _ in group.said) < self.quota:
            group.said.append((self.clock(), job.text))
            for one in job.body.get("attachments", ()):
                media = one[one["msgtype"]]["media_id"]
                if one["msgtype"] == "file":
                    group.files.append((self.called[media], self.files[media]))
                else:
                    group.pictures.append(self.files[media])
            job.got[chat] = self.clock()

    # What the platform tells

    def changed(self, chat: str, detail: str, **more: Any) -> str:
        """An update as it is before encryption."""
        group = self.groups[chat]
        group.version += 1
        versions = {"LastMemVer": f"v{group.version - 1}", "CurMemVer": f"v{group.version}"}
        return self.event(chat, "update", UpdateDetail=detail, **more, **versions)

    def event(self, chat: str, kind: str, **more: Any) -> str:
        """An event as it is before encryption."""
        head = {"ToUserName": CORP, "FromUserName": "sys", "CreateTime": int(self.clock().timestamp())}
        rest = {"MsgType": "event", "Event": "change_external_chat", "ChatId": chat, "ChangeType": kind}
        return xml({**head, **rest, **more})

    async def tells(self, message: str) -> list[int]:
        """Bring an event to the bot as often as the platform does; nothing where no address is set up."""
        return await self.caller.deliver(message) if self.caller is not None else []

    # What the bot asks

    def _list(self, call: Call) -> JSON:
        owners = call.body.get("owner_filter", {}).get("userid_list")
        if not 1 <= call.body.get("limit", 0) <= 1000 or len(owners or ()) > 100:
            raise Refused(40058)
        if self.large and not owners:
            raise Refused(81017)
        found = [chat for chat, group in self.groups.items() if not owners or group.owner in owners]
        return self._page(call, "group_chat_list", [{"chat_id": chat, "status": 0} for chat in found])

    def _get(self, call: Call) -> JSON:
        group = self.groups.get(call.body["chat_id"])
        if group is None:
            raise Refused(90501)
        staff = {"userid": group.owner, "type": 1, "join_time": 1, "join_scene": 1, "group_nickname": ""}
        if call.body.get("need_name"):
            staff["name"] = self.names[group.owner]
        others = [
            {
                "userid": who,
                "type": 2,
                "join_time": 1,
                "join_scene": 3,
                "name": who,
                **({"state": state} if state else {}),
            }
            for who, state in group.people.items()
        ]
        told = {
            "chat_id": call.body["chat_id"],
            "name": group.name,
            "owner": group.owner,
            "create_time": 1,
            "notice": "",
        }
        more = {"member_list": [staff, *others], "admin_list": [], "member_version": f"v{group.version}"}
        return {"group_chat": {**told, **more}}

    def _add_way(self, call: Call) -> JSON:
        self._check_way(call.body)
        config = f"config{len(self.ways)}"
        self.ways[config] = dict(call.body)
        return {"config_id": config}

    def _update_way(self, call: Call) -> JSON:
        if call.body["config_id"] not in self.ways:
            raise Refused(40058)
        self._check_way(call.body)
        self.ways[call.body["config_id"]] = dict(call.body)
        return {}

    def _check_way(self, body: JSON) -> None:
        fits = len(body["remark"]) <= 30 and len(body["state"]) <= 30 and len(body["room_base_name"]) <= 40
        if body["scene"] != 2 or not 1 <= len(body["chat_id_list"]) <= 5 or not fits:
            raise Refused(40058)
        if any(chat not in self.groups for chat in body["chat_id_list"]):
            raise Refused(90501)

    def _get_way(self, call: Call) -> JSON:
        config = call.body["config_id"]
        if config not in self.ways:
            raise Refused(40058)
        return {"join_way": {**self.ways[config], "config_id": config, "qr_code": f"https://wework.qpic.cn/{config}"}}

    def _add_welcome(self, call: Call) -> JSON:
        template = f"template{len(self.welcomes)}"
        self.welcomes[template] = self._welcome(call)
        return {"template_id": template}

    def _edit_welcome(self, call: Call) -> JSON:
        if call.body["template_id"] not in self.welcomes:
            raise Refused(40058)
        self.welcomes[call.body["template_id"]] = self._welcome(call)
        return {}

    def _welcome(self, call: Call) -> str:
        text = str(call.body["text"]["content"])
        if not text or len(text.encode()) > 3000 or len(self.welcomes) >= 100:
            raise Refused(40058)
        return text

    def _add_task(self, call: Call) -> JSON:
        body = call.body
        self._check_task(body)
        mine = [chat for chat in body["chat_id_list"] if self._owns(body["sender"], chat)]
        refused = [chat for chat in body["chat_id_list"] if chat not in mine]
        job = Job(f"msg{next(self._numbers)}", body["sender"], mine, body, self.clock())
        if mine:
            self.jobs[job.id] = job
        return {"fail_list": refused, "msgid": job.id if mine else ""}

    def _owns(self, who: str, chat: str) -> bool:
        return chat in self.groups and self.groups[chat].owner == who

    def _check_task(self, body: JSON) -> None:
        if body.get("chat_type") != "group" or not body.get("sender") or not 1 <= len(body["chat_id_list"]) <= 2000:
            raise Refused(40058)
        if body["sender"] not in self.names:
            raise Refused(40003)
        text, pictures = body.get("text", {}).get("content", ""), body.get("attachments", [])
        if not text and not pictures:
            raise Refused(44004)
        if len(text.encode()) > LONGEST_TEXT or len(pictures) > 9:
            raise Refused(45002)
        for one in pictures:
            known = self.called if one["msgtype"] == "file" else self.files
            if one["msgtype"] not in ("image", "file") or one[one["msgtype"]]["media_id"] not in known:
                raise Refused(40007)

    def _tasks(self, call: Call) -> JSON:
        start, end = call.body["start_time"], call.body["end_time"]
        if call.body["chat_type"] != "group" or not 0 <= end - start <= 31 * 86400 or call.body["limit"] > 100:
            raise Refused(40058)
        found = [job for job in self.jobs.values() if start <= job.at.timestamp() <= end]
        rows = [
            {
                "msgid": job.id,
                "creator": job.sender,
                "create_time": str(int(job.at.timestamp())),
                "create_type": 0,
                "text": {"content": job.text},
                "attachments": job.body.get("attachments", []),
            }
            for job in found
        ]
        return self._page(call, "group_msg_list", rows)

    def _task(self, call: Call) -> JSON:
        job = self._job(call)
        row: JSON = {"userid": job.sender, "status": 2 if job.confirmed else 0}
        return self._page(call, "task_list", [row | ({"send_time": 1} if job.confirmed else {})])

    def _result(self, call: Call) -> JSON:
        job = self._job(call)
        if call.body["userid"] != job.sender:
            raise Refused(40003)
        sent = [
            {"chat_id": chat, "userid": job.sender, "status": 1, "send_time": int(at.timestamp())}
            for chat, at in job.got.items()
        ]
        missed = [chat for chat in job.chats if chat not in job.got] if job.confirmed and self.tells_quota else []
        over = [{"chat_id": chat, "userid": job.sender, "status": 3} for chat in missed]
        return self._page(call, "send_list", [*sent, *over])

    def _remind(self, call: Call) -> JSON:
        job, now = self._job(call), self.clock()
        lately = [at for at in job.reminded if now - at < timedelta(hours=24)]
        if len(lately) >= MOST_REMINDERS or job.confirmed or job.cancelled:
            raise Refused(40058)
        job.reminded.append(now)
        return {}

    def _cancel(self, call: Call) -> JSON:
        job = self._job(call)
        if job.confirmed or job.cancelled:
            raise Refused(40058)
        job.cancelled = True
        return {}

    def _job(self, call: Call) -> Job:
        if call.body["msgid"] not in self.jobs:
            raise Refused(40058)
        return self.jobs[call.body["msgid"]]

    def _upload(self, call: Call) -> JSON:
        kind = call.query.get("type")
        if kind not in ("image", "file") or not call.file:
            raise Refused(40004)
        name = f"media{len(self.files)}"
        self.files[name] = call.file
        if kind == "file":
            self.called[name] = call.filename or ""
        return {"type": kind, "media_id": name, "created_at": "1"}

    def _page(self, call: Call, field: str, rows: Iterable[JSON]) -> JSON:
        """A page of the rows; `next_cursor` leads to the next one."""
        every, start = list(rows), int(call.body.get("cursor") or 0)
        end = start + min(call.body.get("limit", self.page), self.page)
        return {field: every[start:end], **({"next_cursor": str(end)} if end < len(every) else {})}
