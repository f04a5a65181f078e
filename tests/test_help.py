"""Help is short, fits who asks, and comes from the table of commands."""

from handlers.features import ROUTES
from handlers.moment import Reach
from tests.world import CHANNEL, World


async def test_a_resident_reads_at_most_eight_lines(world: World) -> None:
    await world.says("李姐", "帮助", alone=True)
    text = world.hears("李姐", "有事直接说就行", "催办", "我的数据")
    assert len(text.splitlines()) <= 8
    assert "接单" not in text
    assert max(map(len, text.splitlines())) <= 60


async def test_a_steward_sees_the_words_of_his_work(world: World) -> None:
    await world.says("王芳", "帮助", alone=True)
    text = world.hears("王芳", "办事的：", "接单", "办结")
    assert "绑定码" not in text


async def test_an_admin_sees_his_own_words_once(world: World) -> None:
    await world.says("陈书记", "帮助", alone=True)
    text = world.hears("陈书记", "办事的：", "管理员的：", "绑定码", "任命")
    assert text.count("任命") == 1
    assert len(text.splitlines()) <= 10


async def test_help_does_not_flood_the_group(world: World) -> None:
    await world.says("李姐", "帮助")
    world.silent("3栋群")
    world.hears("李姐", "有事直接说")


async def test_who_cannot_be_written_to_alone_is_helped_in_the_group_in_one_line(world: World) -> None:
    await world.says("老夏", "帮助")
    text = world.hears("3栋群", "有事直接说", "我的工单", "单独发一句")
    assert "\n" not in text
    assert len(text) <= 100


async def test_where_nobody_can_be_written_to_alone_nobody_is_sent_there(world: World) -> None:
    world.receiver.reach = {CHANNEL: Reach()}
    await world.says("老夏", "帮助")
    assert "单独" not in world.hears("3栋群", "有事直接说", "我的工单")


async def test_where_only_mentions_are_heard_it_says_so(world: World) -> None:
    world.receiver.reach = {CHANNEL: Reach(hears_all=False, one_to_one=True)}
    await world.says("老夏", "帮助", to_bot=True)
    world.hears("3栋群", "有事请@红管家")


async def test_one_command_in_full(world: World) -> None:
    for said in ("帮助 接单", "/help 接单", "帮助：“接单”", "怎么用 我接单"):
        await world.says("李姐", said, alone=True)
        world.hears("李姐", "接单：", "接单 12", "红管家")


async def test_a_word_that_is_no_command(world: World) -> None:
    for word in ("飞天", "<b>", "哈" * 9000, "🙂"):
        await world.says("李姐", f"帮助 {word}", alone=True)
        assert len(world.hears("李姐", "发“帮助”")) < 200


async def test_help_in_ordinary_talk(world: World) -> None:
    for text in ("帮助 老人搬东西", "帮助邻居是应该的", "谁能帮助一下我"):
        await world.says("李姐", text)
    assert not any("我不认识" in words.text for words in world.new("3栋群"))


async def test_every_command_has_an_example_that_begins_with_its_word() -> None:
    for command in ROUTES.commands:
        assert command.example.startswith((command.word, *command.also))
        assert command.does
        assert not command.does.endswith("。")
