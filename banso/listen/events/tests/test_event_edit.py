from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.tests.builders import an_event_name
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_an_analyst_names_an_event(client: Client) -> None:
    event = an_event_name("rpt_shr", properties=[{"key": "pages", "numeric": True, "example": "3"}])
    client.force_login(a_user(role="analyst", language="en"))
    assert "pages" in client.get(f"/events/{event.pk}/").content.decode()
    sent = {"label_en": "Report shared", "label_ja": "レポート共有", "is_core": "on"}
    answer = client.post(f"/events/{event.pk}/", sent)
    assert answer.status_code == 302
    event.refresh_from_db()
    assert (event.label_en, event.label_ja, event.is_core) == (
        "Report shared",
        "レポート共有",
        True,
    )
    assert Entry.objects.filter(kind="event.named").count() == 1


def test_a_csm_may_not(client: Client) -> None:
    event = an_event_name()
    client.force_login(a_user(role="csm"))
    assert client.post(f"/events/{event.pk}/", {"label_en": "x"}).status_code == 403
