"""WXBizMsgCrypt: how WeCom and official accounts sign and encrypt what they deliver.

A block is 16 random bytes, the length of the message in 4 bytes (big-endian), the message, and the `receiveid`: for whom
it is. It is padded to a multiple of 32 and encrypted with AES-256-CBC. The signature is made of the cipher text, so it
is checked first, and nothing that a stranger made is ever decrypted.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from pydantic import SecretStr

BLOCK: Final = 32  #: bytes that a padded text is a multiple of; AES itself would need only 16
RANDOM: Final = 16  #: bytes in front of each message
LENGTH: Final = 4  #: bytes that say how long the message is
KEY_LETTERS: Final = 43  #: characters of an EncodingAESKey: base64 of 32 bytes without its last `=`


class Forged(Exception):  # noqa: N818 -- not an error of ours: somebody else's
    """What was delivered is not genuine, not for us, or broken; the argument says which, without its content."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message as it travels."""

    encrypted: str
    signature: str
    timestamp: str
    nonce: str


class Crypt:
    """Opens what is delivered to one address, and seals what is answered.

    Args:
        token: What both sides sign with.
        encoding_aes_key: 43 letters and digits, as the console shows them.
        receiveid: The corp id for an app, the app id for an official account, empty for an AI bot.

    Raises:
        ValueError: The key is none; the message is for the administrator.
    """

    def __init__(self, token: SecretStr, encoding_aes_key: SecretStr, receiveid: str) -> None:
        self._token = token.get_secret_value()
        self._key = aes_key(encoding_aes_key)
        self._receiveid = receiveid.encode()

    def open(self, sealed: Sealed) -> bytes:
        """The message in `sealed`, once its signature, its padding and its receiver are right.

        Raises:
            Forged: One of them is not.
        """
        if not self._is_signed(sealed):
            raise Forged("wrong signature")
        block = decrypt(self._key, _from_base64(sealed.encrypted))
        start, end = RANDOM + LENGTH, RANDOM + LENGTH + int.from_bytes(block[RANDOM : RANDOM + LENGTH])
        if len(block) < start or len(block) < end:
            raise Forged("wrong length")
        if not hmac.compare_digest(block[end:], self._receiveid):
            raise Forged("meant for somebody else")
        return block[start:end]

    def vouches_for(self, signature: str, timestamp: str, nonce: str) -> bool:
        """Whether who made `signature` knows the token: so an official account proves an address."""
        return self._is_signed(Sealed("", signature, timestamp, nonce))

    def seal(self, message: bytes, timestamp: str, nonce: str, *, random: bytes | None = None) -> Sealed:
        """`message`, encrypted and signed.

        Args:
            message: UTF-8.
            timestamp: Seconds since 1970.
            nonce: Any word; an answer repeats that of the question, or has its own.
            random: 16 bytes; drawn where none are given.
        """
        start = os.urandom(RANDOM) if random is None else random
        block = start + len(message).to_bytes(LENGTH) + message + self._receiveid
        encrypted = base64.b64encode(encrypt(self._key, block)).decode()
        return Sealed(encrypted, self._signature(timestamp, nonce, encrypted), timestamp, nonce)

    def _is_signed(self, sealed: Sealed) -> bool:
        expected = self._signature(sealed.timestamp, sealed.nonce, sealed.encrypted)
        return hmac.compare_digest(_bytes(sealed.signature), expected.encode())

    def _signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        parts = sorted(map(_bytes, (self._token, timestamp, nonce, encrypted)))
        return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()  # the protocol's choice


def aes_key(encoding_aes_key: SecretStr) -> bytes:
    """The 32 bytes in an EncodingAESKey.

    Raises:
        ValueError: It is none; the message is for the administrator.
    """
    letters = encoding_aes_key.get_secret_value()
    if len(letters) != KEY_LETTERS or not (letters.isascii() and letters.isalnum()):
        raise ValueError("EncodingAESKey 应当是 43 个英文字母和数字，请到后台重新复制")
    return base64.b64decode(letters + "=")  # its last two bits mean nothing: any last letter will do


def encrypt(key: bytes, plain: bytes) -> bytes:
    """`plain`, padded to 32 and encrypted with AES-256-CBC; the key's beginning is the IV."""
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(key).encryptor()
    return encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()


def decrypt(key: bytes, encrypted: bytes) -> bytes:
    """What `encrypt` was given; also for pictures of the AI bot, which are encrypted whole.

    Raises:
        Forged: It was not made by `encrypt` with this key.
    """
    if not encrypted or len(encrypted) % (AES.block_size // 8):
        raise Forged("no whole blocks")
    decryptor = _cipher(key).decryptor()
    plain = decryptor.update(encrypted) + decryptor.finalize()
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise Forged("wrong padding")
    return plain[:-pad]


def _cipher(key: bytes) -> Cipher[CBC]:
    return Cipher(AES(key), CBC(key[: AES.block_size // 8]))


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(_bytes(text), validate=True)
    except binascii.Error:
        raise Forged("no base64") from None


def _bytes(text: str) -> bytes:
    """What came in an address or a header may hold anything; it is signed as it stands."""
    return text.encode("utf-8", "surrogatepass")
