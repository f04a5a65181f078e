"""What the bot says of groups that it is told of and cannot read, and of the codes by which people join them."""

from collections.abc import Sequence

from storage.listings import ListedGroup


def nothing_listed() -> str:
    """When no platform has told of any group."""
    return "还没有看到客户群。请先在企业微信里建好客户群，并且接上“企业微信客户群”渠道，过十分钟再发“群列表”。"


def unbound(group: ListedGroup, place: str | None) -> str:
    """One group in the list that belongs to no place; `place` is what its name speaks of."""
    hint = f"像是{place}的，对就发“绑定群 {group.id} {place}”" if place else f"发“绑定群 {group.id} 楼号”"
    return f"{group.id} 号 {_described(group)}：还没绑定，{hint}"


def bound(group: ListedGroup, place: str) -> str:
    """One group in the list that belongs to a place."""
    return f"{group.id} 号 {_described(group)}：{place}"


def listed(rows: Sequence[str], more: int) -> str:
    """The list."""
    rest = f"\n还有 {more} 个，绑好前面的再看。" if more > 0 else ""
    return "企业微信里的客户群：\n" + "\n".join(rows) + rest


def no_such_group() -> str:
    """When neither a number nor a name fits."""
    return "没有这个编号或名字的群。发“群列表”看有哪些，再发“绑定群 编号 楼号”，比如“绑定群 2 3栋”。"


def same_name(numbers: Sequence[int]) -> str:
    """When several groups are called so."""
    either = "、".join(map(str, numbers))
    return f"有几个群都叫这个名字，编号是 {either}。请写编号，比如“绑定群 {numbers[0]} 3栋”。"


def which_place(group: ListedGroup) -> str:
    """When a group is to be bound and nobody says where."""
    return f"“{group.name}”是哪里的群？请连楼号一起发，比如“绑定群 {group.id} 3栋”。"


def bound_now(group: ListedGroup, place: str, *, waits: bool) -> str:
    """After 绑定群."""
    how = (
        f"往那里发通知，要群主{group.owner_name}在手机上点确认，一天一次；那里的话我听不到，报修请居民走别的渠道。"
        if waits
        else ""
    )
    return f"绑好了：“{group.name}”是{place}的群。{how}"


def code_asked(place: str) -> str:
    """After 入群码."""
    return f"好，去企业微信要{place}的入群码，一会儿把链接发给您。"


def no_group_there(place: str) -> str:
    """When a place has no group to be joined."""
    return f"{place}还没有绑定客户群。请先发“群列表”，把群绑好，再要入群码。"


def code(place: str, link: str) -> str:
    """A join code, to who asked for it."""
    return (
        f"{place}的入群码好了，点开就是二维码，可以打印出来贴在楼道里：\n{link}\n"
        "居民用微信扫码进群；群满 200 人会自动开新群，新群我也会绑到这里。码不会过期。"
    )


def welcome_asked() -> str:
    """After 入群欢迎语."""
    return "好，去企业微信存这段欢迎语，一会儿告诉您怎么用上。"


def welcome_kept() -> str:
    """A welcome is kept, and somebody has to choose it by hand."""
    return (
        "欢迎语存好了。还差一步，要群主自己选：打开企业微信的客户群，点右上角“…”，进“入群欢迎语”，选刚存的这一条。"
        "以后有人进群，会自动看到。"
    )


def welcome_usual(operator: str) -> str:
    """The welcome where none is given; the platform puts the newcomer's name for %NICKNAME%."""
    return (
        f"%NICKNAME% 您好，欢迎进群。这里是{operator}的楼栋群，停水停电、政策通知会发在这里；家里、楼里有事请联系社区。"
    )


def welcome_too_long() -> str:
    """When a welcome has too many characters."""
    return "欢迎语最多 900 字，这段太长了，没有存。请写短一点再发。"


def no_channel() -> str:
    """When no channel could do it."""
    return "还没有接企业微信客户群，这个做不了。接法见 docs/channels/wecom_groups.md。"


def errand_failed(error: str | None) -> str:
    """When the platform would not do it."""
    return f"企业微信没有答应（{error or '原因不明'}），没有办成。请让管服务器的人运行 guanjia check 看一看，再发一遍。"


def _described(group: ListedGroup) -> str:
    return f"“{group.name or '没有名字的群'}”（群主{group.owner_name}，{group.members} 人）"
