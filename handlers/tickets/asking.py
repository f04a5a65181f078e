"""Asking once, where it is unclear whether something was meant as a report.

Nothing of it is ever on disk but the question itself: the message and who may answer are remembered like the chat's last
messages. Without an answer, or after a restart, nothing happens. Where it may be danger to life, the group is asked
whatever the community prefers otherwise, and whoever is on duty is told to look.
"""

from dataclasses import replace
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.corrections.reasoning import was_advised
from handlers.dispatch.levels import ladder, mentioned
from handlers.messages import Words
from handlers.phrases import asking as phrases
from handlers.rules.quiet import quiet_until
from handlers.rules.roles import may
from handlers.rules.tickets import OPEN
from handlers.tickets.alarming import alarm
from handlers.tickets.authors import as_author, open_for, scene_of
from handlers.tickets.board import outdate
from handlers.tickets.lifecycle import advance
from handlers.understanding.classify import STAFF
from handlers.understanding.danger import hinted
from handlers.understanding.decide import IN_DOUBT
from handlers.understanding.scales import Weighed
from handlers.understanding.types import SILENCE, Asked, Heard, Item, Judgement, Question
from handlers.understanding.why import Way, codes_of
from storage import tickets, words
from storage.types import Act, Category, Intent, MessageKind, Role, TicketAction, Urgency

YES: Final = frozenset({"是", "是的", "要", "要的", "好", "好的", "嗯", "嗯嗯", "对", "登记", "登记吧", "可以", "有"})
NO: Final = frozenset({"不", "不用", "不用了", "不是", "不要", "没有", "没事", "别", "不登记", "算了"})
PLAIN: Final = frozenset(
    {"是", "是的", "登记", "登记吧", "不是", "不登记", "不用", "不用了"}
)  #: the rest answers anything
SHORTEST: Final = 2  #: characters of a message that is asked about
NAMED: Final = 0.3  #: share of the likeliest category from which the question can say what it is about
ENDS: Final = " \n,，.。!！~～、的了啊呀哦嘛吧👌👍🙏"
ASKING: Final = "asked:"  #: before the id of what it is about: the question's own id among the chat's messages


