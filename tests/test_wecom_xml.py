"""XML from outside is read without anything that it may declare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom import xml
from bot.channels.wecom.xml import Unreadable


def test_fields_are_found_by_name_and_by_path() -> None:
    root = xml.read(
        "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[3<5 & 漏水]]></Content><Empty/>"
        "<SelectedItems><SelectedItem><QuestionKey><![CDATA[prio]]></QuestionKey></SelectedItem></SelectedItems></xml>".encode()
    )
    assert root.findtext("MsgType") == "text"
    assert root.findtext("Content") == "3<5 & 漏水"
    assert root.findtext("Empty", "") == root.findtext("Absent", "") == ""
    assert root.findtext("SelectedItems/SelectedItem/QuestionKey") == "prio"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        b"<!DOCTYPE xml><xml/>",
    ],
)
def test_a_document_type_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable, match="document type"):
        xml.read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml>",
        b"<xml></lmx>",
        b"<xml/><xml/>",
        b"<xml>&e;</xml>",
        b"<xml>\x00</xml>",
        b"<xml>\xff</xml>",
        b'<?xml version="1.0" encoding="gbk"?><xml>\xb0\xa1</xml>',
        b'<?xml version="1.0" encoding="no-such"?><xml/>',
    ],
)
def test_what_is_not_well_formed_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        xml.read(body)


@given(st.binary(max_size=100))
def test_nothing_else_comes_of_any_bytes(body: bytes) -> None:
    with pytest.raises(Unreadable):
        xml.read(b"<" + body)


def test_depth_breaks_nothing() -> None:
    assert len(list(xml.read(b"<a>" * 20_000 + b"</a>" * 20_000).iter())) == 20_000
