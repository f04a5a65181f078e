"""Everything that the bot can do, in two tuples."""

from typing import Final

from handlers import (
    admitting,
    broadcasts,
    corrections,
    doubts,
    duty,
    entering,
    escalations,
    explaining,
    followups,
    groups,
    help,
    holding,
    inquiries,
    invitations,
    joining,
    linking,
    listings,
    members,
    overtaking,
    parting,
    privacy,
    ratings,
    relocating,
    reports,
    rounds,
    tickets,
    uniting,
)
from handlers.router import Routes

#: Asked in this order; free text is judged last, by `reports`.
ROUTES: Final[Routes] = Routes(
    (
        tickets.router,
        followups.router,
        inquiries.router,
        ratings.router,
        explaining.router,
        admitting.router,
        corrections.router,
        relocating.router,
        uniting.router,
        parting.router,
        duty.router,
        broadcasts.router,
        groups.router,
        listings.router,
        joining.router,
        members.router,
        entering.router,
        invitations.router,
        linking.router,
        privacy.router,
        help.about(lambda: ROUTES.commands),
        reports.router,
    )
)
TICKS: Final = (
    escalations.escalate_waiting,
    duty.tell_whose_turn,
    rounds.start_due,
    rounds.finish_sent,
    rounds.drop_unconfirmed,
    overtaking.tell_overtaken,
    groups.tell_lost,
    joining.tell_errands,
    doubts.tell_unsure,
    holding.give_up,
    privacy.forget_gone,
    privacy.forget_old,
)