async def ask_if_unsure(ctx: Context, question: Question, weighed: Weighed, judged: Judgement) -> None:
    """Ask whether the message is a report, if it may be one, nobody said so to the bot, and nothing else was asked.

    Where a ticket was opened of it, only whether it is an emergency may be unclear.
    """
    _answered_otherwise(ctx, question.heard, judged)
    manner, heard = ctx.house.manner, question.heard
    if not ctx.is_group or heard.role in STAFF or was_advised(ctx, question):
        return
    if judged.items:
        await _worry(ctx, question, weighed, judged.items[0])
        return
    if ctx.inbound.to_bot or judged.confidence < min(manner.asks, manner.fears):
        return
    if len(heard.text) < SHORTEST or _bare(heard.text) in YES | NO:
        return  # an answer to somebody
    hint = hinted(weighed.view.text) if weighed.opens >= manner.fears else None
    if hint is not None or (weighed.opens >= manner.fears and weighed.alarm >= IN_DOUBT):
        await _fear(ctx, heard, hint)
    elif weighed.opens >= manner.asks and weighed.view.topics.max() >= NAMED and _is_free(ctx) and not ctx.is_late:
        category = ctx.reader.report(heard, question.scene).category
        if category is not Category.OTHER and category not in ctx.house.never_in_group:
            text = phrases.open_it(category, int(ctx.house.answer_within.total_seconds() // 60))
            _ask(ctx, heard, Words(text, quote=heard.id), MessageKind.TICKET_NOTE)


async def _worry(ctx: Context, question: Question, weighed: Weighed, item: Item) -> None:
    """Ask whether what was opened is an emergency, if that is unclear; who is on duty was called already."""
    opened = item.act is Act.OPEN and item.urgency is not Urgency.EMERGENCY
    if not opened or item.category in ctx.house.never_in_group:
        return
    hint, manner = hinted(weighed.view.text), ctx.house.manner
    if weighed.alarm >= (manner.worries if hint is None else manner.fears):
        await _fear(ctx, question.heard, hint or item.category, somebody_looks=True)


def _answered_otherwise(ctx: Context, heard: Heard, judged: Judgement) -> None:
    """Who has just said it more clearly need not be asked any more."""
    asked = ctx.memory.asked
    about = ctx.memory.said(asked.about) if asked else None
    if judged.items and about is not None and about[0].sender == heard.sender:
        ctx.memory = replace(ctx.memory, asked=None)


def _is_free(ctx: Context) -> bool:
    """Whether the group may be asked: by day, one question at a time, and none for a while where nobody answered."""
    asked = ctx.memory.asked
    awake = quiet_until(ctx.now, ctx.house.escalation.quiet, ctx.house.zone) <= ctx.now
    return awake and (asked is None or ctx.now >= asked.rest_until)


async def _fear(ctx: Context, heard: Heard, category: Category | None, *, somebody_looks: bool = False) -> None:
    """Ask whether there is danger, and have somebody look, if nobody was called already."""
    asked = ctx.memory.asked
    if ctx.place is None or ctx.group is None or (asked is not None and asked.alarm and ctx.now < asked.until):
        return
    rungs = () if somebody_looks else await ladder(ctx, ctx.place)
    words = Words(phrases.look_at_the_group(await title(ctx.session, ctx.place.id), category))
    key, people = f"look:{ctx.cause}", rungs[0].people if rungs else ()
    in_front = [m for m in people if not await ctx.tell(m.id, words, MessageKind.EMERGENCY, key=key)]
    advice = ctx.house.advice.get(category, ctx.house.advice_else) if category else ctx.house.advice_else
    text = phrases.is_it_danger(advice, [member.name for member in in_front])
    mentions = await mentioned(ctx, ctx.group.address, in_front) if in_front else ()
    _ask(ctx, heard, Words(text, mentions=mentions, quote=heard.id), MessageKind.EMERGENCY)


def _ask(ctx: Context, heard: Heard, words: Words, kind: MessageKind) -> None:
    """Put the question to the group, and remember it."""
    ctx.say(ctx.inbound.address, words, kind, key=f"{ASKING}{ctx.cause}", is_group=True)
    house, shown = ctx.house, (a for a in ctx.inbound.attachments if a.kind == "image")
    asked = Asked(
        heard.id,
        ctx.now + house.answer_within,
        ctx.now + house.ask_again_after,
        alarm=kind is MessageKind.EMERGENCY,
        pictures=tuple((a.digest, a.size) for a in shown if a.digest),
    )
    own = Heard(
        f"{ASKING}{heard.id}", ctx.now, "", house.bot_name, Role.RESIDENT, words.text, from_bot=True, reply_to=heard.id
    )
    ctx.memory = replace(ctx.memory.after(own, SILENCE), asked=asked)


async def is_answer(ctx: Context, text: str) -> bool:
    """Whether the message answers the open question of the chat; if it does, that is done."""
    asked, word = ctx.memory.asked, _bare(text)
    if asked is None or not ctx.is_group or ctx.now >= asked.until or word not in YES | NO:
        return False
    if word not in PLAIN and not ctx.inbound.to_bot and not ctx.memory.recent[-1][0].from_bot:
        return False  # others have talked since
    said = ctx.memory.said(asked.about)
    if said is None or not said[0].text or not _may_answer(ctx, said[0], frightened=asked.alarm and word in YES):
        return False
    mine = Heard(ctx.inbound.message_id, ctx.inbound.at, ctx.inbound.sender, "", Role.RESIDENT, text)
    before = ctx.memory.before(asked.about)
    ctx.memory = replace(ctx.memory.after(mine, SILENCE), asked=None)
    if word in YES and not await _raised(ctx, asked):
        await _open(ctx, asked, Question(said[0], await scene_of(ctx), before, ()))
    return True


async def _raised(ctx: Context, asked: Asked) -> bool:
    """Whether the message belongs to a ticket already, which is an emergency from now on if that was the question."""
    held = await words.holding(ctx.session, (ctx.inbound.channel, ctx.inbound.account, asked.about))
    if held is None:
        return False
    ticket = await tickets.by_id(ctx.session, held)
    if asked.alarm and ticket.status in OPEN and ticket.urgency is not Urgency.EMERGENCY:
        ticket.urgency = Urgency.EMERGENCY
        advance(ctx, ticket, TicketAction.CORRECT, (await ctx.member()).id)
        await alarm(ctx, ticket)
        outdate(ctx.board, ctx.place)
    return True


def _bare(text: str) -> str:
    """The word that a short answer is."""
    return text if text in YES | NO else text.strip(ENDS)


def _may_answer(ctx: Context, about: Heard, *, frightened: bool) -> bool:
    """Its author and the staff; that there is danger may be said by anybody."""
    return frightened or ctx.inbound.sender == about.sender or may(ctx.roles_at(ctx.place), Role.STEWARD)


async def _open(ctx: Context, asked: Asked, question: Question) -> None:
    heard = question.heard
    (weighed,), item = ctx.reader.weigh((question,)), ctx.reader.report(heard, question.scene)
    if asked.alarm:
        item = replace(item, urgency=Urgency.EMERGENCY, category=hinted(weighed.view.text) or item.category)
    author = await as_author(ctx, heard.sender, heard.name, heard.id, heard.text, pictures=asked.pictures)
    ticket = await open_for(author, item, codes_of(weighed, question, item, Way.ANSWER, ctx.house.manner.asks))
    if not asked.alarm:
        ticket.group_notes += 1  # the question was one, too
    opened = Judgement(Intent.REQUEST, (replace(item, ticket=str(ticket.id)),), weighed.opens)
    ctx.memory = ctx.memory.corrected(heard.id, opened)
