from __future__ import annotations

from typing import Any

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Person
from banso.know.people.tests.builders import a_person
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event


def send(*events: dict[str, Any]) -> None:
    lake.append(events=a_table(*events), source="product")
    lake.compact()


def somebody_with_events(**fields: Any) -> tuple[Person, Account]:
    """A person at a customer, with two events there and somebody else's one."""
    account = an_account(external_id="A-1", name="みどり商事")
    given = {"external_id": "u-1", "name": "田中 一郎", "email": "ichiro@example.jp"} | fields
    person = a_person(account, **given)
    mine = {"account_key": "A-1", "user_key": given["external_id"]}
    send(
        an_event("2025-03-05 10:00", **mine, props='{"to": "ichiro@example.jp"}'),
        an_event("2025-03-12 10:00", **mine),
        an_event("2025-03-12 11:00", account_key="A-1", user_key="u-2"),
    )
    return person, account
