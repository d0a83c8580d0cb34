"""Who may change a task, and which due day means what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from banso.shared.users.rules import Actor, may, may_change_owned

MINE, TEAM, ALL = "mine", "team", "all"
SCOPES = (MINE, TEAM, ALL)
OPEN, DONE = "open", "done"
STATES = (OPEN, DONE)

OVERDUE, TODAY, SOON, LATER, UNDATED = "overdue", "today", "soon", "later", "undated"


@dataclass(frozen=True)
class Holder:
    """Who owns the customer of a task, and whose task it is."""

    has_account: bool
    account_owner_id: int | None
    account_team_id: int | None
    assignee_id: int | None
    assignee_team_id: int | None
    created_by_id: int | None


def may_change_task(actor: Actor, task: Holder) -> bool:
    """The assignee and the author may; else who may change the customer, or the assignee's team."""
    if may(actor.role, "change_all"):
        return True
    if actor.id is not None and actor.id in (task.assignee_id, task.created_by_id):
        return True
    if task.has_account:
        return may_change_owned(
            actor, owner_id=task.account_owner_id, owner_team_id=task.account_team_id
        )
    if not may(actor.role, "change_own"):
        return False
    return actor.team_id is not None and actor.team_id == task.assignee_team_id


def may_add_task(actor: Actor) -> bool:
    """Those who look after customers may add tasks."""
    return may(actor.role, "change_all") or may(actor.role, "change_own")


def default_scope(actor: Actor) -> str:
    """What someone sees first: a CSM their own, a manager their team, others everybody's."""
    if not may_add_task(actor):
        return ALL
    if may(actor.role, "change_all"):
        return TEAM if actor.team_id is not None else ALL
    return MINE


def scope_of(actor: Actor, asked: str) -> str:
    if asked not in SCOPES or (asked == TEAM and actor.team_id is None):
        return default_scope(actor)
    return asked


def when_due(due_on: date | None, today: date) -> str:
    if due_on is None:
        return UNDATED
    if due_on < today:
        return OVERDUE
    if due_on == today:
        return TODAY
    return SOON if due_on <= today + timedelta(days=7) else LATER
