from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.models import EventName, Feature
from banso.listen.events.tests.builders import an_event_name
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reports(client: Client) -> Feature:
    client.force_login(a_user(role="analyst", language="en"))
    return Feature.objects.create(key="reports", name_en="Reports")


def test_it_is_renamed(client: Client, reports: Feature) -> None:
    an_event_name("export", feature=reports)
    url = f"/events/features/{reports.pk}/"
    assert "export" in client.get(url).content.decode()
    client.post(url, {"name_en": "Reporting", "key": "reports"})
    assert Feature.objects.get().name_en == "Reporting"
    wrong = client.post(url, {"name_en": "", "key": "reports"})
    assert "Give the feature a name" in wrong.content.decode()


def test_deleting_it_leaves_its_events(client: Client, reports: Feature) -> None:
    an_event_name("export", feature=reports)
    client.post(f"/events/features/{reports.pk}/", {"action": "delete"})
    assert not Feature.objects.exists()
    assert EventName.objects.get().feature is None


def test_a_csm_may_not(client: Client, reports: Feature) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(f"/events/features/{reports.pk}/").status_code == 403
