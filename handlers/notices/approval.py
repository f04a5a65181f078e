"""Whether a second person has to approve a notice, and asking those who may."""

from collections.abc import Sequence

from handlers.messages import Button, File, Refusal, Words
from handlers.moment import Moment
from handlers.notices.expanding import audience_for
from handlers.notices.noticing import manners_at
from handlers.notices.previews import preview
from handlers.notices.releasing import advance
from handlers.phrases import approving as phrases
from handlers.rules.broadcasts import BroadcastAction
from storage import audiences, members
from storage.audiences import Holder
from storage.broadcasts import Broadcast
from storage.types import MemberId, MessageKind, Role


async def needs_approval(moment: Moment, broadcast: Broadcast) -> bool:
    """Whether one of its places asks for a second person. A warning waits for nobody."""
    if broadcast.warning:
        return False
    spots = (await audience_for(moment, broadcast)).spots
    return any(manners.approval for manners in (await manners_at(moment, spots)).values())


async def submit(moment: Moment, broadcast: Broadcast, by: MemberId) -> str:
    """Ask every other admin, one to one, with the text; what to tell whoever confirmed it.

    Raises:
        Refusal: There is nobody else, or nobody who can be asked.
    """
    advance(broadcast, BroadcastAction.SUBMIT)
    author = await members.by_id(moment.session, broadcast.author_id)
    text = phrases.please_approve(broadcast, author.name, await preview(moment, broadcast))
    buttons = (Button("同意发送", f"同意通知 {broadcast.id}"), Button("不同意", f"不同意通知 {broadcast.id}"))
    words = Words(text, buttons, pictures=tuple(broadcast.pictures), files=tuple(map(File.of, broadcast.files)))
    asked = [
        other.name
        for other in await _others(moment, broadcast, by)
        if await moment.tell(
            other.id, words, MessageKind.PERSONAL, key=f"approve:{broadcast.id}:{broadcast.edits}:{moment.cause}"
        )
    ]
    if not asked:
        raise Refusal(phrases.nobody_to_approve(broadcast), alone=True)
    return phrases.submitted(broadcast, asked)


async def _others(moment: Moment, broadcast: Broadcast, by: MemberId) -> Sequence[Holder]:
    """The admins who may approve it: of its community or above, and neither its author nor who changed it."""
    found = await audiences.holders_of(moment.session, Role.ADMIN, broadcast.community_id, above_only=True)
    return [other for other in found if other.id not in (broadcast.author_id, broadcast.edited_by, by)]
