"""写通知: one question after the other, corrected, left, forgotten, and on after a restart."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.messages import Attachment
from storage.desks import NoticeDesk
from tests.noticing import HOUR, another_admin, asks, notices, received, writes
from tests.world import World

CONTENT = "周六院坝里修脚、理发"


async def _desks(world: World) -> int:
    async with world.sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(NoticeDesk)) or 0


async def test_three_answers_make_a_draft_that_is_confirmed_as_ever(world: World) -> None:
    assert "通知写什么" in await writes(world, "写通知")
    assert "发给谁" in await writes(world, CONTENT)
    assert "什么时候发" in await writes(world, "全体除了4栋")
    shown = await writes(world, "明天上午9点")
    for part in ("1 号通知", "石龙社区（除了锦绣小区4栋），2 个群", "明天（5月12日 周二）9:00", CONTENT):
        assert part in shown
    assert await _desks(world) == 0
    await writes(world, "确认")
    await world.wait(25 * HOUR)
    assert received(world, "3栋群") == [f"{CONTENT}\n\n—— 石龙社区 陈书记发布"]
    world.silent("4栋群")


async def test_an_answer_that_cannot_be_read_is_asked_again_and_any_is_corrected(world: World) -> None:
    await writes(world, "写通知")
    await writes(world, "写错的内容")
    assert "通知写什么" in await writes(world, "上一步")
    await writes(world, CONTENT)
    assert "没看懂发给谁" in await writes(world, "那个谁")
    assert "没有找到“9栋”" in await writes(world, "9栋")
    await writes(world, "3栋")
    assert "没看懂什么时候" in await writes(world, "过几天再说")
    assert "发给谁" in await writes(world, "上一步")
    await writes(world, "4栋")
    assert "这个时间已经过了" in await writes(world, "昨天9点")
    assert "锦绣小区4栋，1 个群" in await writes(world, "马上")
    assert len(await notices(world)) == 1


@pytest.mark.parametrize("word", ["取消", "算了", "取消写通知"])
async def test_it_is_left_with_a_word(world: World, word: str) -> None:
    await writes(world, "写通知")
    await writes(world, CONTENT)
    assert "什么都没有发" in await writes(world, word)
    assert await _desks(world) == 0
    assert not await notices(world)


async def test_buttons_answer_too(world: World) -> None:
    await writes(world, "写通知")
    await writes(world, CONTENT)
    await writes(world, "3栋")
    await world.presses("陈书记", "马上")
    world.hears("陈书记", "您确认后马上")
    await writes(world, "写通知")
    await world.presses("陈书记", "取消")
    world.hears("陈书记", "不写了")


async def test_an_answer_delivered_twice_is_one(world: World) -> None:
    await writes(world, "写通知")
    await writes(world, CONTENT, message_id="twice")
    await world.says("陈书记", CONTENT, alone=True, message_id="twice")
    world.silent("陈书记")
    assert "什么时候发" in await writes(world, "3栋")


async def test_a_picture_goes_along_and_what_cannot_be_kept_is_said(world: World) -> None:
    await writes(world, "写通知")
    refused = Attachment("file", None, 0, "现在只收照片，别的文件请用文字说一说。")
    assert "只收照片" in await writes(world, "", attachments=(refused,))
    await writes(world, CONTENT, pictures=("a" * 64,))
    await writes(world, "3栋")
    assert "图片：1 张" in await writes(world, "马上")


async def test_what_is_left_lying_is_put_away_with_its_words_and_once(world: World) -> None:
    await writes(world, "写通知")
    await writes(world, CONTENT)
    await world.wait(timedelta(minutes=119))
    world.silent("陈书记")
    await world.wait(HOUR)
    assert CONTENT in world.hears("陈书记", "什么都没有发")
    await world.wait(3 * HOUR)
    world.silent("陈书记")
    assert await _desks(world) == 0


async def test_two_admins_write_side_by_side_and_residents_are_not_asked(world: World) -> None:
    other = await another_admin(world)
    await writes(world, "写通知")
    await asks(world, other, "写通知")
    await writes(world, "第一件")
    await asks(world, other, "第二件")
    await writes(world, "3栋")
    assert "什么时候" in await asks(world, other, "4栋")
    assert "第一件" in await writes(world, "马上")
    assert "第二件" in await asks(world, other, "马上")
    await world.says("李姐", "写通知", alone=True)
    world.hears("李姐", "社区管理员")


async def test_in_a_group_it_is_asked_for_alone(world: World) -> None:
    await world.says("陈书记", "/写通知")
    world.silent("3栋群")
    world.hears("陈书记", "请单独找我")
    await world.says("陈书记", "大家早")
    world.silent("3栋群", "陈书记")


async def test_huge_and_hostile_answers_leave_the_question_standing(world: World) -> None:
    await writes(world, "写通知")
    assert "最多 2000 字" in await writes(world, "停" * 3000)
    await writes(world, "{楼栋}{值班人}{{x}}\u202e")
    for text in ("9" * 5000, "、" * 500, "除了除了", "全体" * 500):
        await writes(world, text)
    assert await _desks(world) == 1
    assert not await notices(world)


async def test_a_template_asks_for_what_is_missing_one_by_one(world: World) -> None:
    assert "“停什么”填什么" in await writes(world, "通知 用模板 停水停电 3栋：时间=明天9点到12点")
    assert "“原因”填什么" in await writes(world, "停水")
    assert "“停什么”填什么" in await writes(world, "上一步")
    await writes(world, "停电")
    shown = await writes(world, "线路检修")
    assert "【停电通知】3栋的各位邻居：因线路检修，明天9点到12点停电。" in shown
    assert "锦绣小区3栋，1 个群" in shown
    (kept,) = await notices(world)
    assert kept.template == "停水停电"


async def test_a_template_with_everything_said_is_a_draft_at_once(world: World) -> None:
    shown = await writes(world, "通知 用模板 雪凝 明天7点 全体：时间=今晚到明早")
    assert "号预警" in shown
    assert "明天（5月12日 周二）7:00" in shown
    assert "今晚到明早有雪凝" in shown


async def test_a_template_nobody_knows_is_refused_with_those_there_are(world: World) -> None:
    assert "没有叫“停气" in await writes(world, "通知 用模板 停气 3栋")
    assert "没看懂模板后面" in await writes(world, "通知 用模板 雪凝 3栋 嗯嗯嗯")
    assert not await notices(world)


async def test_own_templates_are_added_changed_used_and_dropped(world: World) -> None:
    assert "加好了" in await writes(world, "加模板 停气：{楼栋}的邻居，{时间}停气，收到请回复1")
    assert "已经有叫“停气”" in await writes(world, "加模板 停气：别的")
    assert "改好了" in await writes(world, "改模板 停气：{楼栋}停气，{时间}，收到请回复1")
    assert "停气：要填时间" in await writes(world, "模板")
    assert "3栋停气，明天，收到请回复1" in await writes(world, "通知 用模板 停气 3栋：时间=明天")
    assert (await notices(world))[-1].asks_back
    assert "删掉了" in await writes(world, "删模板 停气")
    assert "没有叫“停气”" in await writes(world, "删模板 停气")


async def test_a_shipped_template_is_changed_for_this_community_and_back(world: World) -> None:
    assert "改好了" in await writes(world, "改模板 活动：{活动}，来就是了")
    assert "来就是了" in await writes(world, "模板 活动")
    assert "改回原来的样子" in await writes(world, "删模板 活动")
    assert "带什么" in await writes(world, "模板 活动")
    assert "自带的，删不掉" in await writes(world, "删模板 活动")
    for text in ("加模板", "加模板 名字", "加模板 " + "长" * 30 + "：x", "改模板 没有的：x"):
        await writes(world, text)
    assert "最多 1000 字" in await writes(world, "加模板 长：" + "停" * 1001)
