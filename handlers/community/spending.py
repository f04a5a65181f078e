"""What the language model costs: counted by the month, and the admin is told once when the budget is used up."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import model as phrases
from handlers.rules.quiet import quiet_until
from handlers.tickets.telling import answering_for
from storage import places, spending
from storage.types import MessageKind, PlaceKind


def month_of(now: datetime, zone: ZoneInfo) -> str:
    """The month of the community's calendar: `2026-05`."""
    return f"{now.astimezone(zone):%Y-%m}"


async def is_left(moment: Moment, budget: int) -> bool:
    """Whether this month's budget of `budget` tokens is not used up."""
    month = await spending.of_month(moment.session, month_of(moment.now, moment.house.zone))
    return month is None or month.tokens < budget


async def enter(moment: Moment, budget: int, *, tokens_in: int, tokens_out: int, failed: bool) -> None:
    """Count one message that the model was asked about."""
    month = await spending.enter(
        moment.session,
        month_of(moment.now, moment.house.zone),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        failed=failed,
    )
    if month.tokens >= budget and month.told_at is None and await _tell_admins(moment, month.month, budget):
        month.told_at = moment.now


async def _tell_admins(moment: Moment, month: str, budget: int) -> bool:
    """Tell everybody who looks after a community, in the morning if it is night; whether there was anybody to tell."""
    communities = await places.all_of(moment.session, PlaceKind.COMMUNITY)
    people = {member for place in communities for member in await answering_for(moment, place.id)}
    due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    words = Words(phrases.used_up(budget))
    told = [
        await moment.tell(member, words, MessageKind.PERSONAL, key=f"model:{month}", due_at=due_at)
        for member in sorted(people)
    ]
    return any(told)
