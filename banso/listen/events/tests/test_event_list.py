from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.shared.journal.jobs import run_owed
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/"


def page(client: Client, role: str = "csm", query: str = "") -> str:
    client.force_login(a_user(role=role, language="en"))
    return client.get(f"{URL}{query}").content.decode()


def test_an_empty_page_teaches_to_import(client: Client) -> None:
    text = page(client)
    assert "No events yet" in text
    assert "Import events" in text


def test_what_arrived_is_listed(client: Client) -> None:
    an_account(external_id="A-1")
    lake.append(events=a_table(an_event(name="report_shared")), source="s")
    assert "Events are being sorted in" in page(client)
    run_owed()
    text = page(client)
    assert "report_shared" in text
    assert "1 event so far" in text
    assert "No event is marked as a core action yet" in text
    assert "Edit" not in text
    assert "Edit" in page(client, role="analyst")
    assert "No event has “zzz” in its name" in page(client, query="?q=zz%00z")


def test_events_that_wait_are_shown_with_what_to_do(client: Client) -> None:
    events = [an_event(account_key="<b>X-9</b>", event_id=str(n)) for n in range(2)]
    lake.append(events=a_table(*events), source="s")
    run_owed()
    text = page(client)
    assert "2 events wait for their customers" in text
    assert "&lt;b&gt;X-9&lt;/b&gt;" in text
    assert "Import customers" in text
