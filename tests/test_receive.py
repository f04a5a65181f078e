"""The way in: taken once, acknowledged after the commit, nothing kept of small talk."""

from tests.world import World


async def test_small_talk_is_met_with_silence(world: World) -> None:
    await world.says("李姐", "今天天气真好")
    world.silent("3栋群", "李姐")
