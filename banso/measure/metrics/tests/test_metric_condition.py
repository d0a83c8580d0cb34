from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.models import HiddenProperty
from banso.listen.events.tests.builders import an_event_name
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PLAN = {"key": "plan", "numeric": False, "example": "pro"}
MAIL = {"key": "mail", "numeric": False, "example": "a@example.com"}
SIZE = {"key": "size", "numeric": True, "example": "12"}
ADDRESS = "/metrics/conditions/recent_count/"


@pytest.fixture
def analyst(client: Client) -> Client:
    an_event_name("login", properties=[PLAN, SIZE, MAIL])
    HiddenProperty.objects.create(prop="mail", hidden_at=clock.now())
    client.force_login(a_user(role="analyst", language="en"))
    return client


def rows(analyst: Client, **sent: str) -> str:
    return analyst.get(ADDRESS, sent).content.decode()


def test_rows_come_and_go(analyst: Client) -> None:
    assert "every such event counts" in rows(analyst)
    one = rows(analyst, add="1")
    assert 'name="where-0-prop"' in one and "where-1-prop" not in one
    sent = {"where-0-prop": "plan", "where-0-value": "pro", "where-1-prop": "size"}
    assert "where-2-prop" in rows(analyst, **sent, add="1")
    full = rows(analyst, **sent, **{"where-2-prop": ""}, add="1")
    assert "where-3-prop" not in full and "Add a condition" not in full
    left = rows(analyst, **sent, drop="0")
    assert '<option value="size" selected>' in left and "where-1-prop" not in left


def test_a_row_suits_its_property(analyst: Client) -> None:
    text = rows(analyst, **{"where-0-prop": "plan"})
    assert '<option value="pro">' in text
    assert "at_least" not in text
    assert "is-invalid" not in text
    assert "at_least" in rows(analyst, **{"where-0-prop": "size"})
    assert "where-0-value" not in rows(analyst, **{"where-0-prop": "plan", "where-0-op": "exists"})


def test_what_is_hidden_is_not_offered(analyst: Client) -> None:
    for text in (rows(analyst, add="1"), rows(analyst, **{"where-0-prop": "mail"})):
        assert 'value="mail"' not in text
        assert "a@example.com" not in text


def test_rows_do_not_lose_what_others_say(analyst: Client) -> None:
    answer = analyst.get(ADDRESS, {"where-0-prop": "<b>", "where-0-value": '"><script>'})
    assert "<script>" not in answer.content.decode()
    assert answer["HX-Trigger-After-Swap"] == "conditions"


def test_who_may_not_define_sees_no_rows(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(ADDRESS).status_code == 403
    client.force_login(a_user(role="analyst", email="other@example.com"))
    assert client.get("/metrics/conditions/nothing/").status_code == 404
