"""A warning that another system starts: from a template, for the places that it may warn, sent or put before the admins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from handlers.community.gazetteer import all_places, title
from handlers.messages import Refusal, Words
from handlers.moment import Moment
from handlers.notices.alarms import Alarm, Ground, System, Taken, TurnedAway
from handlers.notices.audience import Audience, Whom
from handlers.notices.drafts import compose
from handlers.notices.expanding import audience_for, texts_at
from handlers.notices.previews import preview
from handlers.notices.reading import Notice
from handlers.notices.releasing import release
from handlers.notices.remarks import Remarks
from handlers.notices.rounds import buttons
from handlers.notices.templates import template_called
from handlers.phrases import warnings as phrases
from handlers.reading.values import Unclear, clean
from handlers.rules.broadcasts import BroadcastAction
from handlers.rules.templates import Draft, filled, own_variables
from storage import broadcasts, members, places, warnings
from storage.broadcasts import Broadcast
from storage.members import Person
from storage.places import Place
from storage.types import BroadcastStatus, MessageKind, Role

HOUR: Final = timedelta(hours=1)


async def take(moment: Moment, system: System, alarm: Alarm) -> Taken:
    """Start the warning or put it before the admins; what was taken before changes nothing.

    Raises:
        TurnedAway: It is not taken.
    """
    if not await warnings.take(moment.session, system.id, alarm.key, alarm.digest, moment.now):
        return await _taken_before(moment, system, alarm)
    if await warnings.taken_since(moment.session, system.id, moment.now - HOUR) > system.most_an_hour:
        raise TurnedAway(Ground.OFTEN, phrases.too_often(system.most_an_hour))
    wanted, community = await _places(moment, system, alarm)
    template = await _template(moment, system, alarm, community)
    admins = await members.with_role(moment.session, Role.ADMIN, list(community.above_ids))
    if not admins:
        raise TurnedAway(Ground.UNREADY, phrases.no_admin())
    kept = await _compose(moment, system, alarm, template, wanted, community, admins[0])
    (await warnings.of_key(moment.session, system.id, alarm.key)).broadcast_id = kept.id
    audience = await audience_for(moment, kept)
    told = await _taken(moment, kept, audience)
    moment.note("外来预警", f"broadcast:{kept.id}", None)
    if system.unconfirmed:
        begun = await release(moment, kept, BroadcastAction.CONFIRM)
        text = phrases.sent(kept, system.name, told.groups, later=begun is None)
        await _tell(moment, kept, admins, Words(text))
        return replace(told, waits=False)
    asked = phrases.asked(kept, system.name, await preview(moment, kept))
    if not await _tell(moment, kept, admins, Words(asked, buttons(kept))):
        raise TurnedAway(Ground.UNREADY, phrases.no_way_to_admin())
    return told


async def _taken_before(moment: Moment, system: System, alarm: Alarm) -> Taken:
    row = await warnings.of_key(moment.session, system.id, alarm.key)
    kept = await broadcasts.by_id(moment.session, row.broadcast_id) if row.broadcast_id is not None else None
    if row.digest != alarm.digest or kept is None:
        raise TurnedAway(Ground.USED, phrases.key_used())
    return replace(await _taken(moment, kept, await audience_for(moment, kept)), again=True)


async def _places(moment: Moment, system: System, alarm: Alarm) -> tuple[Sequence[Place], Place]:
    """The places to be warned, each once, and their community."""
    allowed = [place for name in system.places for place in await _named(moment, name, Ground.UNREADY)]
    wanted = {place.id: place for name in alarm.places for place in await _named(moment, name, Ground.UNFIT)}
    for place in wanted.values():
        if not any(top.covers(place.path) or top.id == place.grid_id for top in allowed):
            raise TurnedAway(Ground.FORBIDDEN, phrases.not_this_place(await title(moment.session, place.id)))
    found = {(await places.community_of(moment.session, place)).id: place for place in wanted.values()}
    if len(found) > 1:
        raise TurnedAway(Ground.UNFIT, phrases.several_communities())
    return list(wanted.values()), await places.community_of(moment.session, next(iter(found.values())))


async def _named(moment: Moment, name: str, ground: Ground) -> Sequence[Place]:
    try:
        found, rest = (await all_places(moment.session)).all_at(clean(name))
    except Unclear:
        raise TurnedAway(ground, phrases.no_such_place(name)) from None
    except Refusal as refusal:
        raise TurnedAway(ground, refusal.reply.text) from None
    if rest.strip():
        raise TurnedAway(ground, phrases.no_such_place(name))
    return found


async def _template(moment: Moment, system: System, alarm: Alarm, community: Place) -> Draft:
    """The template, of which every value is known."""
    if alarm.template not in system.templates:
        raise TurnedAway(Ground.FORBIDDEN, phrases.not_this_template(alarm.template, system.templates))
    template = await template_called(moment, community.id, alarm.template)
    if template is None:
        raise TurnedAway(Ground.UNREADY, phrases.no_such_template(alarm.template))
    wanted = own_variables(template.text)
    missing = [name for name in wanted if not alarm.values.get(name, "").strip()]
    more = [name for name in alarm.values if name not in wanted]
    if missing or more:
        raise TurnedAway(Ground.UNFIT, phrases.other_values(template.name, wanted, missing, more))
    return template


async def _compose(
    moment: Moment,
    system: System,
    alarm: Alarm,
    template: Draft,
    wanted: Sequence[Place],
    community: Place,
    author: Person,
) -> Broadcast:
    if alarm.expires_at is not None and alarm.expires_at <= moment.now:
        raise TurnedAway(Ground.UNFIT, phrases.expired())
    said = Remarks(issuer=system.name, link=alarm.link, expires_at=alarm.expires_at, asks_back=template.asks_back)
    new = Notice(
        whom=Whom(tuple(place.id for place in wanted)),
        text=filled(template.text, alarm.values),
        warning=template.warning,
        remarks=said,
        template=template.name,
    )
    try:
        kept = await compose(moment, new, community.id, author.id)
    except Refusal as refusal:
        raise TurnedAway(Ground.UNFIT, refusal.reply.text) from None
    kept.system = system.name
    return kept


async def _taken(moment: Moment, kept: Broadcast, audience: Audience) -> Taken:
    titles = [await title(moment.session, group.place_id) for group in audience.groups]
    texts = await texts_at(moment, kept, audience.spots)
    return Taken(kept.id, kept.status is BroadcastStatus.DRAFT, titles, list(dict.fromkeys(texts.values())))


async def _tell(moment: Moment, kept: Broadcast, admins: Sequence[Person], words: Words) -> bool:
    """Tell every admin alone, day or night; whether there is a way to any."""
    told = [await moment.tell(one.id, words, MessageKind.CALL, key=f"warning:{kept.id}") for one in admins]
    return any(told)
