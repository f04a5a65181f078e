"""One reminder a household, alone, to somebody of it who can be written to; nobody is reminded at night, or twice."""

from collections.abc import Collection, Mapping, Sequence

from handlers.community import codes
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.notices.expanding import texts_at
from handlers.notices.noticing import Manners, awake_at, manners_at
from handlers.phrases import readbacks as phrases
from handlers.phrases.posters import personal_link
from handlers.readbacks.asks import PUT_OFF, REMINDED
from handlers.readbacks.tallies import tally_of
from handlers.rules.quiet import quiet_until
from handlers.rules.templates import place_variables
from storage import audiences, broadcasts, identities, readbacks, recalls, timetable
from storage import codes as stored_codes
from storage.broadcasts import Broadcast
from storage.chats import Address
from storage.codes import Purpose
from storage.readbacks import Door
from storage.types import MemberId, MessageKind, PlaceId


async def remind(moment: Moment) -> bool:
    """Remind of every notice whose time for that has come, once a round; whether there are more to be reminded."""
    after = moment.house.notices.remind_after
    if not after:
        return False
    since = moment.now - moment.house.notices.answers_for - PUT_OFF
    for found in await timetable.unreminded(moment.session, moment.now, since):
        began = await broadcasts.began_at(moment.session, found)
        if began is None or await recalls.of_notice(moment.session, found.id):
            continue  # it reached nobody, or was taken back
        if moment.now - began >= after and await _remind_of(moment, found):
            return True
    return False


async def _remind_of(moment: Moment, found: Broadcast) -> bool:
    """Remind some of them; whether there are more. None is put off to the morning: who answers before needs it not."""
    wanted = await _wanted(moment, found)
    at = set(wanted.values())
    if at and await awake_at(moment, at, moment.now) > moment.now:
        return False
    manners = await manners_at(moment, at)
    texts = await texts_at(moment, found, at)
    ways = list((await ways_unasked(moment, wanted)).items())
    for member, way in ways[: moment.house.notices.reminded_at_once]:
        place = wanted[member]
        text = "" if place_variables(texts[place]) else texts[place]
        words = phrases.reminder(found, text) + await _own_page(moment, found, member)
        _say(moment, found, member, way, words, manners[place])
    if len(ways) > moment.house.notices.reminded_at_once:
        return True
    found.reminded_at = moment.now
    return False


async def _wanted(moment: Moment, found: Broadcast) -> Mapping[MemberId, PlaceId]:
    """Whom to remind, with where he lives: of each door the one who was there last, and who was told alone."""
    tally = await tally_of(moment, found)
    missing = {door for building in tally.buildings for door in building.missing}
    rows = await readbacks.of_round(moment.session, found)
    done = {row.member_id for row in rows} | await readbacks.reminded(moment.session, f"{_key(found)}:")
    homes = {member: door for member, door in await people_at(moment, found) if door in missing}
    begun = {homes[member] for member in homes.keys() & done}  # somebody behind that door has been reminded just now
    ways = await ways_unasked(moment, [member for member in homes.keys() - done if homes[member] not in begun])
    first: dict[Door, MemberId] = {}
    for member in ways:
        first.setdefault(homes[member], member)
    told = await readbacks.told_alone(moment.session, found)
    alone = {member: found.community_id for member in told if member not in done}
    return {member: door[0] for door, member in first.items()} | alone


async def people_at(moment: Moment, found: Broadcast) -> Sequence[tuple[MemberId, Door]]:
    """Those who live behind the known doors of a notice, with their doors."""
    if not found.audience:
        return ()
    return await audiences.people_at(moment.session, found.audience, found.exclusions)


async def ways_unasked(moment: Moment, people: Collection[MemberId]) -> Mapping[MemberId, Address]:
    """Where each of them can be written to alone without having written first, who was there last coming first."""
    ways: dict[MemberId, Address] = {}
    for way in await identities.ways_to(moment.session, people) if people else ():
        reach = moment.reach.get(way.channel)
        if reach is not None and reach.one_to_one and not reach.only_answers:
            ways.setdefault(way.member_id, (way.channel, way.account, way.one_to_one))
    return ways


async def _own_page(moment: Moment, found: Broadcast, member: MemberId) -> str:
    """A line with the address at which he alone can answer, where somebody outside can open our pages."""
    if moment.house.pages is None:
        return ""
    token = codes.new_code(codes.LINK)
    until = moment.now + moment.house.notices.answers_for
    await stored_codes.issue(moment.session, token, Purpose.READ, until, member=member)
    return f"\n{personal_link(f'{moment.house.pages}/read/{found.id}/{token}')}"


def _key(found: Broadcast) -> str:
    return f"{REMINDED}:{found.id}:{found.rounds}"


def _say(moment: Moment, found: Broadcast, member: MemberId, way: Address, text: str, manners: Manners) -> None:
    reach = moment.reach.get(way[0])
    buttons = (Button("收到", f"收到 {found.id}"),) if reach is not None and reach.buttons else ()
    moment.say(
        way,
        Words(text, buttons),
        MessageKind.PERSONAL,
        key=_key(found),
        is_group=False,
        member=member,
        due_at=quiet_until(moment.now, manners.quiet, moment.house.zone),
    )
