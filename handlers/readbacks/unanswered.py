"""回执 未回: how many households have answered, for who wrote the notice; which have not, for the grid worker alone."""

from collections.abc import Mapping, Sequence
from typing import Final

from handlers.community.codes import can_be_alone
from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Button, Refusal, Reply, Words
from handlers.notices.which import mine_or_ours, numbered
from handlers.phrases import readbacks as phrases
from handlers.phrases.places import short_name
from handlers.readbacks.tallies import Building, Tally, tally_of
from handlers.reading.values import Unclear
from handlers.router import Router
from storage import members, places
from storage.broadcasts import Broadcast
from storage.readbacks import Door
from storage.types import MemberId, MessageKind, PlaceKind, Role

router: Final = Router()


@router.command("回执", example="回执 5", does="看 5 号通知各楼有几户回了“收到”", allow=Role.ADMIN)
async def show(ctx: Context, rest: str) -> Reply:
    """How many households have answered, building by building; not which."""
    found = await asking(ctx, rest)
    await mine_or_ours(ctx, found)
    tally = await tally_of(ctx, found)
    lines = [(await title(ctx.session, one.place.id), len(one.answered), len(one.doors)) for one in tally.buildings]
    buttons = (Button("名单发给网格员", f"发未回 {found.id}"),) if tally.answered < tally.doors else ()
    return Reply(phrases.tally(found, lines, tally.nameless), buttons, alone=True)


@router.command("未回", example="未回 5", does="看自己网格里哪些户还没回 5 号通知", allow=Role.GRID_WORKER)
async def show_missing(ctx: Context, rest: str) -> Reply:
    """The doors that have not answered, of the speaker's own buildings, to him alone."""
    found = await asking(ctx, rest)
    if not can_be_alone(ctx):
        raise Refusal(phrases.only_alone(found))
    tally = await tally_of(ctx, found)
    own = [one for one in tally.buildings if Role.GRID_WORKER in ctx.roles_at(one.place)]
    if not own:
        raise Refusal(phrases.not_your_buildings(found), alone=True)
    return Reply(await _list(ctx, found, own), alone=True)


@router.command("发未回", example="发未回 5", does="把还没回的户单独发给各楼的网格员，自己看不到", allow=Role.ADMIN)
async def hand_on(ctx: Context, rest: str) -> Reply:
    """Give each grid worker the list of his own buildings; who asks for that sees none of it."""
    found = await asking(ctx, rest)
    await mine_or_ours(ctx, found)
    tally = await tally_of(ctx, found)
    told, deaf, without = 0, [], []
    by_worker, nobody = await _workers(ctx, tally)
    without = [await title(ctx.session, one.place.id) for one in nobody]
    for worker, (name, own) in by_worker.items():
        words = Words(await _list(ctx, found, own))
        key = f"unanswered:{found.id}:{found.rounds}:{ctx.inbound.message_id}"
        if await ctx.tell(worker, words, MessageKind.PERSONAL, key=key):
            told += 1
        else:
            deaf.append(name)
    ctx.note("发未回", f"broadcast:{found.id}", (await ctx.member()).id)
    return Reply(phrases.handed_on(found, told, deaf, without), alone=True)


async def _workers(
    ctx: Context, tally: Tally
) -> tuple[Mapping[MemberId, tuple[str, list[Building]]], Sequence[Building]]:
    """The grid workers with their names and those of their buildings where somebody has not answered; who has none."""
    found: dict[MemberId, tuple[str, list[Building]]] = {}
    nobody = []
    for building in tally.buildings:
        if not building.missing:
            continue
        line = await places.above(ctx.session, building.place)
        workers = await members.with_role(ctx.session, Role.GRID_WORKER, [place.id for place in line])
        for worker in workers:
            found.setdefault(worker.id, (worker.name, []))[1].append(building)
        if not workers:
            nobody.append(building)
    return found, nobody


async def asking(ctx: Context, rest: str) -> Broadcast:
    """The notice of that number, which asks for answers and has begun.

    Raises:
        Refusal: It does not, or has not.
    """
    if not rest.strip():
        raise Unclear("which notice")
    found = await numbered(ctx, rest)
    if not found.asks_back:
        raise Refusal(phrases.asks_nothing(found), alone=True)
    if not found.rounds:
        raise Refusal(phrases.not_out_yet(found), alone=True)
    return found


async def _list(ctx: Context, found: Broadcast, own: Sequence[Building]) -> str:
    rows = [(await title(ctx.session, one.place.id), len(one.doors), await rooms(ctx, one.missing)) for one in own]
    return phrases.missing(found, rows)


async def rooms(ctx: Context, doors: set[Door]) -> Sequence[str]:
    """The doors as people call them: 1单元101."""
    known = await places.by_ids(ctx.session, [place for place, _ in doors])
    ordered = sorted(doors, key=lambda door: (known[door[0]].path, len(door[1]), door[1]))
    units = {place: short_name(known[place]) for place, _ in doors if known[place].kind is PlaceKind.UNIT}
    return [f"{units.get(place, '')}{room}" for place, room in ordered]
