"""`guanjia warn`: send one warning as another system would, or only see what would become of it."""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.section import Misconfigured
from bot.toml import read_text
from bot.warnings.signing import KEY, SIGNATURE, SYSTEM, TIMESTAMP, signature

PATIENCE = ClientTimeout(total=30)


async def sent(to: str, system: str, secret_file: Path, file: Path, now: datetime, *, dry_run: bool) -> list[str]:
    """What the service at `to` answers, as lines to be read.

    Raises:
        Misconfigured: It cannot be sent, or is not taken; the message says why.
    """
    body, secret = _body(file, dry_run=dry_run), read_text(secret_file).strip()
    key, timestamp = sha256(body).hexdigest()[:32], str(int(now.timestamp()))
    signed = {
        SYSTEM: system,
        TIMESTAMP: timestamp,
        KEY: key,
        SIGNATURE: signature(secret, system, timestamp, key, body),
    }
    headers = {**signed, "Content-Type": "application/json"}
    try:
        async with ClientSession(timeout=PATIENCE) as http, http.post(to, data=body, headers=headers) as answer:
            return _told(answer.status, await answer.text())
    except (ClientError, TimeoutError, ValueError) as error:
        raise Misconfigured(f"连不上 {to}，请核对网址，看看红管家开着没有。") from error


def _body(file: Path, *, dry_run: bool) -> bytes:
    try:
        body = file.read_bytes()
        return json.dumps({**json.loads(body), "dry_run": True}, ensure_ascii=False).encode() if dry_run else body
    except OSError as error:
        raise Misconfigured(f"{file} 打不开，请核对文件名和权限。") from error
    except (ValueError, TypeError) as error:
        raise Misconfigured(f"{file} 不是 JSON 对象，请对照 docs/warnings.md 里的例子。") from error


def _told(status: int, text: str) -> list[str]:
    try:
        told: dict[str, Any] = json.loads(text)
    except ValueError:
        raise Misconfigured(f"那边回答 {status}，不像红管家。请核对网址，末尾是 /warnings。") from None
    if errors := told.get("errors"):
        raise Misconfigured("\n".join([f"没有收（{status}）：", *errors]))
    states = {
        "dry_run": "只是试一试，什么也没发。真发的话：",
        "waiting": f"收下了，是 {told.get('number')} 号，等管理员确认。确认后：",
        "sending": f"收下了，是 {told.get('number')} 号，这就发。",
    }
    again = ["（这一条以前收过，没有再发一遍。）"] if told.get("again") else []
    where = f"发到 {len(told['groups'])} 个群：{'、'.join(told['groups'])}"
    return [*again, states[told["state"]], where, *(f"\n{words}" for words in told["texts"])]
