from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events import reads
from banso.listen.events.models import EventName, HiddenProperty
from banso.listen.events.tests.builders import a_property, an_event_name
from banso.listen.events.writes import refresh_names
from banso.shared.journal.models import Entry
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/properties/hide/"


@pytest.fixture(autouse=True)
def analyst(client: Client) -> None:
    client.force_login(a_user(role="analyst"))


def test_what_is_hidden_loses_its_examples_and_is_offered_nowhere(client: Client) -> None:
    for name in ("export", "share"):
        an_event_name(name, properties=[a_property("pages", example="42"), a_property("plan")])
    answer = client.post(URL, {"prop": ["pages", ""], "action": "hide"})
    assert answer["Location"] == "/events/properties/"
    for event in EventName.objects.all():
        assert "42" not in str(event.properties)
        assert event.numeric_properties == ["plan"]
        assert [found["key"] for found in event.shown_properties] == ["plan"]
    assert reads.is_hidden("pages")
    assert Entry.objects.filter(kind="properties.hidden").count() == 1
    client.post(URL, {"prop": "pages", "action": "show"})
    assert not HiddenProperty.objects.exists()
    assert EventName.objects.filter(name="share").get().numeric_properties == ["pages", "plan"]


def test_it_may_be_hidden_of_one_event_alone(client: Client) -> None:
    export, share = (an_event_name(n, properties=[a_property("to")]) for n in ("export", "share"))
    answer = client.post(URL, {"prop": "to", "event": export.pk, "action": "hide"})
    assert answer["Location"] == f"/events/{export.pk}/"
    export.refresh_from_db()
    share.refresh_from_db()
    assert (export.shown_properties, len(share.shown_properties)) == ([], 1)
    assert reads.is_hidden("to", "export")
    assert not reads.is_hidden("to")
    client.post(URL, {"prop": "to", "event": export.pk, "action": "show"})
    assert not reads.is_hidden("to", "export")


def test_new_events_bring_no_examples_of_it(client: Client) -> None:
    client.post(URL, {"prop": "plan", "action": "hide"})
    lake.append(events=a_table(an_event(props='{"plan": "gold"}')), source="s")
    lake.compact()
    refresh_names()
    assert "gold" not in str(EventName.objects.get().properties)


def test_a_csm_may_not(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.post(URL, {"prop": "plan"}).status_code == 403
    assert client.get(URL).status_code == 405
