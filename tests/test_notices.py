"""Notices as an admin writes them: read, shown back, refused, let pass."""

from handlers.messages import Attachment
from storage import chats
from storage.database import Sessions
from storage.types import BroadcastStatus
from tests.noticing import GROUPS, HOUR, MINUTE, SIGNED, notices, status, writes
from tests.world import ACCOUNT, CHANNEL, World


async def test_a_notice_is_shown_back_before_it_goes(world: World) -> None:
    shown = await writes(world, "通知 明天上午9点 全体：明天停水，请提前接水")
    for part in ("1 号通知", "石龙社区，3 个群", "明天（5月12日 周二）9:00", SIGNED, "确认 1", "取消通知 1"):
        assert part in shown
    await world.wait(26 * HOUR)
    world.silent(*GROUPS)


async def test_places_and_times_are_read_as_people_write_them(world: World) -> None:
    for said, parts in [
        ("通知 3栋：明天停水", ("锦绣小区3栋，1 个群", "您确认后马上")),
        (
            "通知 每周一9点 3栋、4栋：交水费",
            (
                "锦绣小区3栋、锦绣小区4栋，2 个群",
                "每周一 9:00，接下来：5月18日 周一 9:00、5月25日 周一 9:00、6月1日 周一 9:00",
            ),
        ),
        ("通知 3栋 明天上午9点：停水", ("锦绣小区3栋，1 个群", "明天（5月12日 周二）9:00")),
        ("通知 第一网格：停水", ("第一网格，2 个群",)),
        ("通知 锦绣小区全体居民：停水", ("锦绣小区，3 个群",)),
        ("通知 3、4栋\n停水\n停电", ("2 个群", "停水\n停电\n\n—— ")),
        ("通知 每月1号9点 全体：交物业费", ("每月 1 号 9:00，接下来：6月1日 周一 9:00、7月1日 周三 9:00",)),
        ("通知 3栋、石龙社区：停水", ("3 个群",)),
        ("定时通知 明天9:30 3栋: 停水", ("明天（5月12日 周二）9:30",)),
        ("预警 全体：暴雨", ("号预警", "【预警】暴雨")),
    ]:
        shown = await writes(world, said)
        for part in parts:
            assert part in shown


async def test_what_cannot_go_is_one_clear_sentence(world: World) -> None:
    for said, answer in [
        ("通知 9栋：停水", "没有找到“9栋”"),
        ("通知 金秀小区：停水", "没看出来发给谁"),
        ("通知 停水", "没看出来发给谁"),
        ("通知 今天上午8点 3栋：停水", "这个时间已经过了"),
        ("通知 3栋：", "通知还没有内容"),
        ("通知 3栋 停水", "请这样发：“通知 明天上午9点 3栋"),
        ("通知", "没看出来发给谁"),
        ("通知 老城街道：停水", "老城街道不归您管"),
        ("确认", "没有等您确认的通知"),
        ("确认 7", "没有 7 号通知"),
        ("取消通知 7", "没有 7 号通知"),
        ("通知列表", "没有排着的通知"),
    ]:
        assert answer in await writes(world, said)
        assert not await notices(world)


async def test_what_an_admin_cannot_send_from_a_group_is_answered(world: World) -> None:
    for said, where in (("通知 9栋：停水", "3栋群"), ("通知 老城街道：停水", "陈书记"), ("/通知 停水", "3栋群")):
        await world.says("陈书记", said)
        world.hears(where)


async def test_a_place_without_a_group_is_refused(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await chats.lose(session, (CHANNEL, ACCOUNT, "4栋群"), world.now)
    assert "还没有我在的群" in await writes(world, "通知 4栋：停水")


async def test_too_long_a_notice_is_refused_and_a_long_one_goes_whole(world: World) -> None:
    assert "最多 2000 字" in await writes(world, "通知 3栋：" + "停" * 10_000)
    text = "停" * 1990
    await writes(world, f"通知 3栋：{text}")
    await writes(world, "确认")
    assert text in world.hears("3栋群")


async def test_words_are_said_as_they_were_written(world: World) -> None:
    for text in [
        "<b>停水</b><script>alert(1)</script>",
        "😀😀",
        "مرحبا بالعالم",
        "& < > \" ' \\n %s {x} {{x}}",
        "停水：明天9点：全体",
    ]:
        await writes(world, f"通知 3栋：{text}")
        await writes(world, "确认")
        assert world.hears("3栋群").startswith(text + "\n\n——")


async def test_absurd_notices_are_answered_and_go_nowhere(world: World) -> None:
    for text in ["", "\u202e\u200b", "：：：", "3栋：\x00\x07", "9" * 5000, "3栋、" * 600, "全体" * 900]:
        for word in ("通知", "预警", "确认", "取消通知", "通知列表"):
            await world.says("陈书记", f"{word} {text}", alone=True)
            assert len(world.new("陈书记")) == 1
        assert not await notices(world)


async def test_ordinary_notes_of_an_admin_in_the_group_are_let_pass(world: World) -> None:
    for talk in [
        "通知：各位邻居，明天停水",
        "通知 大家晚上好",
        "通知\n各位居民：明天停水",
        "确认",
        "确认 收到了",
        "通知 昨天上午9点的会改期了",
    ]:
        await world.says("陈书记", talk)
        world.silent("陈书记")
        assert not await notices(world)


async def test_only_an_admin_writes_notices(world: World) -> None:
    await world.says("李姐", "通知 3栋：停水", alone=True)
    world.hears("李姐", "社区管理员")
    await world.says("李姐", "通知 3栋：停水")
    await world.says("王芳", "预警 3栋：停水")
    world.silent("3栋群", "王芳")
    assert not await notices(world)


async def test_a_notice_written_in_a_group_is_shown_to_its_author_alone(world: World) -> None:
    await world.says("陈书记", "通知 4栋：明天停水，请提前接水")
    world.silent("3栋群")
    world.hears("陈书记", "锦绣小区4栋，1 个群")
    await world.says("陈书记", "确认")
    world.silent("3栋群")
    world.hears("4栋群", SIGNED)


async def test_a_word_said_in_the_group_later_confirms_nothing(world: World) -> None:
    await world.says("陈书记", "通知 4栋：停水")
    await world.wait(11 * MINUTE)
    world.forget()
    await world.says("陈书记", "确认")
    await world.says("陈书记", "确认", group="4栋群")
    world.silent(*GROUPS)
    assert await status(world) is BroadcastStatus.DRAFT


async def test_pictures_go_along_and_those_that_failed_are_named(world: World) -> None:
    refused = Attachment("image", None, 0, "这张图片超过 10 MB，请发小一点的。")
    shown = await writes(world, "通知 3栋：停水", pictures=("a" * 64, "b" * 64), attachments=(refused,))
    assert "图片：2 张" in shown
    assert "超过 10 MB" in shown
    await writes(world, "确认")
    (said,) = world.new("3栋群")
    assert said.pictures == ("a" * 64, "b" * 64)
