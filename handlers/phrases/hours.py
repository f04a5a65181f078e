"""What is said about the hours that people give."""

from collections.abc import Sequence
from datetime import time

from handlers.phrases.times import days_name, hours_name
from storage.turns import Days

Given = tuple[str, Days, time, time]  #: weekdays, kind of days, from, to


def noted(given: Sequence[Given]) -> str:
    """After 我的时间."""
    return f"记下了，您有空的时间：{_said(given)}。别的时间不派单给您；要值班的话，排班还是照排。改了再发一次就行。"


def yours(given: Sequence[Given]) -> str:
    """To who asks for his own."""
    if not given:
        return "您没说过什么时候有空，所以随时都可能派单给您。要限定，请发“我的时间 工作日19点后，周末全天”。"
    return f"您说过有空的时间：{_said(given)}。要改就再发一次，不限了发“我的时间 不限”。"


def any_time() -> str:
    """After 我的时间 不限."""
    return "好的，不限时间了，随时都可能派单给您。"


def no_length() -> str:
    """When a time begins when it ends."""
    return "开始和结束是同一个钟点，看不出多长。请像这样发：“我的时间 工作日19点到22点，周末全天”。"


def _said(given: Sequence[Given]) -> str:
    return "；".join(
        f"{days_name([int(day) for day in weekdays], days)} {hours_name(s, e)}" for weekdays, days, s, e in given
    )
