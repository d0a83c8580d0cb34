from __future__ import annotations

import html
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.listen.events.models import EventName
from banso.measure.metrics.tests.builders import measured
from banso.measure.revenue.reads import book
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.models import Finding
from banso.prove.studies.tests.builders import TODAY, companies
from banso.prove.worth import ground
from banso.prove.worth.asking import answer_to
from banso.prove.worth.jobs import compare_scenarios
from banso.prove.worth.models import Outcome
from banso.prove.worth.rules import Asked, got_there
from banso.prove.worth.tests.builders import a_scenario, present, see
from banso.shared import clock
from banso.shared.fields.models import FieldDefinition
from banso.shared.lake.tests.builders import an_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]
INDUSTRY = "field:account.industry"
REPORT = "milestone:event:report"


def text(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def card(metric: str, target: float, **more: Any) -> dict[str, Any]:
    with clock.held_at(TODAY):
        found = answer_to(Asked(metric, target, currency="JPY", **more), book(), TODAY)
    assert found.card is not None, found.refused
    return found.card


def refused(metric: str, target: float, **more: Any) -> str:
    with clock.held_at(TODAY):
        found = answer_to(Asked(metric, target, currency="JPY", **more), book(), TODAY)
    assert found.refused is not None
    return found.refused.reason


def with_fields(**fields: Any) -> list[Account]:
    """A company whose past retailers left more often; half of sixty present customers are some."""
    companies(500)
    accounts = present(60)
    for place, account in enumerate(accounts):
        account.industry = "Retail" if place % 2 else "Industry"
        account.country = "JP"
        account.custom = {name: values[place % 2] for name, values in fields.items()}
    Account.objects.bulk_update(accounts, ["industry", "country", "custom"])
    return accounts


def compared() -> None:
    with clock.held_at(TODAY):
        run_evidence()


def test_a_field_is_a_share_of_customers_with_a_value(client: Client) -> None:
    with_fields()
    compared()
    said = text(see(client, {"metric": INDUSTRY, "level": "Industry", "target": "80"}))
    question = "What if the share of customers with “Industry” in “Industry” went from 50% to 80%?"
    assert question in said
    assert "18 of 60 customers come to have it, whoever they are." in said
    assert "with it against without" in said and "Level 1: goes with renewal" in said
    assert "An upper bound, not an effect" in said
    assert "read it as another mix of customers" in said
    finding = Finding.objects.get(key="account.industry")
    assert reverse("studies:evidence_finding", args=[finding.pk]) in said
    assert 'id="id_threshold"' not in said and 'id="id_level"' in said
    known = text(client.get(reverse("studies:evidence_finding", args=[finding.pk])))
    assert f"{reverse('worth:worth')}?metric={INDUSTRY}" in known
    ja = text(see(client, {"metric": INDUSTRY, "level": "Industry", "target": "80"}, language="ja"))
    assert "顧客の構成が変わった場合の値" in ja


def test_the_value_that_renews_most_is_meant_where_none_is_said(client: Client) -> None:
    with_fields()
    compared()
    assert card(INDUSTRY, 0.8)["asked"]["level"] == "Industry"
    said = text(see(client, {"metric": INDUSTRY}))
    assert "with “Industry” in" in said
    assert refused(INDUSTRY, 0.8, level="Retail") == "against_having"
    assert refused("field:account.country", 0.8) in ("no_association", "not_enough_data")


def test_figures_of_a_field_are_those_of_its_groups_by_hand() -> None:
    """Nothing but industry tells decisions apart, so what a changed customer gains is the
    difference of the two groups' rates.
    """
    with_fields()
    compared()
    found = card(INDUSTRY, 1.0, low=1.0, high=1.0, quarters=0, discount=0.0)
    groups = {g["label"]: g["events"] / g["n"] for g in _groups("account.industry")}
    gain = (groups["Retail"] - groups["Industry"]) * found["evidence"]["kept_share"]
    decide = sum(day > 90 for day in np.linspace(5, 360, 60).astype(int)[1::2])
    assert found["figures"]["kept"]["value"] == pytest.approx(decide * gain, rel=0.2)


def _groups(key: str) -> list[dict[str, Any]]:
    return list(Finding.objects.get(key=key).numbers["groups"])


@pytest.mark.parametrize(("kind", "values"), [("choice", ("yes", "no")), ("number", (1, 0))])
def test_a_field_of_ones_own_can_be_asked(
    client: Client, kind: str, values: tuple[Any, Any]
) -> None:
    """Yes and no as words or as numbers: those that have it, here all but retailers."""
    FieldDefinition.objects.create(
        holder="account", key="trained", label_en="Admin trained", label_ja="管理者研修",
        kind=kind, known_when="start", choices=["yes", "no"] if kind == "choice" else [],
    )  # fmt: skip
    with_fields(trained=values)
    past = list(Account.objects.filter(external_id__startswith="A-"))
    for account in past:
        account.custom = {"trained": values[account.industry == "Retail"]}
    Account.objects.bulk_update(past, ["custom"])
    compared()
    asked = {"metric": "field:account.own.trained", "target": "75"}
    said = text(see(client, asked))
    assert "share of customers with “Yes” in “Admin trained” went from 50% to 75%" in said
    assert "管理者研修" in text(see(client, asked, language="ja"))
    with clock.held_at(TODAY):
        behind = client.get(reverse("worth:worth_customers"), asked)
    assert behind.status_code == 200


def test_a_number_of_customers_is_asked_by_its_mean(client: Client) -> None:
    random = np.random.default_rng(5)
    accounts = with_fields()
    past = list(Account.objects.filter(external_id__startswith="A-"))
    for account in [*past, *accounts]:
        more = 0 if account.industry == "Retail" else 40
        account.employees = int(random.integers(20, 60)) + more
    Account.objects.bulk_update([*past, *accounts], ["employees"])
    compared()
    said = text(see(client, {"metric": "field:account.employees", "target": "80"}))
    assert "What if the mean of “Employees” went from" in said
    assert 'id="id_compare"' in said


def test_the_plan_of_the_contract_that_runs_counts(client: Client) -> None:
    accounts = with_fields()
    retail = Account.objects.filter(industry="Retail")
    Subscription.objects.update(plan="Pro")
    Subscription.objects.filter(account__in=retail).update(plan="Basic")
    Subscription.objects.create(
        account=accounts[1], external_id="small", start=TODAY - timedelta(days=20),
        end=TODAY + timedelta(days=300), plan="Pro", mrr_minor=1, currency="JPY",
    )  # fmt: skip
    compared()
    found = card("field:subscription.plan", 0.9)
    assert found["asked"]["level"] == "Pro"
    assert found["change"]["now"] == pytest.approx(0.5)


def test_a_kept_field_is_held_against_what_came(client: Client) -> None:
    with_fields()
    compared()
    scenario = a_scenario(client, metric=INDUSTRY, level="Industry", target="80")
    assert scenario.metric_key == INDUSTRY
    Account.objects.filter(external_id__startswith="P-").update(industry="Industry")
    with clock.held_at(scenario.due_on):
        compare_scenarios()
    assert Outcome.objects.get().figures["metric"] in (None, 1.0)
    page = client.get(reverse("worth:scenario_detail", args=[scenario.pk]))
    assert "with “Industry” in “Industry”" in text(page)


def with_reports(*, speak: bool = True) -> None:
    """Most customers that stayed shared a report some days after their start; most that left did
    not, and half of the present ones. speak=False: it says nothing.
    """
    companies(200)
    accounts = present(60)
    Account.objects.update(signed_up_on=date(2024, 3, 1))
    left = set(
        Subscription.objects.filter(outcome="churned").values_list(
            "account__external_id", flat=True
        )
    )
    events = [an_event("2024-02-01 12:00", account_key="A-0", name="login")]
    for number, account in enumerate(Account.objects.order_by("pk")):
        key = account.external_id
        told = number % 3 == 0 if key in left else number % 3 != 0
        told = told if speak else number % 2 == 0
        if account in accounts:
            told = number % 2 == 0
        if told:
            day = date(2024, 3, 1) + timedelta(days=10 if number % 4 else 60)
            events.append(an_event(f"{day} 12:00", account_key=key, name="report"))
    measured(*events, on=TODAY)
    EventName.objects.filter(name="report").update(label_en="Report shared", label_ja="日報の共有")


def test_a_milestone_is_a_share_that_got_there(client: Client) -> None:
    with_reports()
    compared()
    said = text(see(client, {"metric": REPORT, "target": "80"}))
    question = "share of customers that got to “First “Report shared”” went from 50% to 80%"
    assert question in said
    assert "18 of 60 customers come to reach it, whoever they are." in said
    assert "reached against not" in said and "Level 1: goes with renewal" in said
    waits = reverse("lifetime:first_time") + "?metric=event%3Areport"
    assert waits in said
    with clock.held_at(TODAY):
        known = text(client.get(waits))
        assert f"{reverse('worth:worth')}?metric=milestone:event%3Areport" in known
    assert 'id="id_compare"' not in said and 'id="id_threshold"' in said
    assert "日報の共有" in text(see(client, {"metric": REPORT, "target": "80"}, language="ja"))


def test_a_milestone_within_days_counts_who_was_late_as_not(client: Client) -> None:
    with_reports()
    compared()
    within = {"metric": REPORT, "threshold": "30", "target": "60"}
    said = text(see(client, within))
    assert "within 30 days of their start went from" in said
    assert "as if getting there late did the same" in said
    now = card(REPORT, 0.6, threshold=30)["change"]["now"]
    assert 0 < now < card(REPORT, 0.8)["change"]["now"]
    assert "Enter a whole number." in text(see(client, within | {"threshold": "soon"}))


def test_a_milestone_that_says_nothing_gets_no_figure(client: Client) -> None:
    with_reports(speak=False)
    compared()
    said = text(see(client, {"metric": REPORT, "target": "80"}))
    assert "Value kept (LTV)" not in said
    assert "Nothing to calculate with yet" not in said


def test_a_milestone_must_stand_out_among_what_was_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_reports()
    compared()
    assert card(REPORT, 0.8)["level"] == "L1"
    monkeypatch.setattr(ground, "family_p", lambda _run: [1.0] * 1_000_000)
    assert refused(REPORT, 0.8) == "one_of_many"


def test_an_event_about_leaving_is_no_milestone_to_calculate_with() -> None:
    with_reports()
    EventName.objects.filter(name="report").update(label_en="Cancel clicked")
    compared()
    assert refused(REPORT, 0.8) == "about_leaving"


def test_who_got_there_and_who_may_yet() -> None:
    days = np.array([10.0, 40.0, 10.0, 40.0, np.nan])
    waits = np.array([False, False, True, True, False])
    assert got_there(days, waits, None)[:4].tolist() == [1, 1, 0, 0]
    within = got_there(days, waits, 30)
    assert within[[0, 1, 3]].tolist() == [1, 0, 0]
    assert np.isnan(within[[2, 4]]).all()


def test_entries_meant_for_another_kind_are_forgotten(client: Client) -> None:
    """Days of a milestone are no threshold of a field, and a value of one is none of another."""
    with_fields()
    compared()
    before = {"metric": INDUSTRY, "threshold": "30", "level": "Tuesday", "meant": f"{REPORT}||30"}
    said = text(see(client, before))
    assert "with “Industry” in “Industry”" in said and "Some entries cannot" not in said
    unknown = text(see(client, {"metric": INDUSTRY, "level": "Tuesday"}))
    assert "Select a valid choice" in unknown
    back = {
        "metric": "real",
        "level": "Industry",
        "target": "80",
        "meant": f"{INDUSTRY}|||Industry",
    }
    assert "What if the mean of “real in English”" in text(see(client, back))
