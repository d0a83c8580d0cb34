from __future__ import annotations

import html
import json
from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pptx import Presentation

from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import AccountMeasures
from banso.measure.revenue.reads import book
from banso.prove.engine.what_if import Baseline, fit_baseline
from banso.prove.studies.models import Finding
from banso.prove.studies.tests.builders import TODAY
from banso.prove.worth.asking import answer_to
from banso.prove.worth.ground import _feature
from banso.prove.worth.models import Scenario
from banso.prove.worth.presenting import assumptions_of, evidence_of, rows_of
from banso.prove.worth.rules import Asked
from banso.prove.worth.tests.builders import TARGET, a_company, see
from banso.prove.worth.values import past_decisions
from banso.shared import clock
from banso.shared.users.reads import organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]
ASKED = Asked(metric="real", target=0.6, currency="JPY")


@pytest.fixture
def company(planted: None) -> None:
    a_company()


def text(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def card(asked: Asked = ASKED) -> dict[str, Any]:
    with clock.held_at(TODAY):
        found = answer_to(asked, book(), TODAY)
    assert found.card is not None, found.refused
    return found.card


@pytest.mark.usefixtures("company")
def test_it_reads_as_an_upper_bound_with_every_figure_and_assumption(client: Client) -> None:
    said = text(see(client))
    assert "What if the mean of “real in English” went from" in said
    assert "at most about ¥" in said
    assert "An upper bound, not an effect" in said
    for name in ("Customers kept", "MRR kept", "NRR kept", "Value kept (LTV)"):
        assert name in said
    assert "80% range" in said and "95% range" in said
    assert "anything from 0% to 100%, all alike likely" in said
    assert "n = 500 of 500 customers" in said
    assert "Level 2: candidate driver" in said or "Level 1: goes with renewal" in said
    assert "half of those concerned would wait" in said
    assert reverse("worth:worth_customers") in said


@pytest.mark.usefixtures("company")
def test_japanese_says_the_same(client: Client) -> None:
    said = text(see(client, language="ja"))
    assert "上限であり、効果ではありません" in said
    assert "維持できるMRR" in said and "中央値" in said


@pytest.mark.usefixtures("company")
def test_the_figures_are_the_g_formula_by_hand() -> None:
    """All of the difference, at once, one year: sum of MRR (p - p') over those who decide."""
    asked = Asked(
        metric="real", target=0.6, low=1.0, high=1.0, quarters=0, currency="JPY", discount=0.0
    )
    found = card(asked)
    finding = Finding.objects.get(key="metric.real")
    rows = past_decisions(finding, asked)
    assert rows is not None and finding.run.data_cut is not None
    base = fit_baseline(rows, _feature(rows, asked), data_cut=finding.run.data_cut)
    assert isinstance(base, Baseline)
    values = np.array(
        [v["real"]["v"] for v in AccountMeasures.objects.values_list("values", flat=True)]
    )
    level = found["change"]["level"]
    b = base.lever.b * found["evidence"]["kept_share"]
    tenure = np.full(len(values), 365.0 - 90)
    eta = base.log_odds(["annual"] * len(values), tenure, values)
    shift = base.scaled(np.maximum(values, level)) - base.scaled(values)
    p, q = 1 / (1 + np.exp(-eta)), 1 / (1 + np.exp(-(eta + b * shift)))
    # whoever decides within 90 days was measured before the change
    days = np.linspace(5, 360, 60).astype(int)
    kept = float(((p - q) * (days > 90)).sum())
    assert found["figures"]["kept"]["value"] == pytest.approx(kept, rel=0.05)
    assert found["figures"]["mrr"]["value"] == pytest.approx(kept * 100_000, rel=0.05)
    assert found["figures"]["nrr"]["value"] == pytest.approx(kept / 60, rel=0.05)
    assert np.maximum(values, level).mean() == pytest.approx(0.6)


@pytest.mark.usefixtures("company")
def test_each_assumption_moves_the_answer() -> None:
    plain = card()["figures"]
    half = card(Asked(**ASKED.told() | {"margin": 0.5}))["figures"]
    assert half["ltv"]["value"] == pytest.approx(plain["ltv"]["value"] / 2)
    assert half["mrr"] == plain["mrr"]
    whole = card(Asked(**ASKED.told() | {"low": 1.0}))["figures"]
    assert whole["mrr"]["value"] > 1.6 * plain["mrr"]["value"]
    assert whole["mrr"]["value"] == pytest.approx(plain["mrr"]["full"], rel=0.02)
    slow = card(Asked(**ASKED.told() | {"quarters": 4}))["figures"]
    assert slow["kept"]["value"] < plain["kept"]["value"]
    longer = card(Asked(**ASKED.told() | {"horizon": 24}))["figures"]
    assert longer["kept"]["value"] > plain["kept"]["value"]
    dear = card(Asked(**ASKED.told() | {"discount": 0.5}))["figures"]
    assert dear["ltv"]["value"] < plain["ltv"]["value"]
    sure = card(Asked(**ASKED.told() | {"renewal": 0.98}))
    assert sure["figures"]["kept"]["value"] < 0.5 * plain["kept"]["value"]
    assert sure["baseline"]["next"] == pytest.approx(0.98)
    assert (
        card(Asked(**ASKED.told() | {"years": 1}))["figures"]["ltv"]["value"]
        < (plain["ltv"]["value"])
    )


@pytest.mark.usefixtures("company")
def test_the_same_question_gets_the_same_answer() -> None:
    assert json.dumps(card()) == json.dumps(card(Asked(**ASKED.told())))


@pytest.mark.usefixtures("company")
def test_a_cost_is_held_against_the_value(client: Client) -> None:
    said = text(see(client, TARGET | {"cost": "100"}))
    assert "The value kept exceeds the cost of ¥100 in" in said
    assert "It pays from" in said
    never = text(see(client, TARGET | {"cost": "99999999999"}))
    assert "in 0% of the draws" in never
    assert "Even the whole difference would not pay for it." in never


@pytest.mark.usefixtures("company")
def test_a_step_is_a_share_that_reaches_it(client: Client) -> None:
    step = {"metric": "real", "compare": "at_least", "threshold": "0", "target": "70"}
    said = text(see(client, step))
    assert "share of customers with “real in English” of 0 or more went from" in said
    assert "to 70%" in said
    assert "reached against not" in said
    assert "come to reach it, whoever they are" in said
    turned = text(see(client, step | {"compare": "at_most"}))
    assert "turn the comparison around" in turned
    more = text(see(client, step | {"target": "170"}))
    assert "The furthest that can be calculated with is 100%" in more


@pytest.mark.usefixtures("company")
def test_beyond_what_was_seen_is_flagged_and_then_refused(client: Client) -> None:
    assert "It goes beyond what was seen often" in text(see(client, TARGET | {"target": "1.9"}))
    refused = text(see(client, TARGET | {"target": "50"}))
    assert "Nobody was ever seen there" in refused
    assert "MRR kept" not in refused.split("How this is calculated")[0]


@pytest.mark.usefixtures("company")
def test_the_wrong_direction_and_no_change_are_named(client: Client) -> None:
    assert "so a fall keeps nothing" in text(see(client, TARGET | {"target": "-1"}))


@pytest.mark.usefixtures("company")
def test_what_cannot_be_judged_is_not_calculated_with(client: Client) -> None:
    """L0 with its month, a leak with its reason: no figure at all."""
    assert Finding.objects.get(key="metric.leak").verdict == "suspicious"
    leak = text(see(client, {"metric": "leak"}))
    assert "This cannot be estimated" in leak and "Value kept (LTV)" not in leak
    Finding.objects.filter(key="metric.noise_1").update(
        verdict="not_enough_data", expected_by="2027-03-15"
    )
    waits = Finding.objects.get(key="metric.noise_1")
    waits.numbers |= {"reason": "interval_too_wide", "needs": {}}
    waits.save()
    said = text(see(client, {"metric": "noise_1"}))
    assert "Not enough data yet" in said
    assert "Known by about Mar 2027" in said
    assert "Value kept (LTV)" not in said


def test_too_few_present_customers_are_refused(client: Client) -> None:
    a_company(now=6)
    assert "Of only 6 present customers the value is known; 10 are needed." in text(see(client))


def test_a_new_company_is_told_what_to_do(client: Client) -> None:
    said = text(see(client, {}))
    assert "Nothing to calculate with yet" in said
    assert reverse("imports:import_list") in said


def test_a_company_of_twenty_gets_a_month_and_no_figure(client: Client) -> None:
    a_company(past=14, now=6)
    said = text(see(client))
    assert "Not enough data yet" in said
    assert "20 decisions not to renew" in said or "are needed" in said
    assert "Value kept (LTV)" not in said


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("target", "abc", "Enter a number."),
        ("horizon", "7", "Select a valid choice"),
        ("high", "-3", "greater than or equal to 0"),
        ("renewal", "130", "less than or equal to 99"),
        ("quarters", "x", "Enter a whole number."),
        ("metric", "<script>", "Select a valid choice"),
        ("cost", "1e400", ""),
    ],
)
def test_bad_input_is_answered_in_words(client: Client, field: str, value: str, said: str) -> None:
    shown = text(see(client, TARGET | {field: value}))
    assert said in shown


