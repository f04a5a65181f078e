"""Everything that the bot can do, in two tuples."""

from typing import Final

from handlers import broadcasts, duty, escalations, help, inquiries, members, ratings, reports, tickets
from handlers.router import Routes

#: Asked in this order; free text is judged last, by `reports`.
ROUTES: Final = Routes(
    (
        tickets.router,
        inquiries.router,
        ratings.router,
        duty.router,
        broadcasts.router,
        members.router,
        help.router,
        reports.router,
    )
)
TICKS: Final = (escalations.escalate_waiting, duty.tell_whose_turn)
