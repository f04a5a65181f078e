"""Groups: how they are bound to a place, what they are told, and when the bot has to go."""

from collections.abc import Sequence

from handlers.phrases.codes import hours


def codes_for(pairs: Sequence[tuple[str, str]], good_hours: float) -> str:
    """To an admin, alone. `pairs`: a place's title and its code."""
    lines = "\n".join(f"{title}：绑定 {code}" for title, code in pairs)
    return f"把我拉进群以后，在那个群里发这一句就绑好了（{hours(good_hours)}用一次有效，别发错群）：\n{lines}"


def only_alone() -> str:
    """When a secret is asked for in a group, and the asker cannot be written to alone."""
    return "这个要单独说。请先点我的头像，单独给我发一句话，再在那里发一遍。"


def not_your_place(title: str) -> str:
    """When an admin asks for a place that is not his."""
    return f"{title}不在您负责的范围里，请让那边的管理员来弄。"


def say_it_there() -> str:
    """When a group's code is said one to one."""
    return "这个码要在群里说：先把我拉进那个群，再在群里发一遍“绑定”和这个码。"


def greeting(title: str, operator: str, bot_name: str, *, hears_all: bool) -> str:
    """Once a group: who runs the bot, what it keeps, how to object."""
    how = "直接在群里说就行" if hears_all else f"在群里@{bot_name}说一声"
    keeps = "我只留跟办事有关的话和照片，闲聊不存" if hears_all else "我只看得到@我的话，只留跟办事有关的话和照片"
    return (
        f"各位邻居好，我是{bot_name}，{operator}请来的机器人，在{title}的群里帮忙。\n"
        f"家里、楼里有事，{how}，我登记下来，叫值班的人来办。\n"
        f"{keeps}；门牌号、姓名、电话不会在群里说。\n"
        "想看我留了您什么，单独给我发“我的数据”；不想留，发“删除我的数据”。不愿意我在群里，跟社区说一声就行。\n"
        "着火、伤人、急病先打 119、110、120。怎么用，发“帮助”。"
    )


def one_way_greeting(title: str, operator: str, bot_name: str) -> str:
    """Once to a group that the bot only writes to."""
    return (
        f"大家好，我是{bot_name}，{operator}请来的机器人。以后{title}的通知和紧急的事，我发在这里。\n"
        "这里我只能发、听不到：要接单、办结、查进度，请单独找我。"
    )


def bound_already(title: str) -> str:
    """When a group is bound to the place that it is bound to."""
    return f"这个群本来就是{title}的群，接着用就行。"


def moved_to(title: str) -> str:
    """When a group is bound to another place."""
    return f"好，这个群从现在起是{title}的群。"


def only_admins_move(title: str) -> str:
    """When somebody else binds a bound group to another place."""
    return f"这个群已经是{title}的群了。要改，请社区管理员在群里发这个码。"


def who_binds_me(*, hears_all: bool) -> str:
    """On joining a group that belongs to no place."""
    how = "发在群里" if hears_all else "发在群里，前面@我"
    return (
        f"大家好，我还不知道这是哪栋楼的群。请社区管理员单独给我发“绑定码 3栋”（换成这里的楼号），再把得到的那句{how}。"
    )


def back_again(title: str) -> str:
    """On joining a group from which the bot had been removed."""
    return f"我回来了，这里还是{title}的群，有事直接说。"


def removed_from(title: str) -> str:
    """To those who answer for a place, alone."""
    return (
        f"{title}的群里我进不去了（被移出了，或者群没了）：那边的话我听不到，通知也发不到。"
        f"要接着用，把我重新拉进群；换了新群，发“绑定码 {title}”要个新码。"
    )


def address_lost(title: str) -> str:
    """The same of a group that the bot only wrote to."""
    return (
        f"{title}的通知群里我进不去了（消息推送被移除了，或者网址换过），通知发不到。"
        "请运维的同志在那个群里重新添加“消息推送”，把新网址填进配置，再重启。"
    )


def dissolved(title: str) -> str:
    """The same, of a group that is known by a list only."""
    return f"{title}的客户群进不去了（多半是解散了），通知发不到那里。建了新群的话，发“群列表”，再把新群绑到{title}。"


def removed_from_in_group(title: str) -> str:
    """The same in a group of a place above, where nobody can be told alone."""
    return f"{title}的群里我进不去了，请社区的同志把我重新拉进去。"


def perhaps_said(place: str, text: str) -> str:
    """To those who look after a group, when nobody knows whether the bot was heard there."""
    return f"有一句话我说不准在{place}的群里发出去没有，请到群里看一眼，没有的话替我发一下：\n“{text}”"
