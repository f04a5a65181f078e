"""Until when a notice is of use, as its author writes it in the last line."""

from datetime import datetime

import pytest

from handlers.messages import Refusal
from handlers.notices.remarks import remarks_of
from tests.drawn import NOW, SHANGHAI


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("有效期到12月1日", "12-02 00:00"),  # the day itself still counts
        ("有效期至12月1日18点", "12-01 18:00"),
        ("12月1日前有效", "12-01 00:00"),
        ("过了今晚8点就不发了", "11-24 20:00"),
        ("过了周五就不发", "11-29 00:00"),
    ],
)
def test_a_day_without_an_hour_is_meant_whole(line: str, until: str) -> None:
    text, found = remarks_of(f"停水\n{line}", NOW, SHANGHAI)
    assert text == "停水"
    assert found.expires_at is not None
    assert f"{found.expires_at.astimezone(SHANGHAI):%m-%d %H:%M}" == until


def test_what_is_no_time_is_for_the_neighbours() -> None:
    text, found = remarks_of("停水\n有效期到改天再说", NOW, SHANGHAI)
    assert text.endswith("有效期到改天再说")
    assert found.expires_at is None


def test_a_time_gone_by_is_refused() -> None:
    with pytest.raises(Refusal):
        remarks_of("停水\n有效期到11月20日", datetime(2025, 11, 24, 15, tzinfo=SHANGHAI), SHANGHAI)
