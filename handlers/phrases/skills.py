"""What the bot says about what people can do."""

from collections.abc import Mapping, Sequence


def yours(skills: Sequence[str]) -> str:
    """To who asks what he has said of himself."""
    if not skills:
        return "您还没说过会什么。会电工的话发“我会 电工”，有这样的事我先叫您。"
    return f"您说过会{'、'.join(skills)}。要收回，发“我不会 {skills[0]}”。"


def noted(skills: Sequence[str]) -> str:
    """After he said so."""
    if not skills:
        return "记下了，您名下没有专长，一般的事还是会叫您。"
    return f"记下了：您会{'、'.join(skills)}。有这样的事先叫您；哪天不方便，回“去不了”就行。"


def of_member(name: str, skills: Sequence[str]) -> str:
    """To an admin."""
    return f"{name}会{'、'.join(skills)}。" if skills else f"{name}没有登记专长。"


def listed(names: Mapping[str, Sequence[str]]) -> str:
    """Who can do what, in the order in which the community lists it."""
    lines = [f"{skill}：{'、'.join(people)}" for skill, people in names.items() if people]
    nobody = [skill for skill, people in names.items() if not people]
    if nobody:
        lines.append(f"还没人会：{'、'.join(nobody)}")
    return "\n".join([*lines, "登记发“技能 姓名 电工、水工”，也可以让本人发“我会 电工”。"])


def unknown(said: Sequence[str], known: Sequence[str]) -> str:
    """When a skill is named that the community has no name for."""
    which = "、".join(f"“{one[:12]}”" for one in said[:5])
    return f"我还不认得{which}，没有记。能登记的有：{'、'.join(known)}。要加新的，请社区改配置里的 skills。"


def not_your_member(name: str) -> str:
    """When an admin speaks for somebody of another place, or for a resident."""
    return f"{name}不是您这里的红管家或工作人员。要先任命，或者让本人发“我会 电工”。"
