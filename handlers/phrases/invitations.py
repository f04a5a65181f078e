"""Invitations: the first admin, personal links, and two identities that are one person."""

from collections.abc import Sequence

from handlers.phrases.codes import hours


def admin_now(title: str) -> str:
    """To who became an admin by a code."""
    return (
        f"您现在是{title}的管理员了。接下来：\n"
        "1. 把我拉进楼栋群，单独给我发“绑定码 3栋”，把得到的那句发在群里；\n"
        "2. 任命值班的人：“任命 王芳 红管家 3栋”；\n"
        "3. 排班：“排班 3栋 王芳 每天 20:00-8:00”。\n"
        "别的发“帮助”。"
    )


def admin_already(title: str) -> str:
    """When an admin says a code for what he is."""
    return f"您本来就是{title}的管理员，这个码没有用掉，留给别人吧。"


def invitation(name: str, link: str | None, code: str, good_hours: float) -> str:
    """To the admin, alone: what to hand to `name`."""
    page = f"网页群聊的链接（只能点一次）：{link}\n" if link else ""
    return (
        f"请把下面的转给{name}本人，{hours(good_hours)}有效，别发到群里，谁拿到谁就能用{name}的身份：\n"
        f"{page}在微信、Telegram 这些地方，请{name}单独给我发：关联 {code}"
    )


def invited_by_admin() -> str:
    """To somebody for whom an admin made a code: he should know who can speak in his name."""
    return "社区管理员刚为您开了一个登录用的码，会转给您。要不是您要的，请问一下社区。"


def not_yours_to_invite(name: str) -> str:
    """When somebody holds an office elsewhere."""
    return f"{name}在您负责的范围以外有职务，请那边的管理员来邀请。"


def own_code(code: str, good_hours: float) -> str:
    """To who wants to be the same person elsewhere, alone."""
    return (
        f"您的关联码是 {code}，{hours(good_hours)}用一次有效。用您的另一个号单独给我发“关联 {code}”，两边就算同一个人。"
        "别给别人：谁拿到谁就能用您的身份。"
    )


def same_already() -> str:
    """When both are the same person already."""
    return "这两边本来就是同一个人，不用再关联。"


def sure_to_link(offices: Sequence[str], code: str) -> str:
    """Before somebody's offices go to who made the code."""
    return (
        f"您这边是{'、'.join(offices)}。关联以后，发码的那个人也有这些职务。"
        f"那是您本人，就发“关联 {code} 是我本人”；不是您本人要的码，千万别发。"
    )


def linked(name: str, ways: int) -> str:
    """When both are one person now."""
    return f"好了，{name}，您的 {ways} 个号现在算同一个人，工单、住处、职务都在一起。"
