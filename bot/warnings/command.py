"""`guanjia warn`. What it needs is imported when it is given."""

import asyncio
import sys
from argparse import Namespace

from bot.wall import utc_now


def warn(given: Namespace) -> int:
    """Send a warning as another system would."""
    from bot.warnings.sending import sent

    where = (given.to, given.system, given.secret_file, given.file)
    lines = asyncio.run(sent(*where, utc_now(), dry_run=given.dry_run))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0
