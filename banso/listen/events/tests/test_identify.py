from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership, Person
from banso.listen.events.tests.sending import sent
from banso.shared.keys.tests.builders import a_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    return a_key()[1]


def tell(client: Client, token: str, body: Any, **given: str) -> Any:
    return sent(client, token, body, path="/api/v1/identify", **given)


def test_a_user_becomes_a_person_at_their_customer(client: Client, token: str) -> None:
    account = an_account(external_id="A-1")
    traits = {"name": "高橋 花子", "email": "h@example.jp", "role": "admin", "title": "部長"}
    body = {"user": 7, "account": "A-1", "traits": traits}
    for _ in range(2):
        answer = tell(client, token, body)
        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    person = Person.objects.get(source="product", external_id="7")
    assert (person.name, person.email, person.title) == ("高橋 花子", "h@example.jp", "部長")
    assert person.product_role == "admin"
    assert Membership.objects.get(person=person).account == account


def test_what_is_not_said_stays(client: Client, token: str) -> None:
    tell(client, token, {"user": "u", "traits": {"name": "花子", "title": "部長"}})
    tell(client, token, {"user": "u", "traits": {"title": "取締役", "name": ""}})
    person = Person.objects.get()
    assert (person.name, person.title) == ("花子", "取締役")


def test_each_fault_is_named_and_the_rest_is_kept(client: Client, token: str) -> None:
    people = [
        {"user": "u0", "account": "nobody"},
        {"user": "u1", "traits": {"email": "not an address"}},
        {"user": "u2", "traits": {"title": "x" * 101}},
        {"user": "u\0"},
        {"account": "A-1"},
        {"user": "u5"},
    ]
    lines = "\n".join(map(json.dumps, people))
    answer = tell(client, token, lines, kind="application/x-ndjson").json()
    assert answer["accepted"] == 2
    assert [r["index"] for r in answer["unplaced"]] == [0]
    found = {r["index"]: r["reason"] for r in answer["refused"]}
    assert found[1] == "$[1].traits.email: is no e-mail address"
    assert found[2].startswith("$[2].traits.title: Expected `str` of length <= 100")
    assert found[3] == "$[3]: has a NUL character"
    assert "missing required field `user`" in found[4]
    assert sorted(Person.objects.values_list("external_id", flat=True)) == ["u0", "u5"]


def test_a_key_for_events_alone_names_no_people(client: Client) -> None:
    answer = tell(client, a_key(scopes=["events:write"])[1], {"user": "u"})
    assert answer.status_code == 403
    assert not Person.objects.exists()
