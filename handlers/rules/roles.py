"""What a role includes."""

from collections.abc import Iterable, Mapping
from typing import Final

from storage.types import Role

STAFF: Final = frozenset(
    {Role.STEWARD, Role.BUILDING_HEAD, Role.GRID_WORKER, Role.PROPERTY, Role.COMMITTEE, Role.ADMIN}
)
#: 验单 is the community's and the grid's; never by who did the work himself
VERIFIERS: Final = frozenset({Role.ADMIN, Role.GRID_WORKER})

# Whoever the ladder can call must be able to accept, so every worker's role includes the steward's.
_INCLUDES: Final[Mapping[Role, frozenset[Role]]] = {
    Role.RESIDENT: frozenset(),
    Role.STEWARD: frozenset(),
    Role.BUILDING_HEAD: frozenset({Role.STEWARD}),
    Role.GRID_WORKER: frozenset({Role.STEWARD, Role.BUILDING_HEAD}),
    Role.PROPERTY: frozenset({Role.STEWARD}),
    Role.COMMITTEE: frozenset({Role.STEWARD}),
    Role.SUPERVISOR: frozenset({Role.STEWARD}),
    Role.ADMIN: frozenset(Role),
}


def implied(role: Role) -> frozenset[Role]:
    """Every role whose rights come with `role`, itself among them."""
    return _INCLUDES[role] | {role, Role.RESIDENT}


def may(roles_here: Iterable[Role], *allowed: Role) -> bool:
    """Whether somebody with `roles_here` may do what is open to any of `allowed`; a resident is everybody."""
    held = {Role.RESIDENT}.union(*map(implied, roles_here))
    return not held.isdisjoint(allowed)


def may_verify(roles_here: Iterable[Role], *, did_it: bool) -> bool:
    """Whether somebody may verify a done ticket that he did himself or did not."""
    return not did_it and may(roles_here, *VERIFIERS)
