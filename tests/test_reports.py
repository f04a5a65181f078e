"""Free text: what opens, adds, joins and closes; what stays quiet; what a group never hears."""

from datetime import timedelta

import sqlalchemy as sa

from handlers.messages import Attachment
from storage.tickets import Ticket
from tests.world import World


async def test_a_broken_lift_becomes_one_ticket_and_calls_who_is_on_duty(world: World) -> None:
    await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    world.hears("3栋群", "1 号", "2单元", "电梯", "王芳")
    world.hears("王芳", "1 号", "电梯又坏了")
    world.silent("赵强", "周网格", "陈书记")


async def test_a_neighbour_with_the_same_problem_opens_no_second_ticket(world: World) -> None:
    await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    world.forget()
    opened = world.count
    await world.says("冉幺妹", "我们也是，电梯等半天不来", reply_to=f"m{opened}")
    world.silent("3栋群", "王芳")
    await world.says("冉幺妹", "我的工单", alone=True)
    world.hears("冉幺妹", "1 号")


async def test_who_reported_and_who_joined_hear_of_accept_and_done(world: World) -> None:
    first = await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    await world.says("冉幺妹", "我家也是", reply_to=first)
    world.forget()
    await world.says("王芳", "接单", alone=True)
    world.hears("王芳", "归您了")
    world.hears("3栋群", "1 号", "王芳接单了")
    await world.says("王芳", "办结 1 换了接触器", alone=True)
    world.hears("3栋群", "办好了")
    world.hears("李姐", "满意")
    world.hears("冉幺妹", "满意")
    await world.presses("李姐", "满意")
    world.hears("李姐", "谢谢")


async def test_a_group_hears_of_a_ticket_three_times_at_most(world: World) -> None:
    await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    for _ in range(3):
        await world.says("王芳", "接单 1", alone=True)
        await world.says("王芳", "进展 1 在等配件", alone=True)
        await world.says("王芳", "办结 1", alone=True)
        await world.says("李姐", "重办 1", alone=True)
    assert len(world.new("3栋群")) == 3


async def test_what_is_reported_alone_is_never_mentioned_in_the_group(world: World) -> None:
    await world.says("李姐", "2单元楼道灯不亮了，黑黢黢的", alone=True)
    world.hears("李姐", "1 号", "照明")
    world.hears("王芳", "照明")
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    world.silent("3栋群", "小区群")


async def test_care_said_in_a_group_is_taken_up_out_of_it(world: World) -> None:
    await world.says("李姐", "1单元独居的刘奶奶好几天没见出门了，敲门没人应，麻烦来个人看看")
    world.silent("3栋群")
    world.hears("李姐", "群里不会再提")
    world.hears("王芳", "帮扶")


async def test_an_emergency_calls_everybody_on_the_way_up_and_again(world: World) -> None:
    await world.says("李姐", "1单元楼道里冒烟了，有明火，快来人！")
    world.hears("3栋群", "119")
    world.hears("王芳", "紧急")
    world.hears("周网格", "紧急")
    world.hears("陈书记", "紧急")
    await world.wait(timedelta(minutes=2))
    world.hears("王芳", "还没人接")
    await world.says("王芳", "接单", alone=True)
    world.forget()
    await world.wait(timedelta(minutes=10))
    world.silent("王芳", "周网格", "陈书记")


async def test_nobody_accepts_so_it_climbs_once(world: World) -> None:
    await world.says("李姐", "2单元3楼的灯坏了好几天了，麻烦来修一下")
    world.forget()
    await world.wait(timedelta(hours=1, minutes=55))
    world.silent("周网格", "王芳")
    await world.wait(timedelta(minutes=10))
    world.hears("王芳", "还没人接")
    world.silent("周网格")
    await world.wait(timedelta(hours=1, minutes=10))
    world.hears("周网格", "还没接")
    await world.wait(timedelta(minutes=30))
    world.silent("周网格")


async def test_a_steward_who_says_he_is_coming_has_accepted(world: World) -> None:
    first = await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    world.forget()
    await world.says("王芳", "好，我下午带师傅去换", reply_to=first)
    world.silent("3栋群")
    await world.wait(timedelta(hours=6))
    world.silent("周网格")


async def test_done_said_in_the_group_closes_and_asks_to_rate_alone(world: World) -> None:
    first = await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    world.forget()
    await world.says("王芳", "灯换好了，现在亮了", reply_to=first)
    world.silent("3栋群")
    world.hears("李姐", "满意")


async def test_a_message_taken_back_before_anybody_accepts_withdraws_its_ticket(world: World) -> None:
    message = await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    world.forget()
    await world.recalls("李姐", message)
    world.hears("王芳", "撤回")
    await world.says("王芳", "待办", alone=True)
    world.hears("王芳", "没有待办")


async def test_a_group_that_nobody_bound_is_not_listened_to(world: World) -> None:
    await world.says("李姐", "2单元电梯又坏了，停在5楼不动", group="别处群")
    world.silent("别处群", "王芳")


async def test_voice_without_words_to_the_bot_asks_for_words(world: World) -> None:
    await world.says("李姐", "", alone=True, attachments=(Attachment("voice"),))
    world.hears("李姐", "打几个字")
    await world.says("李姐", "", attachments=(Attachment("voice"),))
    world.silent("3栋群")


async def test_who_is_called_can_tell_the_reporters_words_from_a_neighbours(world: World) -> None:
    await world.says("李姐", "2单元电梯坏了，停在5楼不动")
    world.forget()
    await world.says("冉幺妹", "电梯里我妈关在里头了！！")
    world.hears("王芳", "紧急", "李姐", "（另一位邻居说：电梯里我妈关在里头了！！）")


async def test_a_number_alone_promises_nothing(world: World) -> None:
    await world.says("李姐", "2单元电梯坏了，停在5楼不动")
    await world.says("王芳", "12345", alone=True)
    async with world.sessions() as session:
        ticket = await session.scalar(sa.select(Ticket))
    assert ticket is not None
    assert ticket.assignee_id is None
