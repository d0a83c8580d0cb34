from __future__ import annotations

from datetime import date

import pytest

from banso.act.tasks.rules import Holder, default_scope, may_change_task, scope_of, when_due
from banso.shared.users.rules import Actor

TODAY = date(2026, 6, 15)
CSM = Actor(1, "csm", 10)


def task(**fields: object) -> Holder:
    made = {
        "has_account": True,
        "account_owner_id": 7,
        "account_team_id": 70,
        "assignee_id": 7,
        "assignee_team_id": 70,
        "created_by_id": 7,
    }
    return Holder(**(made | fields))  # type: ignore[arg-type]  # a builder's loose fields


def test_another_teams_task_is_not_mine_to_change() -> None:
    assert not may_change_task(CSM, task())


@pytest.mark.parametrize(
    "fields",
    [
        {"assignee_id": 1},
        {"created_by_id": 1},
        {"account_owner_id": 1},
        {"account_team_id": 10},
        {"has_account": False, "assignee_team_id": 10},
    ],
)
def test_mine_my_teams_and_what_i_wrote_is(fields: dict[str, object]) -> None:
    assert may_change_task(CSM, task(**fields))


def test_a_manager_may_all_and_a_viewer_nothing() -> None:
    assert may_change_task(Actor(2, "manager", None), task())
    assert not may_change_task(Actor(3, "viewer", 70), task())


@pytest.mark.parametrize(
    ("actor", "scope"),
    [
        (CSM, "mine"),
        (Actor(2, "manager", 10), "team"),
        (Actor(2, "manager", None), "all"),
        (Actor(3, "viewer", 10), "all"),
        (Actor(4, "analyst", None), "all"),
    ],
)
def test_each_role_begins_where_its_work_is(actor: Actor, scope: str) -> None:
    assert default_scope(actor) == scope


def test_who_has_no_team_is_not_shown_one() -> None:
    assert scope_of(Actor(1, "csm", None), "team") == "mine"
    assert scope_of(CSM, "nonsense") == "mine"
    assert scope_of(CSM, "all") == "all"


@pytest.mark.parametrize(
    ("due_on", "when"),
    [
        (date(2026, 6, 14), "overdue"),
        (TODAY, "today"),
        (date(2026, 6, 22), "soon"),
        (date(2026, 6, 23), "later"),
        (None, "undated"),
    ],
)
def test_a_due_day_means_something(due_on: date | None, when: str) -> None:
    assert when_due(due_on, TODAY) == when
