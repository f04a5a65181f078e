"""The sheet 成员: who there is and where he lives."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.workbook.cells import Problems, Row
from bot.workbook.places import building_name, unit_name
from bot.workbook.town import Town
from handlers.phrases.places import names, short_name
from storage.identities import Identity, Who
from storage.members import Member
from storage.places import Place
from storage.types import PlaceKind

LONGEST_NAME: Final = 30
LONGEST_ROOM: Final = 12
LONGEST_ID: Final = 128
_PHONE: Final = re.compile(r"\+?[0-9]{5,19}")
CHANNELS: Final = {"webchat": "web", "网页群聊": "web", "网页": "web", "telegram": ""}  #: with its usual account
_CHANNEL_WORD: Final = re.compile("[a-z][a-z0-9_]{0,23}")


@dataclass(slots=True)
class Newcomer:
    """A row of the sheet as it was meant."""

    row: Row
    name: str
    home: Place | None
    room: str | None
    phone: str | None
    who: Who | None


def newcomers(town: Town, rows: Sequence[Row], problems: Problems) -> list[Newcomer]:
    """What the sheet says; each wrong cell is a problem."""
    found = []
    buildings: defaultdict[str, list[Place]] = defaultdict(list)
    for building in town.all_of(PlaceKind.BUILDING):
        buildings[building.name].append(building)
    for row in rows:
        name = row.needs("姓名", problems)
        if len(name) > LONGEST_NAME or name.isdigit():
            problems.add(row["姓名"].at, f"{row['姓名'].quoted}不像姓名，请写 {LONGEST_NAME} 个字以内的姓名。")
        room, phone = row.text("房号").removesuffix("室").removesuffix("房"), row["电话"]
        if len(room) > LONGEST_ROOM:
            problems.add(row["房号"].at, f"房号太长，最多 {LONGEST_ROOM} 个字，比如 1203。")
        number = re.sub(r"[\s\-()（）]", "", phone.text)
        if number and not _PHONE.fullmatch(number):
            problems.add(phone.at, f"{phone.quoted}看不懂，请写电话号码，比如 13800000000。")
        home, who = _home(town, row, buildings, problems), _who(row, problems)
        found.append(Newcomer(row, name[:LONGEST_NAME], home, room[:LONGEST_ROOM] or None, number[:20] or None, who))
    _check_doubles(found, problems)
    return found


def _check_doubles(found: Sequence[Newcomer], problems: Problems) -> None:
    seen: dict[object, int] = {}
    for new in found:
        same = new.who or (new.name, new.home.id if new.home else None, new.room)
        if new.name and same in seen:
            problems.add(new.row["姓名"].at, f"和第 {seen[same]} 行是同一个人，请删掉一行，或者写清楚各自的住处。")
        seen.setdefault(same, new.row.number)


def _home(town: Town, row: Row, buildings: Mapping[str, list[Place]], problems: Problems) -> Place | None:
    """The building or unit, where it is one that is known."""
    name = building_name(row["楼栋"], problems)
    if not name:
        return None
    compound = row.text("小区")
    same = buildings.get(name, [])
    found = [b for b in same if not compound or _above(town, b) == compound]
    if len(found) != 1:
        titles = [_above(town, b) + short_name(b) for b in (found or same)]
        hint = f"有的是：{names(titles)}" if titles else "请先在“地点”表里写上这栋楼"
        wrong = "不止一处，请写上小区" if found else "没有这栋楼"
        problems.add(row["楼栋"].at, f"{row['楼栋'].quoted}{wrong}。{hint}。")
        return None
    return _unit(town, row, found[0], problems)


def _unit(town: Town, row: Row, building: Place, problems: Problems) -> Place:
    name = unit_name(row.text("单元"))
    unit = town.named(building, PlaceKind.UNIT, name)
    if name and unit is None:
        there = [u.name for u in town.all_of(PlaceKind.UNIT) if u.parent_id == building.id]
        hint = f"有的是：{names(there)} 单元" if there else "请先在“地点”表里写上单元数"
        problems.add(row["单元"].at, f"{short_name(building)}没有{row['单元'].quoted}这个单元。{hint}。")
    return unit or building


def _above(town: Town, building: Place) -> str:
    above = town.by_id.get(building.parent_id) if building.parent_id else None
    return above.name if above and above.kind is PlaceKind.COMPOUND else ""


def _who(row: Row, problems: Problems) -> Who | None:
    channel, account, sender = row["渠道"], row["账号"], row["渠道用户id"]
    if not (channel.text or sender.text):
        return None
    word = channel.text.lower()
    for name, usual in CHANNELS.items():
        if word == name:
            word, default = ("webchat" if usual else name), usual
            break
    else:
        default = ""
    if not _CHANNEL_WORD.fullmatch(word):
        problems.add(channel.at, f"{channel.quoted}不是渠道，请写 webchat 或 telegram，不知道就空着。")
    if not sender.text or len(sender.text) > LONGEST_ID:
        problems.add(sender.at, "写了渠道，就要写这个人在那里的 id；不知道就把渠道也空着，用“邀请”发码给他。")
    if not (account.text or default):
        problems.add(account.at, "没有写账号：就是配置文件里这个渠道的 account。")
    return word[:24], (account.text or default)[:64], sender.text[:LONGEST_ID]


@dataclass(slots=True)
class _Match:
    """Which member a row means. A name that occurs once in a building, here and there, is the same person."""

    town: Town
    here: Counter[tuple[str, object]] = field(default_factory=Counter)

    def of(self, new: Newcomer) -> Member | None:
        if new.who is not None and new.who in self.town.identities:
            return self.town.identities[new.who]
        same = [m for m in self.town.people[new.name] if m.name == new.name]
        exact = [m for m in same if m.home_id == (new.home.id if new.home else None) and m.room == new.room]
        near = [m for m in same if self.building(m) == self.building_of(new.home)]
        alone = len(near) == 1 and self.here[new.name, self.building_of(new.home)] == 1
        return exact[0] if exact else near[0] if alone else None

    def building(self, member: Member) -> object:
        return self.building_of(self.town.by_id.get(member.home_id) if member.home_id else None)

    def building_of(self, home: Place | None) -> object:
        return home.parent_id if home is not None and home.kind is PlaceKind.UNIT else home and home.id


async def fill_members(town: Town, found: Sequence[Newcomer], now: datetime) -> None:
    """Add who is not there yet; who is, learns what the sheet knows more."""
    match = _Match(town)
    match.here.update((new.name, match.building_of(new.home)) for new in found)
    pairs = [(new, match.of(new)) for new in found]
    fresh = [(new, Member(name=new.name, created_at=now)) for new, member in pairs if member is None]
    town.session.add_all([member for _, member in fresh])
    await town.session.flush()
    for new, member in [(new, member) for new, member in pairs if member is not None] + fresh:
        member.home_id = new.home.id if new.home else member.home_id
        member.room, member.phone = new.room or member.room, new.phone or member.phone
        if new.who is not None and new.who not in town.identities:
            channel, account, sender = new.who
            town.session.add(Identity(channel=channel, account=account, sender=sender, member_id=member.id))
            town.identities[new.who] = member
    for _, member in fresh:
        town.new_people.append(member)
        town.enter(member)
    await town.session.flush()
