"""People who do whatever comes to their minds, one thing after the other, and what must hold all the same."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final

import sqlalchemy as sa

from handlers.messages import Happening
from storage.outbox import OutboxMessage
from storage.tickets import Ticket
from storage.types import MessageKind
from tests.world import CAST, World

RESIDENTS: Final = ("李姐", "老夏", "冉幺妹", "小邓")
GROUPS: Final = ("3栋群", "4栋群", "小区群")
ROOMS: Final = ("1203", "502", "301", "602", "101")
PHONE: Final = "13985501234"
REPORTS: Final = (
    "2单元电梯又坏了，停在5楼不动",
    f"我家1203天花板漏水，电话{PHONE}，麻烦来个人",
    "1单元楼道里冒烟了，有明火，快来人！",
    "1单元独居的刘奶奶好几天没见出门了，敲门没人应，麻烦来个人看看",
    "楼上502天天半夜放音响，跟他说还要打人",
    "3楼的灯坏了，黑黢黢的，麻烦来修一下",
    "有小偷撬301的门，快来人",
    "楼下垃圾桶满了，臭得很，没人来清",
)
MORE: Final = ("我家也是", "修好了，谢谢", "还没好啊", "现在冒烟了，快来人！", "马上来", "是2单元301", "满意", "不满意")
COMMANDS: Final = (
    *("接单", "转单", "退单", "进展", "办结", "催办", "撤销", "评价", "重办", "工单"),
    *("我接", "办好了", "催一下", "没好", "转派 老夏", "转派 赵强"),
    *("转单 王芳", "转单 李姐", "转单 老夏", "评价 满意", "评价 不满意", "待办", "我的工单", "今天谁值班"),
    *("不是工单", "这是工单", "拆开", "我家的不一样", "为什么", "并入 1", "并入 2"),
    *("改类别 电梯", "改类别 供电", "改地点 3栋1单元", "改地点 4栋2单元", "改紧急 紧急", "改紧急 不急"),
)


@dataclass
class Wanderers:
    """The whole cast; the lot says what they do."""

    world: World
    lot: Random

    async def wander(self, steps: int) -> None:
        deeds: list[Callable[[], Awaitable[object]]] = [
            *[self.report, self.say_more] * 3,
            *[self.command, self.press] * 5,
            *[self.wait, self.recall],
        ]
        for _ in range(steps):
            await self.lot.choice(deeds)()

    @property
    def somebody(self) -> str:
        return self.lot.choice(list(CAST))

    @property
    def earlier(self) -> str:
        return f"m{self.lot.randint(1, self.world.count + 1)}"

    async def report(self) -> None:
        await self.world.says(self.somebody, self.lot.choice(REPORTS), alone=self.lot.random() < 0.3)

    async def say_more(self) -> None:
        reply_to = self.earlier if self.lot.random() < 0.7 else None
        text, alone = self.lot.choice(MORE), self.lot.random() < 0.3
        await self.world.says(self.somebody, text, reply_to=reply_to, alone=alone)

    async def command(self) -> None:
        word, *rest = self.lot.choice(COMMANDS).split()
        number = [str(self.lot.randint(1, 6))] if self.lot.random() < 0.7 else []
        text = " ".join([word, *number, *rest])
        quote = self.earlier if self.lot.random() < 0.3 else None
        alone, to_bot = self.lot.random() < 0.5, self.lot.random() < 0.5
        await self.world.says(self.somebody, text, alone=alone, to_bot=to_bot, reply_to=quote)

    async def press(self) -> None:
        """A button of today or of long ago, under somebody's own message or another's."""
        buttons = [b for said in self.world.channel.said.values() for words in said for b in words.buttons]
        if buttons:
            pressed = self.world.message(self.somebody, self.lot.choice(buttons).payload, alone=True)
            await self.world.hand_over(replace(pressed, happening=Happening.PRESSED))

    async def recall(self) -> None:
        await self.world.recalls(self.somebody, self.earlier)

    async def wait(self) -> None:
        self.world.now += timedelta(minutes=self.lot.choice((1, 3, 31, 241, 600)))
        await self.world.clock.ring()
        await self.world.send_all()


async def said_in_groups(world: World) -> list[OutboxMessage]:
    async with world.sessions() as session:
        return list((await session.scalars(sa.select(OutboxMessage).where(OutboxMessage.is_group))).all())


async def private_tickets(world: World) -> list[Ticket]:
    async with world.sessions() as session:
        return list((await session.scalars(sa.select(Ticket).where(Ticket.private))).all())


async def assert_groups_are_spared(world: World) -> None:
    """At most three unasked messages a ticket and group; nothing private; nobody's name, room or phone."""
    said, private = await said_in_groups(world), await private_tickets(world)
    notes = Counter((row.ticket_id, row.chat) for row in said if row.kind is MessageKind.TICKET_NOTE and row.ticket_id)
    assert max(notes.values(), default=0) <= world.house.group_notes
    for row in said:
        text = row.body["text"]
        assert row.ticket_id not in {ticket.id for ticket in private}, text
        assert not [ticket.number for ticket in private if re.search(rf"(?<!\d){ticket.number} 号（", text)], text
        assert not [secret for secret in (*RESIDENTS, *ROOMS, PHONE) if secret in text], text
        assert "没处理好" not in text
