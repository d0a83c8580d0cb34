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


def test_a_csm_may_not(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(f"/metrics/{a_metric().key}/edit/").status_code == 403
