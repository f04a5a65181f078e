"""Who can open what. It is told to staff alone, one to one."""

from collections.abc import Sequence
from itertools import groupby


def settled(place: str, opens: str, people: Sequence[str], deaf: Sequence[str]) -> str:
    """After it was entered. `deaf`: who cannot be called."""
    text = f"记下了：{place}{opens}的钥匙在{'、'.join(people)}手上，出了急事我一起叫。"
    return text + (f"注意：{'、'.join(deaf)}还没私聊过我，我叫不到。" if deaf else "")


def listed(place: str, keys: Sequence[tuple[str, str]]) -> str:
    """Who has which; `keys` in order of what they open."""
    if not keys:
        return f"{place}还没有登记钥匙。登记发“钥匙 3栋 配电房 姓名”。"
    return f"{place}的钥匙：{named(keys)}。"


def named(keys: Sequence[tuple[str, str]]) -> str:
    """“配电房 赵强、王芳；天台 赵强”."""
    doors = groupby(sorted(keys), key=lambda key: key[0])
    return "；".join(f"{opens} {'、'.join(name for _, name in holders)}" for opens, holders in doors)


def taken_back(place: str, opens: str) -> str:
    """After it was given back."""
    return f"记下了，{place}{opens}的钥匙收回来了。"


def nobody_has_it(place: str, opens: str) -> str:
    """When nobody has the key that is to be given back."""
    return f"没有登记过{place}{opens[:20]}的这把钥匙。发“钥匙”加地方可以看登记了哪些。"


def not_yours(place: str) -> str:
    """When somebody asks about a place where he has nothing to do."""
    return f"{place}的钥匙不归您登记，请让那边的管理员来。"


def too_long(most: int) -> str:
    """When what the key opens is no short name."""
    return f"写个短名字就行，最多 {most} 个字，比如“钥匙 3栋 配电房 赵强”。"
