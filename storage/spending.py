"""What the language model has cost, a row a month: the budget outlives a restart."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once


class ModelMonth(Base, kw_only=True):
    """A month of the community's calendar: `2026-05`."""

    __tablename__ = "model_month"

    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    asked: Mapped[int] = mapped_column(default=0)  #: messages, whether or not an answer came
    failed: Mapped[int] = mapped_column(default=0)  #: … of which none came, or none that could be used
    tokens_in: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    tokens_out: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    told_at: Mapped[datetime | None] = mapped_column(
        default=None
    )  #: when the admin was told that the budget is used up

    @property
    def tokens(self) -> int:
        """What counts against the budget."""
        return self.tokens_in + self.tokens_out


async def of_month(session: AsyncSession, month: str) -> ModelMonth | None:
    """The month's row, or None where nothing was asked yet."""
    return await session.get(ModelMonth, month)


async def enter(session: AsyncSession, month: str, *, tokens_in: int, tokens_out: int, failed: bool) -> ModelMonth:
    """Count one message that the model was asked about; the month as it is now."""
    empty = dict(month=month, asked=0, failed=0, tokens_in=0, tokens_out=0)
    await insert_once(session, ModelMonth, [empty], key=("month",))
    more = {
        ModelMonth.asked: ModelMonth.asked + 1,
        ModelMonth.failed: ModelMonth.failed + int(failed),
        ModelMonth.tokens_in: ModelMonth.tokens_in + tokens_in,
        ModelMonth.tokens_out: ModelMonth.tokens_out + tokens_out,
    }
    counted = sa.update(ModelMonth).where(ModelMonth.month == month).values(more).returning(ModelMonth)
    return (await session.scalars(counted, execution_options={"populate_existing": True})).one()
