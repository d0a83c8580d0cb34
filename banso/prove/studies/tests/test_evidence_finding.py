from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from banso.know.subscriptions.models import Subscription
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.kept_rows import drop_rows
from banso.prove.studies.models import EvidenceRun, Finding
from banso.prove.studies.tests.builders import TODAY, companies
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]


@pytest.fixture
def found() -> EvidenceRun:
    companies(600)
    with clock.held_at(TODAY):
        run_evidence()
    return EvidenceRun.objects.get()


def see(client: Client, key: str, query: str = "", language: str = "en") -> str:
    client.force_login(a_user(role="viewer", language=language))
    finding = Finding.objects.filter(key=key).latest("pk")
    with clock.held_at(TODAY):
        response = client.get(reverse("studies:evidence_finding", args=[finding.pk]) + query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_a_finding_shows_rates_with_n_and_what_was_compared(
    client: Client, found: EvidenceRun
) -> None:
    text = see(client, "metric.real")
    numbers = found.findings.get(key="metric.real").numbers
    assert "Does “real in English” go with renewal?" in text
    for group in numbers["groups"]:
        rate = group["rate"]
        assert f"{100 * rate['value']:.0f}% ({100 * rate['low']:.0f}–" in text
    assert f"{numbers['n_accounts']} customers" in text
    assert "90 days before the decision" in text
    assert "Checks made" in text
    assert "もとになった更新判断" in see(client, "metric.real", language="ja")


def test_the_decisions_of_a_third_and_an_outcome_lead_to_the_customers(
    client: Client, found: EvidenceRun
) -> None:
    groups = found.findings.get(key="metric.real").numbers["groups"]
    text = see(client, "metric.real", "?place=0&outcome=churned")
    assert f"({groups[0]['events']})" in text
    assert "あおば製作所" in text
    assert "/customers/" in text


def test_levels_are_listed_with_their_customers(client: Client, found: EvidenceRun) -> None:
    finding = found.findings.get(key="account.industry")
    place = [group["label"] for group in finding.numbers["groups"]].index("Retail")
    text = see(client, "account.industry", f"?place={place}")
    n = Subscription.objects.filter(account__industry="Retail").count()
    assert f"({n})" in text
    assert "reference" in text


def test_the_decisions_come_as_a_file(client: Client, found: EvidenceRun) -> None:
    client.force_login(a_user(role="viewer", language="en"))
    finding = found.findings.get(key="metric.real")
    url = reverse("studies:evidence_finding", args=[finding.pk])
    response = client.get(url, {"place": "1", "format": "csv"})
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[0] == "Customer,Decided on,Measured on,Renewed,real in English"
    assert len(lines) == 1 + finding.numbers["groups"][1]["n"]


def test_a_suspicious_one_shows_both_times_and_no_rates(client: Client, found: EvidenceRun) -> None:
    text = see(client, "metric.leak")
    assert re.search(r"[\d.]+ at the landmark, [\d.]+ in the last month", text)
    assert "Lowest third" not in text
    assert "It cannot be used as a KPI" in text


def test_one_that_cannot_be_judged_shows_no_rates_and_no_direction(client: Client) -> None:
    companies(60, lost=0.2)
    with clock.held_at(TODAY):
        run_evidence()
    text = see(client, "metric.real")
    assert "Highest third" not in text
    assert "tend to" not in text
    assert "Known by about" in text


def test_an_old_finding_leads_to_the_newest_and_says_when_its_decisions_are_gone(
    client: Client, found: EvidenceRun
) -> None:
    Subscription.objects.filter(external_id="S-1").delete()
    with clock.held_at(TODAY):
        run_evidence()
    assert "Found before" in see(client, "metric.real")
    drop_rows([found.pk])
    old = found.findings.get(key="metric.real")
    text = client.get(reverse("studies:evidence_finding", args=[old.pk])).content.decode()
    assert "See the newest answer" in text
    assert "kept for the newest five computations" in text


def test_the_number_of_queries_is_fixed(
    client: Client, found: EvidenceRun, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(a_user(role="viewer", language="en"))
    url = reverse("studies:evidence_finding", args=[found.findings.get(key="metric.real").pk])
    client.get(url)
    with django_assert_num_queries(7):
        client.get(url)


@pytest.mark.parametrize(
    "query", ["?place=99", "?place=x", f"?place={'9' * 5000}", "?page=999", "?outcome=nonsense"]
)
def test_a_strange_address_is_answered(client: Client, found: EvidenceRun, query: str) -> None:
    see(client, "metric.real", query)


def test_who_may_define_can_write_a_metric_down_as_a_hypothesis(
    client: Client, found: EvidenceRun
) -> None:
    button = "Write this down as a hypothesis"
    assert button not in see(client, "metric.real")
    client.force_login(a_user(role="analyst", language="en"))
    pages = {}
    for key in ("metric.real", "account.industry"):
        finding = Finding.objects.get(key=key)
        url = reverse("studies:evidence_finding", args=[finding.pk])
        pages[key] = client.get(url).content.decode()
    assert button in pages["metric.real"]
    assert button not in pages["account.industry"], "hypotheses are about metrics"
