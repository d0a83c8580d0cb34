from __future__ import annotations

import pytest

from banso.shared.users.rules import Actor, may, may_change_owned

ME, MATE, STRANGER = 1, 2, 3


@pytest.mark.parametrize(
    ("role", "owner", "owner_team", "expected"),
    [
        ("administrator", STRANGER, 8, True),
        ("manager", STRANGER, 8, True),
        ("csm", ME, None, True),
        ("csm", MATE, 5, True),
        ("csm", STRANGER, 8, False),
        ("csm", STRANGER, None, False),
        ("csm", None, None, True),
        ("analyst", ME, 5, False),
        ("viewer", ME, 5, False),
        ("unheard of", ME, 5, False),
    ],
)
def test_a_csm_changes_only_their_teams(
    role: str, owner: int | None, owner_team: int | None, expected: bool
) -> None:
    actor = Actor(ME, role, 5)
    assert may_change_owned(actor, owner_id=owner, owner_team_id=owner_team) is expected


def test_without_a_team_there_are_no_mates() -> None:
    assert not may_change_owned(Actor(ME, "csm", None), owner_id=STRANGER, owner_team_id=None)


def test_only_administrators_manage_users() -> None:
    assert [
        r
        for r in ("administrator", "manager", "csm", "analyst", "viewer")
        if may(r, "manage_users")
    ] == ["administrator"]
