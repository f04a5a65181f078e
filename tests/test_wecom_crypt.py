"""WXBizMsgCrypt: the vectors of the reference, another's hand at the same, and whatever is not genuine."""

import base64
import string
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.work.crypto import WeChatCrypto
from wechatpy.work.exceptions import InvalidCorpIdException

from bot.channels.wecom import crypt, xml
from bot.channels.wecom.crypt import Crypt, Forged, Sealed, aes_key
from tests.platforms.wecom_crypt import AES_KEY, TOKEN, encrypt, encrypt_block, encrypt_padded, signature

CORP: Final = "wx5823bf96d3bd56c7"

URL_CHECK: Final = Sealed(
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "1409659589",
    "263014780",
)
XML_MESSAGE: Final = Sealed(
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q==",
    "477715d11cdb4164915debcba66cb864d751f3e6",
    "1409659813",
    "1372623149",
)
JSON_MESSAGE: Final = Sealed(
    "sKqRbbiSUnDhFHOvPjtUMeIVHPOOFG3cPhSxY7xrrIu4LS208uIF1dt7pBYhTNciCDP0eV+enyPzOEAZ+QVqDC3SWaguHbKOiZTywgXjJEv9YG4R"
    "M931J8Ehwdt5GLv5P40Ro/jg5AYwRdM+pITxV4964PAF826eeKymfcRcKFd3BwRzXLAbjS4yiftXbvxkpAdvXah5jn5xXo+IqixIWczEfxYDHyFy"
    "4KU2I2UCmtsC0R0bweH6Ib7dwcqVE8FZ",
    "7e7cfeeb8efa439434d7de2ee47affb0ba5add27",
    "1700000000",
    "nonce-1",
)
JSON_REPLY: Final = Sealed(
    "sKqRbbiSUnDhFHOvPjtUMZzwc1TxG9ZzhfAA2Fxgi1bkJvd3TGqeYWB5BueOHSwO8u2GfvldE7gMWL5lEjb1SXG7HE8ygpLwijIrVCgPFmVFwwJ7"
    "ij9jlMX1Nv2T2JuRFzDmOqvzPW09PwVXkGNe89TsRcLNgzreDNYM5qSYjyc=",
    "88ba47c1ca281370c1eb6c23b8e7ff670d7f6fd7",
    "1700000001",
    "nonce-1",
)
REPLY_TEXT: Final = '{"msgtype":"stream","stream":{"id":"S1","finish":true,"content":"已登记 #A102"}}'
RANDOM: Final = b"0123456789abcdef"


def made(receiveid: str = CORP, key: str = AES_KEY) -> Crypt:
    return Crypt(SecretStr(TOKEN), SecretStr(key), receiveid)


def signed(encrypted: str, timestamp: str = "1790000000", nonce: str = "n") -> Sealed:
    return Sealed(encrypted, signature(TOKEN, timestamp, nonce, encrypted), timestamp, nonce)


def refusal(sealed: Sealed, receiveid: str = CORP) -> str:
    with pytest.raises(Forged) as refused:
        made(receiveid).open(sealed)
    return str(refused.value)


def test_the_key_of_the_reference() -> None:
    expected = "8d69989bbaabe67328014c194631ad0719b3dca035b64023df292447aab60760"
    assert aes_key(SecretStr(AES_KEY)).hex() == expected


def test_vector_a_the_check_of_an_address() -> None:
    assert made().open(URL_CHECK) == b"1616140317555161061"


def test_vector_b_a_message_in_xml() -> None:
    plain = made().open(XML_MESSAGE)
    assert len(plain) == 284
    fields = {element.tag: element.text for element in xml.read(plain)}
    assert fields == {
        "ToUserName": CORP,
        "FromUserName": "mycreate",
        "CreateTime": "1409659813",
        "MsgType": "text",
        "Content": "hello",
        "MsgId": "4561255354251345929",
        "AgentID": "218",
    }


def test_vector_c_a_message_to_an_ai_bot() -> None:
    plain = made("").open(JSON_MESSAGE)
    assert len(plain) == 160
    assert "@小楼 3单元电梯坏了" in plain.decode()
    assert made("").seal(plain, "1700000000", "nonce-1", random=RANDOM) == JSON_MESSAGE


def test_vector_d_the_answer_of_an_ai_bot() -> None:
    assert made("").seal(REPLY_TEXT.encode(), "1700000001", "nonce-1", random=RANDOM) == JSON_REPLY
    assert made("").open(JSON_REPLY).decode() == REPLY_TEXT


def test_vector_e_a_whole_block_is_padded_by_another() -> None:
    sealed = made("").seal(b"x" * 44, "1", "n")
    assert len(base64.b64decode(sealed.encrypted)) == 96
    assert made("").open(sealed) == b"x" * 44


@given(st.binary(max_size=400), st.text("0123456789"), st.text(max_size=20), st.text(string.ascii_letters, max_size=40))
def test_what_is_sealed_is_opened(message: bytes, timestamp: str, nonce: str, receiveid: str) -> None:
    assert made(receiveid).open(made(receiveid).seal(message, timestamp, nonce)) == message


@given(st.text(max_size=200))
def test_another_hand_opens_what_we_seal_and_we_what_it_seals(text: str) -> None:
    other = WeChatCrypto(TOKEN, AES_KEY, CORP)
    ours = made().seal(text.encode(), "1790000000", "n")
    assert other.check_signature(ours.signature, ours.timestamp, ours.nonce, ours.encrypted) == text
    theirs = xml.read(other.encrypt_message(text, "n", "1790000000").encode())
    encrypted, sign = theirs.findtext("Encrypt", ""), theirs.findtext("MsgSignature", "")
    assert made().open(Sealed(encrypted, sign, "1790000000", "n")).decode() == text


