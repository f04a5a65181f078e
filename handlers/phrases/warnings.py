"""What is said of warnings that other systems start: to admins, and to whoever looks after the other system."""

from collections.abc import Sequence

from handlers.phrases.places import names
from storage.broadcasts import Broadcast

MOST_NAMED = 10


def asked(broadcast: Broadcast, system: str, preview: str) -> str:
    """To an admin, when a warning waits for him."""
    kind = "预警" if broadcast.warning else "通知"
    return (
        f"{system}发来一条{kind}（{broadcast.id} 号），还没发，请您看一下。\n{preview}\n\n"
        f"要发请回“确认 {broadcast.id}”，不发了回“取消通知 {broadcast.id}”。哪位管理员先确认都行。"
    )


def sent(broadcast: Broadcast, system: str, groups: Sequence[str], *, later: bool) -> str:
    """To an admin, when one has gone out by itself."""
    kind = "预警" if broadcast.warning else "通知"
    goes = "夜里不打扰大家，早上就发" if later else "按约定已经直接发出"
    return (
        f"{system}发来一条{kind}（{broadcast.id} 号），{goes}，发到：{names(groups, MOST_NAMED)}。\n\n"
        f"{broadcast.text}\n\n有不对的请马上回“取消通知 {broadcast.id}”，还没发出去的就不发了。"
    )


def too_often(most: int) -> str:
    """When a system sends more than was agreed."""
    return f"一小时最多 {most} 条，已经满了，这一条没有收。请稍后再发；真的急就打电话给社区。"


def key_used() -> str:
    """When a key comes again with something else."""
    return "这个 Idempotency-Key 已经用在另一条预警上了，这一条没有收。新的预警请换一个新的。"


def no_such_place(name: str) -> str:
    """When nothing is called so."""
    return f"没有“{name[:40]}”这个地方。请写社区表格里的名字，例如 锦绣小区、锦绣小区3栋、第一网格。"


def not_this_place(name: str) -> str:
    """When a system may not warn there."""
    return f"不能往{name}发：配置里没有把那里交给这个系统。请跟社区商量好，在 config.toml 的 places 里加上。"


def several_communities() -> str:
    """When one warning is for two communities."""
    return "这些地方不在同一个社区。请一个社区发一条。"


def not_this_template(name: str, allowed: Sequence[str]) -> str:
    """When a system may not use that template."""
    return f"不能用模板“{name[:20]}”。这个系统可以用的：{names(allowed, MOST_NAMED)}。"


def no_such_template(name: str) -> str:
    """When a template was agreed on and does not exist."""
    return f"社区还没有模板“{name[:20]}”。请管理员先建好，再发一次。"


def other_values(template: str, wanted: Sequence[str], missing: Sequence[str], more: Sequence[str]) -> str:
    """When the values do not fit the template."""
    wrong = [f"少了 {names(missing)}"] if missing else []
    wrong += [f"多了 {names([name[:20] for name in more], MOST_NAMED)}"] if more else []
    needs = f"要填 {names(wanted)}" if wanted else "什么都不用填"
    return f"values 不对：{'，'.join(wrong)}。模板“{template}”{needs}。"


def expired() -> str:
    """When it would be over before it began."""
    return "expires_at 已经过了，发出去会误导人，没有收。请核对时间，要带时区，例如 2026-07-01T18:00:00+08:00。"


def no_admin() -> str:
    """When nobody answers for the community."""
    return "这个社区还没有管理员，没有人能替它负责，这一条没有收。请社区先请好管理员。"


def no_way_to_admin() -> str:
    """When those who would have to confirm it cannot be asked."""
    return "这条要管理员确认才能发，可是哪位管理员都单独联系不上，没有收。请打电话给社区。"