@pytest.mark.usefixtures("company")
def test_a_target_meant_for_another_metric_is_forgotten(client: Client) -> None:
    other = TARGET | {"target": "0.61", "meant": "noise_1||"}
    assert 'value="0.61"' not in see(client, other).content.decode()
    assert 'value="0.61"' in see(client, TARGET | {"target": "0.61"}).content.decode()


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_sheet_is_one_page_with_the_figures_of_the_page(client: Client, language: str) -> None:
    home = organisation()
    home.name = "<b>あおば</b> & 製作所"
    home.save()
    shown = text(see(client, TARGET | {"cost": "1000"}, language=language))
    pdf = see(client, TARGET | {"format": "pdf", "cost": "1000"}, language=language)
    assert pdf["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(pdf.content)
    assert len(document) == 1
    paper = "".join(document[0].get_textpage().get_text_bounded().split())
    document.close()
    pptx = see(client, TARGET | {"format": "pptx", "cost": "1000"}, language=language)
    deck = Presentation(BytesIO(pptx.content))
    assert len(deck.slides) == 1
    words = [s.text_frame.text for s in deck.slides[0].shapes if s.has_text_frame]
    for shape in deck.slides[0].shapes:
        if shape.has_table:
            words += [cell.text for row in shape.table.rows for cell in row.cells]
    slide = "".join("".join(words).split())
    found = card(Asked(**ASKED.told() | {"cost": 1000}))
    with translation.override(language):
        for row in rows_of(found):
            for part in (row.name, row.range.text, row.range.inner_text, row.range.outer_text):
                squeezed = "".join(part.split())
                assert part in shown
                assert squeezed in paper and squeezed in slide
        for name, said in [*assumptions_of(found), *evidence_of(found, TODAY)]:
            assert "".join(name.split()) in paper
            assert "".join(said.split()) in slide
    assert "<b>あおば</b>&製作所" in paper


@pytest.mark.usefixtures("company")
def test_the_file_has_the_assumptions(client: Client) -> None:
    response = see(client, TARGET | {"format": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) > 8
    assert lines[2].startswith("MRR kept,")


@pytest.mark.usefixtures("company")
def test_only_who_may_saves(client: Client) -> None:
    assert "Save the scenario" not in text(see(client, role="viewer"))
    with clock.held_at(TODAY):
        response = client.post(reverse("worth:worth"), TARGET | {"name": "x"})
    assert response.status_code == 403
    assert not Scenario.objects.exists()


@pytest.mark.usefixtures("company")
def test_a_scenario_without_a_name_is_not_kept(client: Client) -> None:
    see(client)
    with clock.held_at(TODAY):
        response = client.post(reverse("worth:worth"), TARGET | {"name": ""})
    assert response.status_code == 200
    assert not Scenario.objects.exists()


def test_who_has_given_notice_or_left_is_not_counted(client: Client) -> None:
    accounts = a_company(now=30)
    Subscription.objects.filter(account=accounts[0]).update(cancelled_on=TODAY)
    found = card()
    assert (found["customers"]["n"], found["customers"]["noticed"]) == (29, 1)


def test_a_renewal_that_is_known_already_is_not_at_stake() -> None:
    a_company(now=30)
    Subscription.objects.filter(external_id__startswith="P-").update(outcome="renewed")
    with clock.held_at(TODAY):
        found = answer_to(ASKED, book(), TODAY)
    assert found.refused is not None and found.refused.reason == "no_decisions"
