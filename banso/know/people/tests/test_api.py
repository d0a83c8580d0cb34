from __future__ import annotations

from typing import Any

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership, Person
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def a_person(number: int, **fields: Any) -> Person:
    made = {"source": "crm", "external_id": f"u-{number}", "name": f"人 {number}"} | fields
    return Person.objects.create(**made)


def test_people_with_their_places(django_assert_num_queries: Any) -> None:
    account, other = an_account(name="甲"), an_account(name="乙")
    people = [a_person(n, email=f"{n}@example.jp") for n in range(12)]
    for person in people[:4]:
        Membership.objects.create(person=person, account=account, is_key=person == people[0])
    Membership.objects.create(person=people[0], account=other)
    caller = Caller("people:read")
    found = caller.get("/people", account_id=account.pk)["items"]
    assert [item["id"] for item in found] == [person.pk for person in people[:4]]
    assert {place["name"] for place in found[0]["accounts"]} == {"甲", "乙"}
    assert "personality" not in found[0]
    assert len(caller.get("/people", is_key=True)["items"]) == 1
    assert len(caller.get("/people", is_key=False)["items"]) == 11
    assert len(caller.get("/people", q="人 11")["items"]) == 1
    assert len(caller.get("/people", email="3@example.jp")["items"]) == 1
    with django_assert_num_queries(3):
        caller.get("/people", sort="-name")


def test_one_person_by_either_id() -> None:
    person = a_person(1)
    caller = Caller("people:read", source="crm")
    assert caller.get(f"/people/{person.pk}") == caller.get(
        "/people/by-external-id", external_id="u-1"
    )
    caller.refused("/people/by-external-id", 404, external_id="u-1", source="other")


def test_a_batch_puts_people_at_their_customers() -> None:
    first = an_account(source="crm", external_id="C-1")
    second = an_account(source="crm", external_id="C-2")
    items = [
        {"external_id": "u-1", "name": "山田", "account": "C-1", "is_key": True},
        {"external_id": "u-1", "account": "C-2", "influence": "decides"},
        {"external_id": "u-2", "email": "no address"},
        {"external_id": "u-3", "account": "C-9"},
        {"external_id": "u-4", "name": ""},
        {"external_id": "u-5", "email": "u5@example.jp"},
    ]
    answer = Caller("people:write", source="crm").post("/people/batch", {"items": items})
    assert {r["index"]: r["field"] for r in answer["refused"]} == {
        2: "email",
        3: "account",
        4: "name",
    }
    person = Person.objects.get(external_id="u-1")
    places = {m.account_id: (m.is_key, m.influence) for m in person.memberships.all()}
    assert places == {first.pk: (True, ""), second.pk: (False, "decides")}
    assert Person.objects.get(external_id="u-5").name == "u5@example.jp"


def test_reading_needs_another_scope_than_writing() -> None:
    assert Caller("people:write").ask("GET", "/people").status_code == 403
    sent = {"items": [{"external_id": "u"}]}
    assert Caller("people:read").ask("POST", "/people/batch", body=sent).status_code == 403
