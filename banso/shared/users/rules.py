"""Who may do what. Everybody signed in sees the accounts; changing is narrower."""

from __future__ import annotations

from dataclasses import dataclass

ADMINISTRATOR, MANAGER, CSM, ANALYST, VIEWER = (
    "administrator",
    "manager",
    "csm",
    "analyst",
    "viewer",
)
ROLES = (ADMINISTRATOR, MANAGER, CSM, ANALYST, VIEWER)

_MAY: dict[str, frozenset[str]] = {
    ADMINISTRATOR: frozenset(
        {"change_all", "change_own", "import", "define", "manage_users", "settings"}
    ),
    MANAGER: frozenset({"change_all", "change_own", "import", "define"}),
    CSM: frozenset({"change_own"}),
    ANALYST: frozenset({"import", "define"}),
    VIEWER: frozenset(),
}


@dataclass(frozen=True)
class Actor:
    """What a decision needs to know about a user."""

    id: int | None
    role: str
    team_id: int | None


def may(role: str, verb: str) -> bool:
    """Whether a role includes a verb; an unknown role may nothing."""
    return verb in _MAY.get(role, frozenset())


def may_change_owned(actor: Actor, *, owner_id: int | None, owner_team_id: int | None) -> bool:
    """Whether the actor may change a record that somebody (or nobody) owns.

    A CSM changes what is theirs, their team's, or nobody's yet.
    """
    if may(actor.role, "change_all"):
        return True
    if not may(actor.role, "change_own"):
        return False
    if owner_id is None or owner_id == actor.id:
        return True
    return actor.team_id is not None and owner_team_id == actor.team_id
