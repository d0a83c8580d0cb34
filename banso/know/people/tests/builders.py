from __future__ import annotations

from itertools import count
from typing import Any

from banso.know.accounts.models import Account
from banso.know.people.models import Membership, Person

_numbers = count(1)


def a_person(account: Account | None = None, **fields: Any) -> Person:
    """Somebody, at an account if one is given (``is_key`` and ``influence`` describe the place)."""
    number = next(_numbers)
    place = {name: fields.pop(name) for name in ("is_key", "influence") if name in fields}
    person = Person.objects.create(
        **{"external_id": f"P-{number}", "name": f"山田 {number}"} | fields
    )
    if account:
        Membership.objects.create(person=person, account=account, **place)
    return person
