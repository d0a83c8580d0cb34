from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.tests.builders import an_event_name
from banso.measure.metrics.tests.builders import a_metric
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
NAMES = {"name_en": "Sign-ins", "name_ja": "ログイン", "unit": "times", "better": "higher"}


def test_another_choice_is_another_version(client: Client) -> None:
    an_event_name("login")
    metric = a_metric()
    client.force_login(a_user(role="analyst", language="en"))
    assert 'value="28"' in client.get(f"/metrics/{metric.key}/edit/").content.decode()
    client.post(f"/metrics/{metric.key}/edit/", NAMES | {"event": "login", "days": "28"})
    metric.refresh_from_db()
    assert (metric.version, metric.name_en) == (1, "Sign-ins")
    client.post(f"/metrics/{metric.key}/edit/", NAMES | {"event": "login", "days": "7"})
    metric.refresh_from_db()
    assert (metric.version, metric.params["days"]) == (2, 7)
    assert [v.params["days"] for v in metric.versions.all()] == [7, 28]


def test_the_filter_stays_and_may_go(client: Client) -> None:
    plan = {"key": "plan", "numeric": False, "example": "pro"}
    an_event_name("login", properties=[plan])
    where = [{"prop": "plan", "op": "one_of", "value": ["pro", "team"]}]
    metric = a_metric(params={"event": "login", "days": 28, "where": where})
    client.force_login(a_user(role="analyst", language="en"))
    text = client.get(f"/metrics/{metric.key}/edit/").content.decode()
    assert 'value="pro, team"' in text
    assert "Other choices make version 2" in text
    sent = NAMES | {"event": "login", "days": "28"}
    row = {"where-0-prop": "plan", "where-0-op": "one_of", "where-0-value": "pro, team"}
    client.post(f"/metrics/{metric.key}/edit/", sent | row)
    metric.refresh_from_db()
    assert metric.version == 1
    answer = client.post(f"/metrics/{metric.key}/edit/", sent, follow=True)
    assert "Saved as version 2" in answer.content.decode()
    metric.refresh_from_db()
    assert metric.params == {"event": "login", "days": 28}
    assert "Filter: “plan” is one of “pro”, “team” → none" in answer.content.decode()


def test_a_filter_by_what_no_longer_comes_can_be_kept(client: Client) -> None:
    an_event_name("login")
    where = [{"prop": "old", "op": "at_least", "value": 3}]
    metric = a_metric(params={"event": "login", "days": 28, "where": where})
    client.force_login(a_user(role="analyst", language="en"))
    row = {"where-0-prop": "old", "where-0-op": "at_least", "where-0-value": "3"}
    client.post(f"/metrics/{metric.key}/edit/", NAMES | {"event": "login", "days": "28"} | row)
    metric.refresh_from_db()
    assert (metric.version, metric.params["where"]) == (1, where)


def test_a_name_made_from_the_definition_changes_with_it(client: Client) -> None:
    an_event_name("login")
    metric = a_metric(name_en="Login (28 days)", name_ja="私たちのログイン")
    client.force_login(a_user(role="analyst", language="en"))
    text = client.get(f"/metrics/{metric.key}/edit/").content.decode()
    assert "Login (28 days)" not in text.split('name="name_en"')[1].split(">")[0]
    assert 'value="私たちのログイン"' in text
    sent = {"event": "login", "days": "7", "name_en": "", "name_ja": "私たちのログイン"}
    client.post(f"/metrics/{metric.key}/edit/", NAMES | sent)
    metric.refresh_from_db()
    assert (metric.name_en, metric.name_ja) == ("Login (7 days)", "私たちのログイン")


def test_a_csm_may_not(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(f"/metrics/{a_metric().key}/edit/").status_code == 403
