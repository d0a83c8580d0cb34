from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.metrics.tests.builders import a_metric
from banso.prove.hypotheses.models import Hypothesis, Level
from banso.prove.hypotheses.reads import ledger_state
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.prove.studies.models import EvidenceRun, Finding
from banso.shared import clock
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("hypotheses:write_hypothesis")


@pytest.fixture
def form(client: Client) -> dict[str, Any]:
    user = a_user(role="analyst", language="en")
    client.force_login(user)
    return {
        "statement": "30日以内に共有した顧客は更新しやすい",
        "metric": a_metric("first_report", shape="days_to_first", unit="days").pk,
        "compare": "at_most",
        "threshold": "30",
        "direction": "more",
        "outcome": "renewal",
        "segment": "",
        "smallest": "12",
        "every_months": "3",
        "next_check_on": clock.today() + timedelta(days=40),
        "owner": user.pk,
    }


def test_it_is_written_down_as_said_and_compared_soon(client: Client, form: dict[str, Any]) -> None:
    response = client.post(URL, form)
    made = Hypothesis.objects.get()
    assert response.headers["Location"] == reverse("hypotheses:hypothesis_detail", args=[made.pk])
    assert (made.statement, made.threshold, made.smallest) == (form["statement"], 30.0, 0.12)
    assert (made.metric_version, made.metric_shape) == (1, "days_to_first")
    assert ledger_state().holds
    assert Job.objects.filter(name="hypotheses.check", args={"asked": True}).exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("threshold", "", "Say from which value on it counts as reached."),
        ("next_check_on", "2020-01-01", "Choose a day after today."),
        ("smallest", "0", "greater than or equal to 1"),
        ("outcome", "fame", "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_at_its_place(
    client: Client, form: dict[str, Any], field: str, value: str, said: str
) -> None:
    response = client.post(URL, form | {field: value})
    assert said in response.content.decode()
    assert not Hypothesis.objects.exists()


def test_a_metric_about_leaving_is_refused(client: Client, form: dict[str, Any]) -> None:
    metric = a_metric("cancel_clicks", params={"event": "cancel_clicked", "days": 28})
    response = client.post(URL, form | {"metric": metric.pk})
    assert "it cannot foretell it" in response.content.decode()


def test_without_metrics_the_page_says_where_they_come_from(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))
    assert "metrics come with usage events" in client.get(URL).content.decode()


def test_percent_metrics_take_percent(client: Client, form: dict[str, Any]) -> None:
    metric = a_metric("share", unit="share")
    client.post(URL, form | {"metric": metric.pk, "compare": "at_least", "threshold": "40"})
    assert Hypothesis.objects.get().threshold == pytest.approx(0.4)


def test_a_finding_fills_the_form_and_starts_as_found_once(
    client: Client, form: dict[str, Any]
) -> None:
    run = EvidenceRun.objects.create(
        started_at=clock.now(), state="done", data_cut=clock.today() - timedelta(days=3)
    )
    finding = Finding.objects.create(
        run=run, key="metric.first_report", group="metric", label_en="First report",
        label_ja="初回レポート", level="L1", verdict="associated", position=0,
        numbers={"direction": "less", "kind": "number"},
    )  # fmt: skip
    page = client.get(URL, {"finding": finding.pk}).content.decode()
    assert "Those do not count again" in page
    assert '<option value="less" selected>' in page
    plain = {"compare": "", "threshold": "", "direction": "less"}
    client.post(f"{URL}?finding={finding.pk}", form | plain)
    made = Hypothesis.objects.get()
    assert (made.level, made.found_in) == (Level.ASSOCIATED, finding)


def test_writing_anew_takes_over_the_claim_but_not_what_it_found(
    client: Client, form: dict[str, Any]
) -> None:
    old = an_hypothesis()
    Hypothesis.objects.filter(pk=old.pk).update(level=Level.REPLICATED)
    page = client.get(URL, {"again": old.pk}).content.decode()
    assert old.statement in page
    client.post(f"{URL}?again={old.pk}", form)
    made = Hypothesis.objects.latest("pk")
    assert (made.replaces, made.level) == (old, Level.CANDIDATE)


def test_only_who_may_define_writes(client: Client, form: dict[str, Any]) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(URL).status_code == 403
    assert client.post(URL, form).status_code == 403
