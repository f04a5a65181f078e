"""How the platform encrypts a file: written on its own, so that ours is checked against another hand's."""

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK: Final = 32


def encrypted(key: bytes, content: bytes) -> bytes:
    """AES-256-CBC with the key's beginning as IV, PKCS#7 to a multiple of 32 bytes."""
    padder = PKCS7(8 * BLOCK).padder()
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
