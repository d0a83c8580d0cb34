from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from banso.listen.imports.guessing import propose
from banso.listen.imports.models import ImportRun, Mapping
from banso.listen.imports.tests.builders import an_upload
from banso.listen.imports.writes import start_draft
from banso.shared.journal.models import Entry, Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
SUBSCRIPTIONS = "subscription_id,account_id,start_date,note\nS1,A,3/1/2024,x\nS2,A,4/5/2024,y\n"


def a_draft(content: str | bytes) -> ImportRun:
    upload = an_upload(content)
    return start_draft(by=None, upload=upload, mapping=propose(upload).mapping)


def address(run: ImportRun) -> str:
    return reverse("imports:import_mapping", args=[run.pk])


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager", language="en"))
    return client


def test_the_guess_is_shown_with_values_as_understood(manager: Client) -> None:
    page = manager.get(
        address(a_draft("顧客ID,会社名,登録日\nA,あおば,R6.3.1\nB,みなと,someday\n"))
    ).content.decode()
    assert '<option value="signed_up_on" selected>' in page
    assert "1 Mar 2024" in page
    assert "“someday” is not a date." in page


def test_dates_that_can_be_read_both_ways_are_asked_for(manager: Client) -> None:
    run = a_draft(SUBSCRIPTIONS)
    assert "The dates can be read both ways." in manager.get(address(run)).content.decode()
    form = {"kind": "subscriptions", "kind_before": "subscriptions", "order-2": "dmy"}
    again = manager.post(address(run), form, headers={"HX-Request": "true"}).content.decode()
    assert "3 Jan 2024" in again
    assert "<html" not in again


def test_the_form_changes_columns_and_starts_the_check(manager: Client) -> None:
    run = a_draft(SUBSCRIPTIONS)
    form = {
        "kind": "subscriptions", "kind_before": "subscriptions", "do": "check", "keep": "yes",
        "order-2": "dmy", "target-3": "plan", "source": "billing",
    }  # fmt: skip
    answer = manager.post(address(run), form)
    assert answer.headers["Location"] == reverse("imports:import_check", args=[run.pk])
    run.refresh_from_db()
    assert (run.state, run.mapping["source"]) == ("checking", "billing")
    assert [(c["target"], c["order"]) for c in run.mapping["columns"]][2:] == [
        ("start", "dmy"),
        ("plan", "mdy"),
    ]
    assert Job.objects.filter(name="imports.check", args={"run_id": run.pk}).exists()
    assert Mapping.objects.get().name == "file.csv"


def test_another_kind_makes_another_guess(manager: Client) -> None:
    run = a_draft("account_id,account_name\nA,Aoba\n")
    page = manager.post(
        address(run), {"kind": "events", "kind_before": "accounts"}
    ).content.decode()
    assert "No column goes to Date and time." in page


def test_a_summary_says_that_it_has_no_customers(manager: Client) -> None:
    page = manager.get(address(a_draft("month,nos_customers\n0,1000\n1,869\n"))).content.decode()
    assert "No customers were found in this file" in page


def test_another_encoding_reads_the_file_again(manager: Client) -> None:
    run = a_draft("顧客ID,会社名\nA,あおば\n".encode("euc_jp"))
    form = {"kind": "accounts", "kind_before": "", "encoding": "euc_jp"}
    assert "会社名" in manager.post(address(run), form).content.decode()
    assert Entry.objects.get(kind="import.reread").by == get_user(manager)


def test_only_some_roles_may(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(address(a_draft("account_id,account_name\nA,Aoba\n"))).status_code == 403


def test_events_without_a_name_say_where_to_write_one(manager: Client) -> None:
    run = a_draft("churn_event_id,account_id,churn_date,reason\nC-1,A,2024-10-27,price\n")
    page = manager.get(address(run)).content.decode()
    assert "No column holds the name of the event." in page
    assert "under “Event name where no column has one”" in page
