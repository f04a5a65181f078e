"""(tick) What may or may not have been said in a group is shown to those who look after it: they see, the bot cannot."""

from handlers.community.gazetteer import title
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import groups as phrases
from handlers.rules.quiet import quiet_until
from handlers.tickets.telling import answering_for
from storage import chats, doubts
from storage.types import MessageKind


async def tell_unsure(moment: Moment) -> None:
    """Show each such message once, in the morning if it is night; it is never said again by itself."""
    for message in await doubts.doubtful(moment.session):
        message.doubt_told = True
        address = (message.channel, message.account, message.chat)
        group, place = (await chats.bound(moment.session, [address])).get(address, (None, None))
        if group is None or place is None:
            continue
        words = Words(phrases.perhaps_said(await title(moment.session, place.id), message.body["text"]))
        due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
        for member in await answering_for(moment, place.id):
            await moment.tell(member, words, MessageKind.PERSONAL, key=f"unsure:{message.id}", due_at=due_at)
