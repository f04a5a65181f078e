"""How a warning is signed: HMAC-SHA256 over who, when, under which key, and what."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

SYSTEM: Final = "X-Guanjia-System"
TIMESTAMP: Final = "X-Guanjia-Timestamp"
SIGNATURE: Final = "X-Guanjia-Signature"
KEY: Final = "Idempotency-Key"
TOLERANCE: Final = timedelta(minutes=5)  #: between two clocks, either way


def signature(secret: str, system: str, timestamp: str, key: str, body: bytes) -> str:
    """The signature in hexadecimal: of the four, each on a line of its own, the body last."""
    head = f"{system}\n{timestamp}\n{key}\n".encode("utf-8", "replace")
    return hmac.new(secret.encode(), head + body, sha256).hexdigest()


def is_genuine(given: str, wanted: str) -> bool:
    """Whether a signature is the right one; that takes as long for every wrong one."""
    return hmac.compare_digest(given.lower().encode("utf-8", "replace"), wanted.encode())


def is_timely(timestamp: str, now: datetime) -> bool:
    """Whether a request was signed just now. An older one may be somebody else's copy."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
