from __future__ import annotations

import html
import re
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from pptx import Presentation

from banso.act.tasks.models import Task
from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import AccountMeasures
from banso.prove.worth import writes
from banso.prove.worth.jobs import compare_scenarios
from banso.prove.worth.models import Outcome, Scenario
from banso.prove.worth.tests.builders import a_company, a_scenario
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]


@pytest.fixture
def scenario(client: Client, planted: None) -> Scenario:
    a_company()
    return a_scenario(client)


def url(scenario: Scenario) -> str:
    return reverse("worth:scenario_detail", args=[scenario.pk])


def text(client: Client, scenario: Scenario) -> str:
    response = client.get(url(scenario))
    assert response.status_code == 200
    main = re.sub(r'value="[^"]*"', "", response.content.decode().split("<main")[1])
    return " ".join(html.unescape(main).split())


def a_year_later(scenario: Scenario, *, leave: int) -> None:
    """The contracts run on but for so many, and the metric rose."""
    left = Subscription.objects.filter(external_id__startswith="P-").order_by("pk")[:leave]
    Subscription.objects.filter(pk__in=[s.pk for s in left]).update(outcome="churned")
    for ended in Subscription.objects.filter(external_id__startswith="P-").exclude(
        outcome="churned"
    ):
        assert ended.end is not None
        Subscription.objects.create(
            account_id=ended.account_id, external_id=f"{ended.external_id}-2",
            start=ended.end + timedelta(days=1), end=ended.end + timedelta(days=365),
            term_months=12, mrr_minor=120_000, currency="JPY",
        )  # fmt: skip
    AccountMeasures.objects.update(values={"real": {"v": 0.5, "c": False}})
    with clock.held_at(scenario.due_on):
        compare_scenarios()


def test_question_assumptions_customers_and_estimate_are_frozen(
    client: Client, scenario: Scenario
) -> None:
    promise = scenario.estimates.get()
    assert scenario.due_on.isoformat() == "2027-06-30"
    assert len(scenario.members) == 60 and scenario.members[0][1] == 100_000
    assert promise.data_cut and promise.data_hash and promise.code_version
    assert promise.by == scenario.created_by
    assert "Saved. On its day" in text(client, scenario)
    before = text(client, scenario)
    AccountMeasures.objects.all().delete()
    assert text(client, scenario) == before
    assert "An upper bound, not an effect" in before
    assert "Held against what comes on 30 Jun" in before


def test_on_its_day_it_is_held_against_what_came(client: Client, scenario: Scenario) -> None:
    with clock.held_at(scenario.due_on - timedelta(days=1)):
        compare_scenarios()
    assert not Outcome.objects.exists()
    a_year_later(scenario, leave=12)
    came = Outcome.objects.get().figures
    assert (came["n"], came["kept"]) == (60, 48)
    assert came["mrr_then"] == 6_000_000
    assert (came["mrr"], came["mrr_now"]) == (4_800_000, 48 * 120_000)
    assert (came["metric"], came["metric_n"]) == (0.5, 48)
    said = text(client, scenario)
    assert "is at 0.5 (n = 48)" in said
    assert "Of 60 customers 48 are still there." in said
    assert "does not tell them apart" in said
    assert "does not show that the change brought it" in said


def test_what_nobody_expected_is_said(client: Client, scenario: Scenario) -> None:
    a_year_later(scenario, leave=55)
    assert "That fits neither" in text(client, scenario)


def test_the_owner_gets_one_task(client: Client, scenario: Scenario) -> None:
    a_year_later(scenario, leave=12)
    with clock.held_at(scenario.due_on):
        run_owed()
    task = Task.objects.get()
    assert task.owner == scenario.owner
    assert "共有を広げる" in task.title
    assert "48" in task.body
    with clock.held_at(scenario.due_on):
        compare_scenarios()
        run_owed()
    assert Outcome.objects.count() == Task.objects.count() == 1


def test_a_run_that_is_killed_goes_on(
    client: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = a_scenario(client, name="Second")
    kept = writes.keep_outcome
    calls = []

    def die_at_the_second(some: Scenario, **figures: object) -> object:
        calls.append(some.pk)
        if len(calls) == 2:
            raise SystemExit
        return kept(some, **figures)  # type: ignore[arg-type]

    monkeypatch.setattr("banso.prove.worth.jobs.keep_outcome", die_at_the_second)
    with clock.held_at(scenario.due_on), pytest.raises(SystemExit):
        compare_scenarios()
    assert Outcome.objects.get().scenario == scenario
    first = Outcome.objects.get().at
    with clock.held_at(scenario.due_on + timedelta(days=1)):
        compare_scenarios()
    assert {o.scenario_id for o in Outcome.objects.all()} == {scenario.pk, second.pk}
    assert Outcome.objects.get(scenario=scenario).at == first
    assert Entry.objects.filter(kind="scenario.compared").count() == 2


def test_the_sheet_says_what_was_promised(client: Client, scenario: Scenario) -> None:
    pdf = client.get(url(scenario) + "?format=pdf")
    document = pypdfium2.PdfDocument(pdf.content)
    said = document[0].get_textpage().get_text_bounded()
    assert len(document) == 1 and "共有を広げる" in said
    document.close()
    pptx = client.get(url(scenario) + "?format=pptx")
    assert len(Presentation(BytesIO(pptx.content)).slides) == 1


def test_a_removed_one_is_gone(client: Client, scenario: Scenario) -> None:
    Scenario.objects.update(removed_at=clock.now())
    client.force_login(a_user())
    assert client.get(url(scenario)).status_code == 404