@given(st.text(max_size=200))
def test_another_hand_opens_what_the_test_servers_encrypt(text: str) -> None:
    other, sealed = WeChatCrypto(TOKEN, AES_KEY, CORP), signed(encrypt(AES_KEY, text, CORP))
    assert other.check_signature(sealed.signature, sealed.timestamp, sealed.nonce, sealed.encrypted) == text
    with pytest.raises(InvalidSignatureException):
        other.check_signature(sealed.signature, "1790000001", sealed.nonce, sealed.encrypted)
    with pytest.raises(InvalidCorpIdException):
        WeChatCrypto(TOKEN, AES_KEY, "wwOTHER").check_signature(
            sealed.signature, sealed.timestamp, sealed.nonce, sealed.encrypted
        )


@pytest.mark.parametrize(
    "forged",
    [
        replace(XML_MESSAGE, signature=""),
        replace(XML_MESSAGE, signature=XML_MESSAGE.signature.upper()),
        replace(XML_MESSAGE, signature="é" * 40),
        replace(XML_MESSAGE, signature="\ud800"),
        replace(XML_MESSAGE, timestamp="1409659814"),
        replace(XML_MESSAGE, nonce="1372623150"),
        replace(XML_MESSAGE, nonce="\udcff"),
        replace(XML_MESSAGE, encrypted=URL_CHECK.encrypted),
        replace(URL_CHECK, encrypted=URL_CHECK.encrypted.replace("+", " ")),  # an address that was not unquoted rightly
    ],
)
def test_the_signature_comes_first(forged: Sealed) -> None:
    assert refusal(forged) == "wrong signature"


def test_numbers_are_sorted_as_words() -> None:
    """Else a nonce with fewer digits than the timestamp would go wrong now and then."""
    encrypted = encrypt(AES_KEY, "7", CORP)
    assert made().open(signed(encrypted, timestamp="1790000000", nonce="9")) == b"7"


@pytest.mark.parametrize("receiveid", ["", "wwOTHER", CORP + "x", CORP[:-1]])
def test_what_is_meant_for_somebody_else_is_refused(receiveid: str) -> None:
    assert refusal(signed(encrypt(AES_KEY, "hello", receiveid))) == "meant for somebody else"


def test_an_ai_bot_is_spoken_to_without_an_id() -> None:
    assert refusal(signed(encrypt(AES_KEY, "hello", CORP)), receiveid="") == "meant for somebody else"


@pytest.mark.parametrize("pad", range(1, 33))
def test_every_padding_up_to_32_is_read(pad: int) -> None:
    message = b"m" * (96 - 16 - 4 - len(CORP) - pad)
    block = RANDOM + len(message).to_bytes(4) + message + CORP.encode()
    assert made().open(signed(encrypt_block(AES_KEY, block, pad))) == message


@pytest.mark.parametrize(
    "padded",
    [
        b"a" * 31 + b"\x00",
        b"a" * 63 + b"\x21",
        b"a" * 63 + b"\xff",
        b"a" * 61 + b"\x01\x02\x03",
        b"a" * 16,
        b"\x20" * 16,  # says that it has more padding than it is long
    ],
)
def test_another_padding_is_refused(padded: bytes) -> None:
    assert refusal(signed(encrypt_padded(AES_KEY, padded))) == "wrong padding"


@pytest.mark.parametrize(
    ("encrypted", "why"),
    [
        ("", "no whole blocks"),
        (base64.b64encode(b"a" * 33).decode(), "no whole blocks"),
        ("!!!!", "no base64"),
        ("abc", "no base64"),
        ("汉字", "no base64"),
    ],
)
def test_what_is_no_cipher_text_is_refused(encrypted: str, why: str) -> None:
    assert refusal(signed(encrypted)) == why


@pytest.mark.parametrize(
    "block", [b"", b"a" * 16, b"a" * 19, b"a" * 16 + b"\xff" * 4, RANDOM + b"\x00\x00\x00\x09" + b"x"]
)
def test_a_length_that_lies_is_refused(block: bytes) -> None:
    assert refusal(signed(encrypt_block(AES_KEY, block)), receiveid="") == "wrong length"


@given(st.binary(max_size=200))
def test_nothing_but_a_refusal_comes_of_any_bytes(encrypted: bytes) -> None:
    assert refusal(signed(base64.b64encode(encrypted).decode()))


@pytest.mark.parametrize("key", ["", AES_KEY[:-1], AES_KEY + "a", "=" * 43, "é" * 43, AES_KEY[:-1] + "="])
def test_a_key_that_is_none_is_said_in_words(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey 应当是 43 个") as wrong:
        made(key=key)
    assert key == "" or key not in str(wrong.value)


def test_a_key_may_end_in_any_letter() -> None:
    """Its last two bits mean nothing, and the console draws them at random."""
    for last in string.ascii_letters + string.digits:
        assert len(aes_key(SecretStr(AES_KEY[:-1] + last))) == 32


def test_a_picture_of_the_ai_bot_is_decrypted_whole() -> None:
    key = aes_key(SecretStr(AES_KEY))
    picture = bytes(range(256)) * 5
    assert crypt.decrypt(key, crypt.encrypt(key, picture)) == picture
