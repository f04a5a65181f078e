"""What each command of `guanjia` does. What a command needs is imported when it is given: `parse` starts at once."""

import asyncio
import gc
import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bot.stopping import until_stopped
from bot.wall import utc_now
from bot.warnings.command import warn


def serve(given: Namespace) -> int:
    """Serve until a signal comes."""
    from bot.app import run
    from bot.config import load
    from bot.log import set_up

    config = load(given.config)
    set_up(config.log_level)
    gc.freeze()  # what is loaded by now stays: nobody need look through it again and again
    asyncio.run(until_stopped(lambda stop: run(config, stop, opened=_announce("红管家开了"))))
    return 0


def demo(given: Namespace) -> int:
    """Serve the demo community until a signal comes."""
    from bot.app import run
    from bot.config import Config
    from bot.demo import COMMUNITY, settle
    from bot.joining import prepare
    from bot.log import set_up
    from bot.transact import transact
    from storage.database import open_database

    community = {"name": COMMUNITY}
    here = (
        f"http://127.0.0.1:{given.port}"  # who tries it is at this machine, so that posters and calendars open as well
    )
    config = Config.model_validate(
        {"data_dir": given.data, "port": given.port, "public_url": here, "community": community}
    )
    set_up("warning")

    async def move_in_and_run(stop: asyncio.Event) -> None:
        await prepare(config)
        async with open_database(config.database_url) as sessions:
            await transact(sessions, lambda session: settle(session, config.house(), utc_now()))
        await run(config, stop, demo=True, opened=_announce("演示社区开了，打开后选一个身份就能聊"))

    asyncio.run(until_stopped(move_in_and_run))
    return 0


def parse(given: Namespace) -> int:
    """One prediction a message, each at once."""
    from bot.reader import make_reader
    from handlers.understanding.parse import predictions

    if given.model:
        from bot.advisor.parsing import parse_asking

        return parse_asking(given.config, _print, _complain)
    for line in predictions(make_reader(), sys.stdin, _complain):
        _print(line)
    return 0


def replay(given: Namespace) -> int:
    """Play transcripts, one after the other."""
    from bot import replay as replaying
    from bot.config import Config
    from bot.log import set_up
    from bot.reader import make_reader

    set_up("warning")
    transcripts = [transcript for path in given.files for transcript in replaying.read(path)]
    house, reader, figures = Config().house(), make_reader(), replaying.Figures()
    for transcript in transcripts:
        played = asyncio.run(replaying.replay(transcript, house, reader, figures))
        if not given.json:
            for line in replaying.told(played, house.zone):
                _print(line)
    _print(json.dumps(figures.as_json(), ensure_ascii=False) if given.json else replaying.summed_up(figures))
    return 0


def upgrade(given: Namespace) -> int:
    """Bring the database to its shape."""
    from bot.config import load
    from bot.joining import prepare

    asyncio.run(prepare(load(given.config)))
    _print("数据库是最新的了。")
    return 0


def check(given: Namespace) -> int:
    """Say what is ready and what is missing; 1 if something is."""
    from bot.check import findings

    found = asyncio.run(findings(given.config, utc_now()))
    _print("\n".join(map(str, found)))
    return 0 if all(finding.ready for finding in found) else 1


def bring_in(given: Namespace) -> int:
    """Set a community up from a workbook, or write an empty one."""
    from bot.config import load
    from bot.importing import brought_in, write_empty

    if given.template is not None:
        _print(write_empty(given.template))
    else:
        _print(asyncio.run(brought_in(load(given.config), given.file, utc_now)))
    return 0


def export(given: Namespace) -> int:
    """Write the rota of the coming weeks as a workbook."""
    from bot.config import load
    from bot.exporting import written

    _print(asyncio.run(written(load(given.config), given.out, given.weeks, utc_now)))
    return 0


def learn(given: Namespace) -> int:
    """Learn from what the staff set right, or go back to what was before."""
    from bot.config import load
    from bot.learning import learned, undone

    config = load(given.config)
    _print(undone(config) if given.undo else asyncio.run(learned(config, dry_run=given.dry_run)))
    return 0


def invite(given: Namespace) -> int:
    """Make a code for the first admin."""
    from bot.config import load
    from bot.invitation import invited

    _print(asyncio.run(invited(load(given.config), given.community, utc_now)))
    return 0


def links(given: Namespace) -> int:
    """Print by which link or code the residents of each building come."""
    from bot.config import load
    from bot.links import links_of

    _print("\n".join(asyncio.run(links_of(load(given.config)))))
    return 0


def notice(given: Namespace) -> int:
    """Take notices from a file as drafts of an admin."""
    from bot.config import load
    from bot.noticing import taken

    _print(asyncio.run(taken(load(given.config), given.file, given.enclosed, given.author, utc_now)))
    return 0


COMMANDS: Final[Mapping[str, Callable[[Namespace], int]]] = MappingProxyType(
    {
        "serve": serve,
        "demo": demo,
        "parse": parse,
        "replay": replay,
        "db": upgrade,
        "check": check,
        "import": bring_in,
        "export": export,
        "learn": learn,
        "invite": invite,
        "links": links,
        "warn": warn,
        "notice": notice,
    }
)


def _announce(what: str) -> Callable[[str], None]:
    return lambda address: _print(f"{what}：{address}（按 Ctrl+C 停下）")


def _print(line: str) -> None:
    print(line, flush=True)


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
