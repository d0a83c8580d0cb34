from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.notes.models import Note
from banso.shared.rest.tests.callers import Caller
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_notes_of_a_customer_newest_first(django_assert_num_queries: Any) -> None:
    account, author = an_account(), a_user(name="佐藤")
    for day in (1, 3, 2):
        at = datetime(2026, 4, day, tzinfo=UTC)
        Note.objects.create(account=account, author=author, at=at, happened=f"{day}")
    Note.objects.create(account=an_account(), at=datetime(2026, 4, 9, tzinfo=UTC), happened="x")
    caller = Caller("notes:read").used()
    with django_assert_num_queries(2):
        found = caller.get("/notes", account_id=account.pk, sort="-at")["items"]
    assert [item["happened"] for item in found] == ["3", "2", "1"]
    assert found[0]["author"] == "佐藤"
    since = caller.get("/notes", since="2026-04-03T00:00:00Z")["items"]
    assert {item["happened"] for item in since} == {"3", "x"}
    assert Caller("accounts:read").ask("GET", "/notes").status_code == 403
