from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.models import Feature
from banso.listen.events.tests.builders import a_property, an_event_name
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_an_analyst_names_an_event(client: Client) -> None:
    reports = Feature.objects.create(key="reports")
    event = an_event_name("rpt_shr")
    client.force_login(a_user(role="analyst", language="en"))
    sent = {"label_en": "Report shared", "label_ja": "レポート共有", "is_core": "on"}
    answer = client.post(f"/events/{event.pk}/", sent | {"feature": reports.pk})
    assert answer.status_code == 302
    event.refresh_from_db()
    assert (event.label_en, event.label_ja, event.is_core, event.feature) == (
        "Report shared",
        "レポート共有",
        True,
        reports,
    )
    assert Entry.objects.filter(kind="event.named").count() == 1


def test_its_properties_are_shown_with_type_share_and_example(client: Client) -> None:
    properties = [
        a_property("pages", example="314"),
        a_property("mail", personal=True, example=""),
        a_property("secret", hidden=True, example=""),
    ]
    event = an_event_name(properties=properties, count=20)
    client.force_login(a_user(role="analyst", language="en"))
    text = client.get(f"/events/{event.pk}/").content.decode()
    for said in ("pages", "Number", "(25%)", "314", "Looks personal", "Hidden"):
        assert said in text


def test_a_csm_may_not(client: Client) -> None:
    event = an_event_name()
    client.force_login(a_user(role="csm"))
    assert client.post(f"/events/{event.pk}/", {"label_en": "x"}).status_code == 403
