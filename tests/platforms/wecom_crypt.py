"""How WeCom signs and encrypts, written for the servers of the tests: it shares nothing with what the bot opens it with."""

import base64
import hashlib
import struct
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

#: The official sample's, which the reference prints.
TOKEN: Final = "QDG6eK"
AES_KEY: Final = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """What the receiver must come to as well."""
    parts = "".join(sorted([token, timestamp, nonce, encrypted]))
    return hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()


def encrypt(aes_key: str, message: str, receiveid: str, random: bytes = b"0123456789abcdef") -> str:
    """A message for `receiveid`."""
    text = message.encode()
    return encrypt_block(aes_key, random + struct.pack(">I", len(text)) + text + receiveid.encode())


def encrypt_block(aes_key: str, block: bytes, pad: int | None = None) -> str:
    """A block, with a padding of `pad` bytes however wrong that is."""
    length = 32 - len(block) % 32 if pad is None else pad
    return encrypt_padded(aes_key, block + bytes([length]) * length)


def encrypt_padded(aes_key: str, padded: bytes) -> str:
    """Whole blocks as they are."""
    key = base64.b64decode(aes_key + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
