"""What members can do: 电工, 调解, 手语."""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.members import Member, Person
from storage.prepared import Prepared
from storage.types import MemberId

LONGEST: Final = 12  #: characters of a skill's name


class MemberSkill(Base, kw_only=True):
    """One thing that a member can do, by the name that the community has for it."""

    __tablename__ = "member_skill"

    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(sa.String(LONGEST), primary_key=True)


_OF: Final = Prepared(
    sa.select(MemberSkill.member_id, MemberSkill.skill).where(
        MemberSkill.member_id.in_(sa.bindparam("members", expanding=True))
    )
)


async def of_members(session: AsyncSession, members: Collection[MemberId]) -> dict[MemberId, frozenset[str]]:
    """What each of `members` can do; who has named nothing is missing."""
    found: dict[MemberId, frozenset[str]] = {}
    for member, skill in await _OF.all(session, {"members": list(members)}) if members else ():
        found[member] = found.get(member, frozenset()) | {skill}
    return found


async def learn(session: AsyncSession, member: MemberId, skills: Collection[str]) -> None:
    """`member` can do these as well; said twice, it changes nothing."""
    rows = [dict(member_id=member, skill=skill) for skill in dict.fromkeys(skills)]
    if rows:
        await insert_once(session, MemberSkill, rows, key=("member_id", "skill"))


async def unlearn(session: AsyncSession, member: MemberId, but: Collection[str] = ()) -> None:
    """`member` can do nothing any more, except what is in `but`."""
    gone = sa.delete(MemberSkill).where(MemberSkill.member_id == member, MemberSkill.skill.not_in(list(but)))
    await session.execute(gone)


async def who_can(session: AsyncSession) -> dict[str, list[Person]]:
    """By skill: who has it, in order of entry."""
    query = sa.select(MemberSkill.skill, Member.id, Member.name).join(Member, Member.id == MemberSkill.member_id)
    found: dict[str, list[Person]] = {}
    for skill, member, name in await session.execute(query.where(Member.gone_at.is_(None)).order_by(Member.id)):
        found.setdefault(skill, []).append(Person(member, name))
    return found
