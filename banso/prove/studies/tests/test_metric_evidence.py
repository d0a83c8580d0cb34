from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from banso.measure.metrics.tests.builders import a_metric
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.models import EvidenceRun, MetricPage
from banso.prove.studies.tests.builders import TODAY, companies
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]


@pytest.fixture
def found() -> EvidenceRun:
    companies(700)
    with clock.held_at(TODAY):
        run_evidence()
    return EvidenceRun.objects.get()


def see(client: Client, key: str, query: str = "", language: str = "en") -> str:
    client.force_login(a_user(role="viewer", language=language))
    with clock.held_at(TODAY):
        response = client.get(reverse("studies:metric_evidence", args=[key]) + query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def kept(key: str) -> MetricPage:
    return MetricPage.objects.get(finding__key=f"metric.{key}")


def test_the_page_answers_with_its_level_and_every_figure_has_its_n(
    client: Client, found: EvidenceRun
) -> None:
    text = see(client, "real")
    assert "What do we know about “real in English” and renewal?" in text
    assert "tend to renew" in text
    assert "An association, not an effect" in text
    page = kept("real").numbers
    finding = kept("real").finding
    assert finding.level == "L2", "industry, season and the other metrics leave it standing"
    assert finding.numbers["level"] == "L2" and "level" not in page
    assert "Level 2: candidate driver" in text
    assert "The difference remains." in text
    assert "n = 700 decisions" in text
    for group in page["cohorts"]:
        rate = group["rate"]
        assert f"{100 * rate['value']:.0f}% ({100 * rate['low']:.0f}–" in text
    assert sum(group["n"] for group in page["cohorts"]) == 700
    assert "Industry" in text
    assert "何がわかっているか" in see(client, "real", language="ja")


def test_a_group_leads_to_its_customers(client: Client, found: EvidenceRun) -> None:
    group = kept("real").numbers["cohorts"][0]
    text = see(client, "real", "?place=0&outcome=churned")
    assert f"({group['events']})" in text
    assert "/customers/" in text
    assert f"({group['n'] - group['events']})" in see(client, "real", "?place=0&outcome=renewed")


def test_what_cannot_be_judged_shows_no_side(client: Client) -> None:
    companies(60, lost=0.2)
    with clock.held_at(TODAY):
        run_evidence()
    text = see(client, "real")
    assert "Level 0: not enough data yet" in text
    assert "Known by about" in text
    assert "Renewal rate" not in text
    assert "tend to" not in text
    assert "This is asked once the metric alone can be judged." in text


def test_twenty_customers_get_a_date_and_no_groups(client: Client) -> None:
    companies(20)
    with clock.held_at(TODAY):
        run_evidence()
    text = see(client, "real")
    assert "Not enough data yet" in text
    assert "Known by about" in text
    assert "Groups are made from 40 decisions" in text
    assert "まだ判断できません" in see(client, "real", language="ja")


def test_a_leak_shows_both_times_and_no_rates(client: Client, found: EvidenceRun) -> None:
    text = see(client, "leak")
    assert "The alarm went off" in text
    assert "in the last month" in text
    assert "Renewal rate" not in text
    assert "leak in English" not in see(client, "real").split("Metrics held:")[1].split("</p>")[0]


def test_the_quarters_end_with_what_is_known_now(client: Client, found: EvidenceRun) -> None:
    page, finding = kept("real").numbers, kept("real").finding
    last = page["quarters"][-1]
    assert last["value"] == pytest.approx(finding.numbers["estimate"]["value"])
    counts = [quarter["n"] for quarter in page["quarters"]]
    assert counts == sorted(counts)
    assert 4 <= len(counts) <= 8


@pytest.mark.parametrize(
    ("table", "first"),
    [
        ("spread", "From,To,Decisions,Share"),
        ("cohorts", 'From,To,n,Not renewed,Renewal rate,"95% interval, low","95% interval, high"'),
        (
            "quarters",
            'Known on,Verdict,Odds ratio,"95% interval, low","95% interval, high",n,Not re',
        ),
        ("segment:account.industry", "Industry,Verdict,Odds ratio,"),
        ("", "Customer,Decided on,Measured on,Renewed,real in English"),
    ],
)
def test_every_table_comes_as_a_file(
    client: Client, found: EvidenceRun, table: str, first: str
) -> None:
    client.force_login(a_user(role="viewer", language="en"))
    asked = {"table": table} if table else {"format": "csv", "place": "1"}
    response = client.get(reverse("studies:metric_evidence", args=["real"]), asked)
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[0].startswith(first)
    assert len(lines) > 2


def test_the_number_of_queries_is_fixed(
    client: Client, found: EvidenceRun, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(a_user(role="viewer", language="en"))
    url = reverse("studies:metric_evidence", args=["real"])
    client.get(url)
    with django_assert_num_queries(6):
        client.get(url)


@pytest.mark.parametrize(
    "query", ["?place=99", "?place=x", "?page=999", "?outcome=nonsense", "?table=nonsense"]
)
def test_a_strange_address_is_answered(client: Client, found: EvidenceRun, query: str) -> None:
    see(client, "real", query)


def test_before_any_comparison_the_page_says_what_to_do(client: Client) -> None:
    metric = a_metric("logins")
    assert "No contracts are known yet" in see(client, metric.key)
    client.force_login(a_user(role="viewer", language="en"))
    assert client.get(reverse("studies:metric_evidence", args=["nothing"])).status_code == 404


def test_a_metric_defined_since_waits_for_the_next_run(client: Client, found: EvidenceRun) -> None:
    a_metric("logins")
    assert "has not been compared yet" in see(client, "logins")


def test_only_the_newest_run_keeps_pages(found: EvidenceRun) -> None:
    EvidenceRun.objects.update(data_hash="other")
    with clock.held_at(TODAY):
        run_evidence()
    assert {page.finding.run_id for page in MetricPage.objects.select_related("finding")} == {
        EvidenceRun.objects.latest("pk").pk
    }


def test_the_lists_lead_here(client: Client, found: EvidenceRun) -> None:
    client.force_login(a_user(role="viewer", language="en"))
    url = reverse("studies:metric_evidence", args=["real"])
    finding = found.findings.get(key="metric.real")
    for page in (
        reverse("studies:evidence_list"),
        reverse("studies:evidence_finding", args=[finding.pk]),
    ):
        text = client.get(page).content.decode()
        assert url in text
        assert "Level 2: candidate driver" in text, "one level wherever the metric is shown"
    metric = reverse("metrics:metric_detail", args=[a_metric("logins").key])
    assert (
        reverse("studies:metric_evidence", args=["logins"]) in client.get(metric).content.decode()
    )
