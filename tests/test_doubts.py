"""What may or may not have been said in a group: never said again by itself, and shown to those who look after it."""

from datetime import timedelta

from bot.channels.base import SendError
from tests.noticing import Fussy, speak_through
from tests.world import World


async def test_an_unsure_message_is_shown_to_the_community_once(world: World) -> None:
    speak_through(world, Fussy(**{"3栋群": SendError("cut off", unsure=True)}))
    await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    world.silent("3栋群")
    await world.wait(timedelta(minutes=1))
    world.hears("陈书记", "说不准", "3栋", "2单元电梯")
    await world.wait(timedelta(minutes=2))
    world.silent("陈书记", "3栋群")


async def test_what_was_said_for_certain_is_nobodys_business(world: World) -> None:
    await world.says("李姐", "2单元电梯又坏了，停在5楼不动")
    await world.wait(timedelta(minutes=2))
    world.silent("陈书记")
