"""(tick) A notice that was cancelled a moment too late: its author has to know that it is out."""

from collections import defaultdict

from handlers.community.gazetteer import title
from handlers.messages import Words
from handlers.moment import Moment
from handlers.notices.rounds import tell_author
from handlers.phrases import confirming as phrases
from handlers.rules.confirming import OVERTAKEN
from storage import broadcasts, chats, doubts
from storage.types import BroadcastId


async def tell_overtaken(moment: Moment) -> None:
    """Tell each author once which groups got it all the same."""
    found: defaultdict[BroadcastId, dict[int, str]] = defaultdict(dict)
    for row in await doubts.overtaken(moment.session, OVERTAKEN):
        row.doubt_told = True
        address = (row.channel, row.account, row.chat)
        bound = (await chats.bound(moment.session, [address])).get(address)
        if row.broadcast_id is not None and bound is not None:
            found[row.broadcast_id][row.id] = await title(moment.session, bound[1].id)
    for number, titles in found.items():
        notice = await broadcasts.by_id(moment.session, number)
        if notice is not None:
            words = Words(phrases.overtaken(notice, list(titles.values())))
            await tell_author(moment, notice, words, f"overtaken:{min(titles)}")
