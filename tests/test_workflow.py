"""The life of a ticket, every action in every status: what the table says is what happens, and nothing else does."""

import re
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from handlers.messages import Refusal
from handlers.moment import Moment
from handlers.phrases import STATUS_NAMES
from handlers.rules.tickets import OPEN, TRANSITIONS, next_status
from handlers.tickets.lifecycle import advance
from storage import tickets
from storage.tickets import Ticket, TicketEvent
from storage.types import TicketAction, TicketStatus
from tests.world import World

#: A row for each action; what becomes of a reported, dispatched, accepted, started, done, rated, verified, merged and
#: cancelled ticket. “=”: it stays, “.”: refused. Written beside the code, not from it.
TABLE = """
report    . . . . . . . . .
dispatch  D . . . . . . . .
accept    A A . . . . . . .
progress  . . P P . . . . .
finish    . . O O . . . . .
resolve   O O O O . . . . .
rate      . . . . R = = . .
verify    . . . . V V . . .
reject    . . . . A A . . .
reopen    . . . . D D D . .
transfer  . = D D . . . . .
return    . = D D . . . . .
offer     . . = = . . . . .
take_over . . = A . . . . .
decline   . . = = . . . . .
hand_out  P P P = . . . . .
take_back . . = A . . . . .
confer    = = = = . . . . .
leave     = = = = . . . . .
recruit   = = P = . . . . .
sign_up   = = = = . . . . .
sign_off  = = = = . . . . .
refuse    = = . . . . . . .
no_answer = = . . . . . . .
escalate  = = = = . . . . .
merge     M M M M . . . . .
cancel    C C C C . . . . .
detail    = = = = . . . . .
join      = = = = . . . . .
urge      = = = = . . . . .
correct   = = = = . . . . .
"""
S = TicketStatus
LETTERS = {"D": S.DISPATCHED, "A": S.ACCEPTED, "P": S.IN_PROGRESS, "O": S.DONE, "R": S.RATED, "V": S.VERIFIED} | {
    "M": S.MERGED,
    "C": S.CANCELLED,
}


def expected() -> dict[tuple[TicketStatus, TicketAction], TicketStatus]:
    """What the table above allows."""
    found = {}
    for line in TABLE.strip().splitlines():
        action, *cells = line.split()
        for status, cell in zip(TicketStatus, cells, strict=True):
            if cell != ".":
                found[status, TicketAction(action)] = status if cell == "=" else LETTERS[cell]
    return found


NAMES = {
    TicketAction.REPORT: "登记",
    TicketAction.DISPATCH: "派单",
    TicketAction.ACCEPT: "接单",
    TicketAction.PROGRESS: "进展",
    TicketAction.FINISH: "办结",
    TicketAction.RESOLVE: "住户说好了",
    TicketAction.RATE: "评价",
    TicketAction.VERIFY: "核验",
    TicketAction.REJECT: "核验不通过",
    TicketAction.REOPEN: "重办",
    TicketAction.TRANSFER: "转单（没指名）",
    TicketAction.RETURN: "退单",
    TicketAction.OFFER: "转单（问某个人）",
    TicketAction.TAKE_OVER: "接手",
    TicketAction.DECLINE: "不接",
    TicketAction.HAND_OUT: "移交",
    TicketAction.TAKE_BACK: "收回",
    TicketAction.CONFER: "会办",
    TicketAction.LEAVE: "退出会办",
    TicketAction.RECRUIT: "招募",
    TicketAction.SIGN_UP: "报名",
    TicketAction.SIGN_OFF: "不去",
    TicketAction.MERGE: "并入别的",
    TicketAction.CANCEL: "撤销",
    TicketAction.URGE: "催办",
}
PAPER = Path(__file__).parent.parent / "docs" / "tickets.md"
PLACE = re.compile(r"(<!-- workflow[^>]*-->\n).*?(<!-- /workflow -->)", re.DOTALL)


def table() -> str:
    """The table as people read it: for each status, what may be done and where that leads."""
    lines = ["| 在这一步 | 能做什么 → 之后是什么 |", "| --- | --- |"]
    for status in TicketStatus:
        then = {NAMES[action]: after for (at, action), after in TRANSITIONS.items() if at is status and action in NAMES}
        stays = "、".join(name for name, after in then.items() if after is status)
        moves = [f"{name} → {STATUS_NAMES[after]}" for name, after in then.items() if after is not status]
        said = "；".join([*moves, *([f"{stays}（不变）"] if stays else [])])
        lines.append(f"| {STATUS_NAMES[status]} | {said or '到此为止'} |")
    return "\n".join(lines) + "\n"


def test_the_paper_shows_the_table() -> None:
    text = PAPER.read_text(encoding="utf-8")
    wanted = PLACE.sub(lambda found: found[1] + table() + found[2], text)
    if wanted != text:
        PAPER.write_text(wanted, encoding="utf-8")
    assert wanted == text, "the table in docs/tickets.md was out of date; it has been written anew, look at it"


def test_every_action_is_in_the_table() -> None:
    assert expected() == dict(TRANSITIONS)
    assert {line.split()[0] for line in TABLE.strip().splitlines()} == set(TicketAction)


@pytest.mark.parametrize("status", TicketStatus)
async def test_what_is_refused_leaves_ticket_and_history_untouched(world: World, status: TicketStatus) -> None:
    """Every action in that status, through the one place where a status changes."""
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    for action in TicketAction:
        before = await put(world, status)
        allowed = expected().get((status, action))
        if allowed is None:
            with pytest.raises(Refusal):
                await done(world, action)
            assert await state(world) == before
        else:
            await done(world, action)
            after = await state(world)
            assert after[0] == allowed
            assert after[2] == before[2] + 1
            assert await has_next_step(world) is (allowed in OPEN)
        assert next_status(status, action) is allowed


async def put(world: World, status: TicketStatus) -> tuple[TicketStatus, datetime | None, int]:
    """Let the ticket be there, whatever it went through."""
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Ticket).values(status=status))
    return await state(world)


async def state(world: World) -> tuple[TicketStatus, datetime | None, int]:
    """The ticket's status, when something was last said about it, and how long its history is."""
    async with world.sessions() as session:
        ticket = (await session.scalars(sa.select(Ticket))).one()
        events = await session.scalar(sa.select(sa.func.count()).select_from(TicketEvent))
        return ticket.status, ticket.last_at, events or 0


async def has_next_step(world: World) -> bool:
    """Whether something happens to the ticket next by itself."""
    async with world.sessions() as session:
        ticket = (await session.scalars(sa.select(Ticket))).one()
        assert (ticket.next_step is None) is (ticket.next_at is None)
        return ticket.next_step is not None


async def done(world: World, action: TicketAction) -> None:
    """Do it in a transaction of its own."""
    async with world.sessions.begin() as session:
        ticket = (await session.scalars(sa.select(Ticket))).one()
        moment = Moment(session=session, now=world.now, house=world.house, reach=world.reach)
        advance(moment, await tickets.by_id(session, ticket.id), action)
