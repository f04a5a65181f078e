"""What Alembic runs: on the connection that `upgrade` hands over, or, for a developer, on `-x url=…`."""

from typing import Any, Final, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.sql.type_api import TypeEngine

import storage.tables  # noqa: F401 -- names every table
from storage.base import Base, UtcDateTime

SCRATCH: Final = "sqlite://"


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Types as the database knows them: a migration must not change when our own types do."""
    if kind == "type" and isinstance(item, TypeEngine):
        if isinstance(item, UtcDateTime):
            return "sa.DateTime(timezone=True)"
        if isinstance(item, sa.Enum):
            return f"sa.String(length={item.length})"
    return False


def run(connection: sa.Connection) -> None:
    """Run the migrations in the transaction that `connection` is in."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_item=render, render_as_batch=True)
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with sa.create_engine(context.get_x_argument(as_dictionary=True).get("url", SCRATCH)).begin() as made:
        run(made)
