"""Sockets that belong together, several bots at once, and ids in every type that bridges send."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from handlers.messages import Happening, Mention, Words
from tests.platforms.onebot_side import Ears, Post, connected, failure, until
from tests.platforms.onebot_town import Call, Id, Quote, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12

GROUP: Final = "20011@chatroom"
OTHER: Final = "20012@chatroom"
CHAT: Final = f"group:{GROUP}"
WANG: Final = "wxid_wang"
FIRST: Final = "wxid_bot001"
SECOND: Final = "wxid_bot002"


def town(bot: Id = FIRST, *groups: Id, who: Id = WANG, first_message: Id = "7712003") -> WeChat:
    """What one bot sees of WeChat; the groups and the people are the same for all."""
    wechat = WeChat(bot=bot, first_message=first_message)
    wechat.person(who, "王阿姨")
    for group in groups or (GROUP,):
        wechat.group(group, (who, "3-302 王"))
    return wechat


def read_in(bridge: Bridge11 | Bridge12, group: Id = GROUP) -> list[str]:
    return [said.text for said in bridge.wechat.groups[group].heard]


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def post(ears: Ears, tmp_path: Path) -> AsyncIterator[Post]:
    async with connected(ears, tmp_path) as post:
        yield post


# Sockets


@pytest.mark.parametrize("roles", [("API", "Event"), ("Event", "API")])
async def test_two_sockets_of_one_bridge_belong_together(post: Post, ears: Ears, roles: tuple[str, str]) -> None:
    bridge = Bridge11(town(), post.address)
    await bridge.connect(*roles)
    bridge.says(GROUP, WANG, Call(FIRST), " 没水了")
    await bridge.settled()
    await post.channel.send(CHAT, Words("1 号"))
    assert ([(heard.text, heard.to_bot) for heard in ears.heard], read_in(bridge)) == ([("没水了", True)], ["1 号"])
    await bridge.leave()


async def test_the_role_is_also_known_by_the_path(post: Post, ears: Ears) -> None:
    bridge = Bridge11(town(), post.address)
    bridge.role_in_header = False
    await bridge.connect()
    await bridge.hang_up()
    for role, path in (("API", "/api"), ("Event", "/event/")):
        await bridge.open(role, path)
    bridge.says(GROUP, WANG, "没水了")
    await bridge.settled()
    await post.channel.send(CHAT, Words("1 号"))
    assert (ears.texts, read_in(bridge)) == (["没水了"], ["1 号"])
    await bridge.leave()


async def test_a_bridge_that_only_tells_is_heard_and_cannot_be_spoken_through(post: Post, ears: Ears) -> None:
    bridge = Bridge11(town(), post.address)
    await bridge.connect("Event")
    bridge.says(GROUP, WANG, "没水了")
    await bridge.settled()
    error = await failure(post.channel, Words("1 号"), CHAT)
    assert (ears.texts, error.untried, post.channel.link.up, post.channel.link.mute) == (["没水了"], True, True, True)
    await bridge.leave()


# Several bots


async def test_each_bot_speaks_in_its_own_groups(post: Post, ears: Ears) -> None:
    async with (
        Bridge11(town(FIRST, GROUP), post.address) as first,
        Bridge12(town(SECOND, OTHER), post.address) as other,
    ):
        for bridge, group in ((first, GROUP), (other, OTHER)):
            bridge.says(group, WANG, f"在 {group} 说")
            await bridge.settled()
            await post.channel.send(f"group:{group}", Words("听到了"))
        assert (read_in(first, GROUP), read_in(other, OTHER)) == (["听到了"], ["听到了"])
    assert sorted(ears.texts) == [f"在 {GROUP} 说", f"在 {OTHER} 说"]


async def test_a_group_in_which_nothing_was_said_yet_is_known_by_the_lists(post: Post) -> None:
    async with (
        Bridge11(town(FIRST, GROUP), post.address) as first,
        Bridge11(town(SECOND, OTHER), post.address) as other,
    ):
        await until(lambda: first.times("get_group_list") + other.times("get_group_list") == 2)
        await first.settled()
        await other.settled()
        await post.channel.send(f"group:{OTHER}", Words("明天停水"))
        assert (read_in(first, GROUP), read_in(other, OTHER)) == ([], ["明天停水"])


async def test_what_two_bots_hear_in_one_group_is_heard_once(post: Post, ears: Ears) -> None:
    wechats = town(FIRST, GROUP), town(SECOND, GROUP, first_message="9000")
    async with Bridge11(wechats[0], post.address) as first, Bridge11(wechats[1], post.address) as second:
        for _ in range(3):
            for bridge in (first, second):
                bridge.says(GROUP, WANG, "没水了")
                await bridge.settled()
        assert ears.texts == ["没水了"] * 3
        assert {heard.message_id for heard in ears.heard} == {f"{CHAT}:{7712003 + n}" for n in range(3)}
        assert (await post.channel.send(CHAT, Words("1 号"))).id == first.wechat.groups[GROUP].heard[0].id


async def test_neither_of_two_bots_listens_to_the_other(post: Post, ears: Ears) -> None:
    async with Bridge11(town(FIRST), post.address) as first, Bridge11(town(SECOND), post.address) as second:
        await second.settled()
        first.wechat.person(SECOND, "二号")
        first.says(GROUP, SECOND, "1 号登记了")
        await first.settled()
        assert ears.heard == []


async def test_when_one_bot_goes_the_other_takes_over(post: Post, ears: Ears) -> None:
    async with Bridge11(town(SECOND), post.address) as second:
        async with Bridge11(town(FIRST), post.address) as first:
            first.says(GROUP, WANG, "前面")
            await first.settled()
            second.says(GROUP, WANG, "没人听")
            await second.settled()
        await until(lambda: post.channel.bots.speaker(CHAT) is post.channel.bots.known(SECOND))
        second.says(GROUP, WANG, "后面")
        await second.settled()
        await post.channel.send(CHAT, Words("1 号"))
        assert (ears.texts, read_in(second)) == (["前面", "后面"], ["1 号"])
        assert post.channel.link.up


@pytest.mark.parametrize(("others_group", "gaps"), [(OTHER, 1), (GROUP, 0)])
async def test_what_only_the_bot_that_was_away_would_have_heard_is_a_gap(
    post: Post, others_group: str, gaps: int
) -> None:
    async with Bridge11(town(FIRST, others_group), post.address) as first:
        async with Bridge11(town(SECOND, GROUP), post.address) as second:
            for bridge in (first, second):
                bridge.says(next(iter(bridge.wechat.groups)), WANG, "在吗")
                await bridge.settled()
        await until(lambda: not post.channel.bots.known(SECOND).is_there)  # type: ignore[union-attr]
        async with Bridge11(second.wechat, post.address) as second:
            await second.settled()
            assert len(post.channel.link.gaps) == gaps


async def test_what_is_for_a_bot_that_is_away_waits_for_it(post: Post) -> None:
    async with (
        Bridge11(town(FIRST, OTHER), post.address) as first,
        Bridge11(town(SECOND, GROUP), post.address) as second,
    ):
        for bridge in (first, second):
            await until(lambda bridge=bridge: bridge.times("get_group_list") == 1)  # type: ignore[misc]
            await bridge.settled()
        await second.hang_up()
        await until(lambda: not post.channel.bots.known(SECOND).is_there)  # type: ignore[union-attr]
        error = await failure(post.channel, Words("1 号"), CHAT)
        assert (error.untried, error.permanent, first.times("send_group_msg")) == (True, False, 0)
        await second.open("Universal")
        await until(lambda: post.channel.bots.known(SECOND).is_there)  # type: ignore[union-attr]
        await post.channel.send(CHAT, Words("1 号"))
        assert read_in(second) == ["1 号"]


async def test_a_group_is_lost_only_with_the_last_of_its_bots(post: Post, ears: Ears) -> None:
    async with Bridge11(town(FIRST), post.address) as first, Bridge11(town(SECOND), post.address) as second:
        for bridge in (first, second):
            await until(lambda bridge=bridge: bridge.times("get_group_list") == 1)  # type: ignore[misc]
            await bridge.settled()
        for bridge, left in ((first, 0), (second, 1)):
            bridge.tells(bridge.membership(GROUP, bridge.wechat.bot, member=False))
            await bridge.settled()
            assert sum(heard.happening is Happening.REMOVED for heard in ears.heard) == left


async def test_one_socket_of_v12_may_carry_two_bots(post: Post, ears: Ears) -> None:
    async with Bridge12(town(FIRST, GROUP), post.address) as bridge:
        bridge.others = {SECOND: town(SECOND, OTHER)}
        bridge.tells(bridge.status_event(online=True))
        for who, group in ((FIRST, GROUP), (SECOND, OTHER)):
            wechat = bridge.others.get(who, bridge.wechat)
            id = wechat.message(WANG, [])
            bridge.tells(bridge.spoken_for(who, id, group, f"在 {group} 说"))
        await bridge.settled()
        for group in (GROUP, OTHER):
            await post.channel.send(f"group:{group}", Words("听到了"))
        assert (read_in(bridge), [said.text for said in bridge.others[SECOND].groups[OTHER].heard]) == (
            ["听到了"],
            ["听到了"],
        )
    assert sorted(ears.texts) == [f"在 {GROUP} 说", f"在 {OTHER} 说"]


async def test_two_accounts_do_not_know_each_other(tmp_path: Path) -> None:
    north, south = Ears(), Ears()
    async with AsyncExitStack() as stack:
        posts = [
            await stack.enter_async_context(connected(ears, tmp_path / name, account=name))
            for name, ears in (("north", north), ("south", south))
        ]
        for post, bot in zip(posts, (FIRST, SECOND), strict=True):
            bridge = await stack.enter_async_context(Bridge11(town(bot), post.address))
            bridge.says(GROUP, WANG, f"给 {bot}")
            await bridge.settled()
    assert [(heard.account, heard.text) for heard in (*north.heard, *south.heard)] == [
        ("north", f"给 {FIRST}"),
        ("south", f"给 {SECOND}"),
    ]


# Ids


@pytest.mark.parametrize(
    ("bot", "group", "who", "first_message"),
    [
        (10001, 20011, 30001, 7712003),
        ("10001", "20011", "30001", "7712003"),
        ("wxid_bot001", "20011@chatroom", "wxid_WANG", "7712003"),
        (10001, 20011, 30001, "7712003"),
        ("10001", 20011, "30001", 7712003),
        (2**63 + 1, 2**53 + 1, 2**64 + 7, 9_007_199_254_740_993),
        (10001, 20011, 30001, -2_147_483_640),
        ("00010", "0020", "007", "9007199254740993"),
    ],
)
async def test_ids_go_back_in_the_type_in_which_they_came(
    post: Post, ears: Ears, bot: Id, group: Id, who: Id, first_message: Id
) -> None:
    wechat = town(bot, group, who=who, first_message=first_message)
    async with Bridge11(wechat, post.address) as bridge:  # which knows nobody by an id of the wrong type
        asked = bridge.says(group, who, "今天谁值班")
        bridge.says(None, who, "帮助")
        await bridge.settled()
        sent = await post.channel.send(
            f"group:{group}", Words("李强", mentions=(Mention(str(who), "王阿姨"),), quote=asked)
        )
        await post.channel.send(f"user:{who}", Words("您好"))
        bridge.says(group, who, Quote(wechat.groups[group].heard[0].quote or ""), "再说一遍")
        await bridge.settled()
    (heard,) = wechat.groups[group].heard
    assert (heard.id, heard.called, heard.quote) == (sent.id, (who,), first_message)
    assert [one.text for one in wechat.friends[who].heard] == ["您好"]
    assert (ears.heard[0].sender, ears.heard[0].message_id) == (str(who), f"group:{group}:{first_message}")
    assert ears.heard[-1].reply_to == asked
    assert ears.heard[-1].quoted is not None
    assert bridge.times("get_msg") == 1


async def test_ids_of_both_types_on_one_line_are_told_apart(post: Post) -> None:
    wechat = town(FIRST, 20011, "20012")
    async with Bridge11(wechat, post.address) as bridge:
        for group in (20011, "20012"):
            bridge.says(group, WANG, "在吗")
        await bridge.settled()
        for group in (20011, "20012"):
            await post.channel.send(f"group:{group}", Words("在"))
        assert (read_in(bridge, 20011), read_in(bridge, "20012")) == (["在"], ["在"])


async def test_a_group_that_was_silent_since_the_start_gets_its_type_from_the_list(post: Post) -> None:
    wechat = town(10001, 20011, who=30001, first_message=1)
    async with Bridge11(wechat, post.address) as bridge:
        await until(lambda: bridge.times("get_group_list") == 1)
        await bridge.settled()
        await post.channel.send("group:20011", Words("明天停水"))
        assert read_in(bridge, 20011) == ["明天停水"]


async def test_a_bridge_without_lists_is_taken_to_write_all_ids_alike(post: Post) -> None:
    wechat = town(10001, 20011, who=30001, first_message=1)
    bridge = Bridge11(wechat, post.address)
    bridge.without = {"get_group_list", "get_login_info", "get_group_member_list"}
    async with bridge:
        await bridge.settled()
        await post.channel.send("group:20011", Words("明天停水"))
        assert read_in(bridge, 20011) == ["明天停水"]


async def test_a_group_that_one_bot_has_lost_is_served_by_the_other(post: Post) -> None:
    async with Bridge11(town(FIRST), post.address) as first, Bridge11(town(SECOND), post.address) as second:
        for bridge in (first, second):
            bridge.says(GROUP, WANG, "在吗")
            await bridge.settled()
        first.wechat.groups[GROUP].bot_is_in = False  # and nobody has told
        first.wechat.group(OTHER)
        error = await failure(post.channel, Words("明天停水"), CHAT)
        assert (error.permanent, error.gone, error.unsure) == (False, False, False)
        await post.channel.send(CHAT, Words("明天停水"))
        assert (read_in(first), read_in(second)) == ([], ["明天停水"])


async def test_a_group_that_was_lost_while_the_bridge_was_away_is_known_by_the_list(post: Post) -> None:
    async with Bridge11(town(FIRST), post.address) as first, Bridge11(town(SECOND), post.address) as second:
        for bridge in (first, second):
            bridge.says(GROUP, WANG, "在吗")
            await bridge.settled()
        await first.hang_up()
        first.wechat.groups[GROUP].bot_is_in = False
        first.wechat.group(OTHER)
        await first.open("Universal")
        await until(lambda: CHAT not in post.channel.bots.known(FIRST).chats)  # type: ignore[union-attr]
        await post.channel.send(CHAT, Words("明天停水"))
        assert (read_in(first), read_in(second)) == ([], ["明天停水"])


async def test_an_answer_from_before_the_line_was_cut_answers_nothing_new(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await until(lambda: bridge.times("get_group_list") == 1)
        await bridge.settled()
        await post.channel.send(CHAT, Words("前面"))
        echoes = [call["echo"] for call in bridge.calls]
        await bridge.hang_up()
        await bridge.open("Universal")
        await until(lambda: bridge.times("get_group_list") == 2)
        await bridge.settled()
        await post.channel.send(CHAT, Words("后面"))
        assert len({*echoes, *(call["echo"] for call in bridge.calls)}) == len(bridge.calls)


async def test_a_call_to_the_other_bot_in_the_group_is_a_word_to_the_bot(post: Post, ears: Ears) -> None:
    wechats = town(FIRST), town(SECOND)
    wechats[1].nickname = "二号小助手"
    async with Bridge11(wechats[0], post.address) as first, Bridge11(wechats[1], post.address) as second:
        await until(lambda: second.times("get_group_list") == 1)
        for bridge in (first, second):
            await bridge.settled()
        first.says(GROUP, WANG, "@二号小助手\u2005帮助")
        first.wechat.person(SECOND, "二号小助手")
        first.says(GROUP, WANG, Call(SECOND), " 帮助")
        await first.settled()
    assert [(heard.text, heard.to_bot) for heard in ears.heard] == [("帮助", True)] * 2
