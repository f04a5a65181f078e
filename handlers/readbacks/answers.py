"""收到请回复1: who answers a notice is counted, household by household, and nobody says a word about it in the group."""

import re
from collections.abc import Sequence
from typing import Final
from unicodedata import normalize

from handlers.context import Context
from handlers.messages import SILENT, Happening, Refusal, Reply, Words
from handlers.phrases import readbacks as phrases
from handlers.readbacks.asks import Ask, asks_in
from handlers.readbacks.households import Household, door_in, household_of
from handlers.reading.values import leading_number, words
from handlers.router import Passed, Router
from storage import audiences, broadcasts, offers, readbacks
from storage.readbacks import OpenRound, ReadWay
from storage.types import BroadcastId, MessageKind

router: Final = Router()
first: Final = Router()  #: asked before anybody else: “1” and “收到” are short, and everybody says them

LONGEST: Final = 40  #: characters of a message that may be an answer
_ONE: Final = r"(?:请?(?:回复?|扣|选|打)\s*)?[“\"「]?1[”\"」]?"
_READ: Final = (
    r"(?:好的?|嗯|哦|行|都|已经?|我们?家?|本户|[\s,，、])*+(?:收到|知道了|知悉|已阅|已读)(?:了|啦|咯|哈|1|[\s,，])*+"
)
_THANKS: Final = r"(?:谢|感谢|辛苦了?|您|书记|社区|好的|[\s,，.。!！~～]|[\U0001f339\U0001f44c\U0001f44d\U0001f64f\U0001f3fb-\U0001f3ff])*+"
_HINT: Final = re.compile("[1收知阅读]")  #: no answer is without; most talk is
_ANSWER: Final = re.compile(rf"(?:{_ONE}|(?P<where>.{{0,20}}?){_READ}){_THANKS}")
_BARE_ONE: Final = re.compile(rf"{_ONE}{_THANKS}")
#: A neighbour who asks for a number: 要拼单的扣1.
_ASKS_ONE: Final = re.compile(r"[扣打刷回发接选投按](?:个|复)?\s*[“\"「]?[1一]|(?<![0-9])1\s*[、.：:=]")


@router.command("收到", example="收到 5", does="告诉社区 5 号通知看到了；在群里直接回“收到”或“1”也算", everyday=True)
async def answer(ctx: Context, rest: str) -> Reply | None:
    """The button under a notice, or its number typed; anything else is judged by its words."""
    number, after = leading_number(rest)
    if number is None or after.strip():
        raise Passed
    pressed = ctx.inbound.happening is Happening.PRESSED
    asks = await _asks(ctx)
    found = next((ask.round for ask in asks if ask.round.broadcast == number), None)
    if found is None and not ctx.is_group:
        found = await _for_his_home(ctx, BroadcastId(number))
    if found is not None:
        alone = any(ask.alone for ask in asks if ask.round == found)
        return await _note(ctx, found, ReadWay.BUTTON if pressed else ReadWay.WORD, alone=alone)
    if number == 1 and not pressed:
        raise Passed
    if ctx.is_group:
        return None
    raise Refusal(phrases.not_asked(number))


@first.listen()
async def overhear(ctx: Context) -> Reply | None:
    """A word of answer, where a notice waits for one."""
    read = None if ctx.inbound.from_bot else _read(ctx.inbound.text)
    if read is None or (ctx.inbound.mentions and not ctx.inbound.to_bot):
        return None
    found = _meant(ctx, await _asks(ctx))
    if found is None or (_BARE_ONE.fullmatch(read[0]) and await _is_for_others(ctx, found)):
        return None
    where = (read["where"] or "").strip(" ,，")
    said = await door_in(ctx, where) if where else None
    if where and said is None:
        return None  # “王姐收到” is said to somebody
    return await _note(ctx, found.round, ReadWay.WORD, alone=found.alone, said=said)


def _read(text: str) -> re.Match[str] | None:
    """The words of answer that a message consists of."""
    if len(text) > LONGEST or not _HINT.search(normalize("NFKC", text)):
        return None
    return _ANSWER.fullmatch(words(text, LONGEST))


async def _asks(ctx: Context) -> Sequence[Ask]:
    address = ctx.inbound.address
    return (await asks_in(ctx, [address], ctx.said_at)).get(address, ())


def _meant(ctx: Context, asks: Sequence[Ask]) -> Ask | None:
    """The notice that is quoted, or else the one that was said last; who quotes something else answers that."""
    quoted = ctx.inbound.reply_to
    return next((ask for ask in asks if quoted is None or quoted in ask.ids), None)


async def _is_for_others(ctx: Context, ask: Ask) -> bool:
    """Whether a bare number may be the answer to something else: a neighbour's question, or the bot's."""
    if ctx.inbound.reply_to is not None:
        return False
    asked = ctx.memory.asked
    if asked is not None and ctx.now < asked.until:
        return True
    if any(heard.at > ask.at and _ASKS_ONE.search(heard.text) for heard, _ in ctx.memory.recent):
        return True
    offered = (await offers.standing(ctx.session, [ctx.inbound.address], ctx.now)).get(ctx.inbound.address, {})
    return ctx.is_group and 1 in offered


async def _for_his_home(ctx: Context, number: BroadcastId) -> OpenRound | None:
    """A notice for where the speaker lives, of which he tells the number: he has read it on paper."""
    found = await broadcasts.by_id(ctx.session, number)
    home = ctx.known.home if ctx.known is not None else None
    if found is None or home is None:
        return None
    since = ctx.said_at - ctx.house.notices.answers_for
    asked = OpenRound(found.id, found.rounds)
    if asked not in await readbacks.open_rounds(ctx.session, ctx.said_at, since):
        return None
    return asked if await audiences.among(ctx.session, [home.id], found.audience, found.exclusions) else None


async def _note(ctx: Context, asked: OpenRound, way: ReadWay, *, alone: bool, said: Household | None = None) -> Reply:
    """Count the speaker's household; he himself, where he was told as one who holds an office."""
    member = await ctx.member()
    home = await household_of(ctx, said)
    home = Household(home.place) if alone else home
    row = dict(
        broadcast_id=asked.broadcast,
        round=asked.round,
        household=home.name or f"member:{member.id}",
        place_id=home.place,
        room=home.room,
        member_id=member.id,
        at=ctx.said_at,
        way=way,
    )
    await readbacks.enter(ctx.session, row)
    if home.room is None and not alone and not ctx.grants:
        await ctx.tell_once(member.id, Words(phrases.which_door()), MessageKind.PERSONAL, key="which-door")
    return SILENT if ctx.is_group else Reply(phrases.noted())
