"""A bot by other hands: NoneBot with its published adapters for OneBot, which answers whatever is said to it.

python -m tests.platforms.onebot_sdk PORT     # v11 at /onebot/v11/ws, v12 at /onebot/v12/; one line for every event

It tells whether our bridges speak as bridges do: it reads their frames with its own models, and is strict about them.
"""

import sys
from typing import Final

import nonebot
from nonebot.adapters import Bot, Event
from nonebot.adapters.onebot.v11 import Adapter as Adapter11
from nonebot.adapters.onebot.v12 import Adapter as Adapter12

from tests.platforms.onebot import TOKEN

HEARD: Final = "heard"  #: begins its lines; the library has lines of its own


async def answer(bot: Bot, event: Event) -> None:
    """Say what was understood, and answer the one who spoke."""
    heard = (type(event).__name__, event.get_user_id(), event.get_plaintext(), event.is_tome())
    print(HEARD, *heard, sep="|", flush=True)
    await bot.send(event, "听到了", at_sender=True)


async def note(bot: Bot, event: Event) -> None:
    """Say what happened."""
    print(HEARD, type(event).__name__, sep="|", flush=True)


def main(port: int) -> None:
    """Wait for bridges."""
    nonebot.init(driver="~fastapi", host="127.0.0.1", port=port, onebot_access_token=TOKEN, log_level="ERROR")
    driver = nonebot.get_driver()
    driver.register_adapter(Adapter11)
    driver.register_adapter(Adapter12)
    nonebot.on_message(handlers=[answer])
    nonebot.on_notice(handlers=[note])
    nonebot.on_metaevent(handlers=[note])
    nonebot.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
