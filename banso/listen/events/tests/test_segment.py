"""A Segment or RudderStack source that points here: recorded shapes, answered as Segment does."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership, Person
from banso.listen.events.tests.sending import sent, stored
from banso.shared.keys.tests.builders import a_key

pytestmark = pytest.mark.django_db
TRACK = {
    "anonymousId": "23adfd82-aa0f-45a7-a756-24f2a7a4c895",
    "context": {"library": {"name": "analytics.js"}, "groupId": "A-1", "ip": "203.0.113.1"},
    "event": "Report Exported",
    "messageId": "ajs-1",
    "properties": {"format": "xlsx", "rows": 12},
    "originalTimestamp": "2025-03-05T01:00:00.000Z",
    "sentAt": "2025-03-05T01:00:02.000Z",
    "timestamp": "2025-03-05T01:00:00.500Z",
    "userId": "u1",
}
IDENTIFY = {
    "userId": "u1",
    "traits": {"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "plan": "x"},
}
GROUP = {"userId": "u1", "groupId": "A-1", "traits": {"name": "青葉", "employees": 40, "x": [1]}}


@pytest.fixture
def token() -> str:
    return a_key()[1]


def call(client: Client, token: str, kind: str, body: Any) -> Any:
    basic = base64.b64encode(f"{token}:".encode()).decode()
    return sent(client, token, body, path=f"/v1/{kind}", Authorization=f"Basic {basic}")


def test_a_track_call_is_an_event(client: Client, token: str) -> None:
    for _ in range(2):
        answer = call(client, token, "track", TRACK)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    (event,) = stored()
    assert (event["name"], event["account_key"], event["user_key"]) == (
        "Report Exported",
        "A-1",
        "u1",
    )
    assert event["ts_us"] == 1_741_136_400_500_000
    assert event["props"] == '{"format":"xlsx","rows":12}'


@pytest.mark.parametrize(
    "place",
    [
        {"properties": {"groupId": "A-1"}},
        {"context": {"traits": {"company": {"id": "A-1"}}}},
        {"properties": {"account_id": "A-1"}},
    ],
)
def test_the_customer_is_found_where_sources_put_it(
    client: Client, token: str, place: dict[str, Any]
) -> None:
    call(client, token, "track", {"event": "login", "userId": "u1"} | place)
    assert [e["account_key"] for e in stored()] == ["A-1"]


def test_a_batch_brings_customer_person_and_event_at_once(client: Client, token: str) -> None:
    track = TRACK | {"type": "track", "context": {}}
    messages = [track, GROUP | {"type": "group"}, IDENTIFY | {"type": "identify"}, {"type": "page"}]
    answer = call(client, token, "batch", {"batch": messages, "sentAt": "2025-03-05T01:00:02Z"})
    assert answer.status_code == 200
    assert [r["index"] for r in answer.json()["refused"]] == [3]
    account = Account.objects.get(source="product", external_id="A-1")
    assert (account.name, account.employees) == ("青葉", 40)
    person = Person.objects.get()
    assert (person.name, person.email) == ("Ada Byron", "ada@example.com")
    assert Membership.objects.get().account == account
    assert [e["account_id"] for e in stored()] == [account.pk]


def test_a_known_customer_stays_as_it_is(client: Client, token: str) -> None:
    account = an_account(external_id="A-1", name="青葉製作所", source="crm")
    assert call(client, token, "group", GROUP).status_code == 200
    assert Account.objects.get().name == "青葉製作所"
    assert Membership.objects.get().account == account


def test_what_cannot_be_kept_is_said(client: Client, token: str) -> None:
    for kind, body, says in [
        ("track", {"userId": "u1", "event": 5, "context": {"groupId": "A"}}, "$.event: Expected"),
        ("track", {"event": "x", "userId": "stranger"}, "belongs to no single customer"),
        ("track", TRACK | {"timestamp": "soon"}, "$.timestamp: Invalid RFC3339"),
        ("group", {"userId": "u1"}, "$.groupId"),
        ("identify", {"traits": {}}, "$.userId: Expected"),
        ("page", {"userId": "u1"}, "is not kept"),
        ("batch", {"batch": 5}, "$.batch: Expected `array`"),
        ("batch", '{"batch":[' + "[" * 50_000, "nested too deeply"),
        ("track", '{"event": "\\ud800', "$"),
    ]:
        answer = call(client, token, kind, body)
        assert answer.status_code == 422, says
        assert says in answer.json()["detail"]
    assert stored() == []
    assert not Person.objects.exists()


def test_a_key_for_events_alone_keeps_events_only(client: Client) -> None:
    token = a_key(scopes=["events:write"])[1]
    assert call(client, token, "identify", IDENTIFY).status_code == 403
    batch = {"batch": [TRACK | {"type": "track"}, IDENTIFY | {"type": "identify"}]}
    answer = call(client, token, "batch", batch)
    assert answer.status_code == 200
    assert "people:write" in answer.json()["refused"][0]["reason"]
    assert not Person.objects.exists()
    assert len(stored()) == 1
