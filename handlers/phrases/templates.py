"""What the bot says of templates."""

from collections.abc import Sequence

from handlers.rules.templates import Draft, filled, own_variables, place_variables, variables


def listed(drafts: Sequence[Draft]) -> str:
    """The library."""
    lines = [f"· {draft.name}{'（预警）' if draft.warning else ''}：要填{_asked(draft)}" for draft in drafts]
    return "\n".join(
        [
            "现成的通知模板：",
            *lines,
            "看内容发“模板 停水停电”，用它发“通知 用模板 停水停电 3栋”，没填的我一样一样问。",
            "自己的：“加模板 名字：内容”“改模板 名字：内容”“删模板 名字”；{楼栋}{值班人}{电话}我会按每栋填。",
        ]
    )


def _asked(draft: Draft) -> str:
    return "、".join(own_variables(draft.text)) or "的没有，直接能用"


def shown(draft: Draft) -> str:
    """One template."""
    places = place_variables(draft.text)
    by_place = f"（{'、'.join(places)}按每栋自动填）" if places else ""
    asked = own_variables(draft.text)
    ask = f"用的时候要填：{'、'.join(asked)}{by_place}" if asked else f"不用填什么{by_place}"
    kind = "，按预警发，夜里也发" if draft.warning else ""
    return f"模板“{draft.name}”{kind}：\n{draft.text}\n\n{ask}。用它就发“通知 用模板 {draft.name} 3栋”。"


def no_such_template(name: str, known: Sequence[str]) -> str:
    """When nothing is called so."""
    return f"没有叫“{name}”的模板。有的是：{'、'.join(known)}。发“模板”可以看。"


def how_to_use() -> str:
    """When the words behind a template's name cannot be read."""
    return (
        "没看懂模板后面那几句，这条没有收下。请这样写：“通知 用模板 停水停电 明天8点 3栋：停什么=停水，时间=明天9点到12点，"
        "原因=水管抢修”。后面不写也行，我一样一样问。"
    )


def without_braces(text: str) -> str:
    """The text with what is still to be filled in left open."""
    return filled(text, dict.fromkeys(variables(text), "…"))


def value_of(template: str, name: str, text: str) -> str:
    """A question for a variable; its place in the words says what is meant."""
    before, _, after = text.partition("{" + name + "}")
    around = f"{without_braces(before)[-10:]}＿＿＿{without_braces(after)[:10]}"
    return f"“{template}”里的“{name}”填什么？（…{around}…）\n填错了回“上一步”，不写了回“取消”。"


def saved(draft: Draft, *, new: bool) -> str:
    """After 加模板 or 改模板."""
    return f"模板“{draft.name}”{'加好了' if new else '改好了'}。\n{shown(draft)}"


def there_already(name: str) -> str:
    """When one of that name is added again."""
    return f"已经有叫“{name}”的模板了，没有动。要改请发“改模板 {name}：…”，要另加一个请换个名字。"


def removed(name: str, *, shipped: bool) -> str:
    """After 删模板."""
    return f"模板“{name}”{'改回原来的样子了' if shipped else '删掉了'}。"


def cannot_remove(name: str) -> str:
    """When a shipped one is removed."""
    return f"“{name}”是自带的，删不掉，不用它就行。想改内容请发“改模板 {name}：…”。"


def how_to_save() -> str:
    """When a template cannot be read."""
    return (
        "请这样写：“加模板 停气：{楼栋}的邻居，{时间}停气，请关好阀门。” 大括号里的是用的时候要填的，名字最多 20 个字。"
    )


def too_long(length: int, most: int) -> str:
    """When a template has too many characters."""
    return f"模板最多 {most} 字，这个有 {length} 字，没有收下。请写短一点。"
