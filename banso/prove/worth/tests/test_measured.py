from __future__ import annotations

import html
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from pptx import Presentation

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.measure.revenue.reads import book
from banso.prove.effects.models import (
    Assigned,
    Goal,
    HoldOut,
    Measure,
    MeasureState,
    Result,
    Verdict,
)
from banso.prove.effects.tests.builders import TODAY, a_measure, companies
from banso.prove.worth.asking import answer_to
from banso.prove.worth.jobs import compare_scenarios
from banso.prove.worth.rules import Asked
from banso.prove.worth.tests.builders import a_scenario, present, see
from banso.shared import clock

pytestmark = pytest.mark.django_db


def measured(*, level: str = "L3", verdict: str = "better", value: float = 0.1) -> Measure:
    """A training that 12 of 60 present customers had, with a finished answer; past decisions."""
    companies(200)
    accounts = present(60)
    on = TODAY - timedelta(days=100)
    measure = a_measure({account.pk: on for account in accounts[:12]})
    Measure.objects.filter(pk=measure.pk).update(state=MeasureState.RUNNING)
    Result.objects.create(
        measure=measure, state="done", started_at=clock.now(), finished_at=clock.now(),
        data_cut=TODAY, verdict=verdict, level=level, code_version="1", data_hash="a" * 64,
        numbers={
            "answer": {"value": value, "low": value - 0.04, "high": value + 0.04, "se": 0.02},
            "customers": {"treated": 300, "untreated": 500},
        },
    )  # fmt: skip
    return measure


def asked_of(measure: Measure, **more: Any) -> dict[str, Any]:
    return {"metric": f"effect:{measure.pk}", "target": "60"} | more


def text(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def card(measure: Measure, target: float = 0.6, **more: Any) -> dict[str, Any]:
    asked = Asked(metric=f"effect:{measure.pk}", target=target, currency="JPY", **more)
    with clock.held_at(TODAY):
        found = answer_to(asked, book(), TODAY)
    assert found.card is not None, found.refused
    return found.card


def test_a_measured_effect_is_no_upper_bound_and_says_its_comparison(client: Client) -> None:
    measure = measured()
    said = text(see(client, asked_of(measure)))
    question = "What if the share of customers that get “管理者研修” went from 20% to 60%?"
    assert question in said
    assert "would be kept (80%:" in said
    assert "+10.0 points of renewal (95% interval +6.0 to +14.0 points)" in said
    assert "n = 300 treated against 500 like them" in said
    assert "Estimated effect, from observation" in said
    assert "Measured by comparison, from observation" in said
    before_the_method = said.split("How this is calculated")[0]
    assert "upper bound" not in before_the_method.lower()
    assert reverse("effects:measure_detail", args=[measure.pk]) in said
    assert "Within what was seen" not in said and "To know better" in said
    assert 'id="id_low"' not in said and 'id="id_compare"' not in said


def test_the_rate_without_it_is_that_of_customers_without_it(client: Client) -> None:
    """Twelve treated customers that all renewed since do not lift the rate of the others."""
    measure = measured()
    before = card(measure)["baseline"]
    treated = Account.objects.filter(external_id__startswith="P-").order_by("pk")[:12]
    until = TODAY - timedelta(days=40)
    Subscription.objects.bulk_create(
        Subscription(
            account=account, external_id=f"past-{account.pk}", start=until - timedelta(days=364),
            end=until, outcome="renewed", mrr_minor=1, currency="JPY",
        )
        for account in treated
    )  # fmt: skip
    after = card(measure)["baseline"]
    assert (after["n"], after["rate"]) == (before["n"], before["rate"])
    said = text(see(client, asked_of(measure)))
    assert "Decisions of customers that had it by then are left aside." in said
    other = text(see(client, asked_of(measure, renewal="80")))
    assert "are left aside" not in other


def test_an_interval_says_its_confidence(client: Client) -> None:
    measure = measured()
    result = Result.objects.get()
    result.numbers["answer"]["confidence"] = 0.9951
    result.save()
    said = text(see(client, asked_of(measure)))
    assert "(99.5% interval +6.0 to +14.0 points). It was looked at before the planned end" in said


def test_the_page_says_what_to_do_for_steps_and_fields(client: Client) -> None:
    said = text(see(client, asked_of(measured())))
    assert "A milestone is the first time of an event." in said
    assert reverse("effects:measure_new") in said


def test_japanese_says_the_same(client: Client) -> None:
    said = text(see(client, asked_of(measured()), language="ja"))
    assert "比較によって測った効果です" in said
    assert "上限であり、効果ではありません" not in said


def test_a_random_draw_says_so_and_counts_who_was_drawn_to_get_it(client: Client) -> None:
    measure = measured(level="L4")
    Measure.objects.filter(pk=measure.pk).update(origin="holdout")
    holdout = HoldOut.objects.create(
        measure=measure, key="k", share=0.5, units=20, held_out=5, drawn_at=clock.now()
    )
    drawn = Account.objects.filter(external_id__startswith="P-").order_by("pk")[:20]
    Assigned.objects.bulk_create(
        Assigned(holdout=holdout, account=account, is_held_out=i < 5, stratum="")
        for i, account in enumerate(drawn)
    )
    result = Result.objects.get()
    result.numbers |= {"treated": {"n": 15, "renewed": 14}, "held_out": {"n": 5, "renewed": 3}}
    result.save()
    said = text(see(client, asked_of(measure)))
    assert "went from 25% to 60%?" in said
    assert "By random draw: n = 15 treated, 5 held out." in said
    assert "Tested effect, by random draw" in said and "from observation:" not in said
    assert "To know better" not in said


def test_the_lift_is_the_estimate_drawn_within_its_interval() -> None:
    """24 of 48 customers come to have it; all decide once within the year, at 10 points more."""
    measure = measured()
    found = card(measure, quarters=0)
    assert found["change"]["changed"] == pytest.approx(24)
    # three of the 48 decide within the 90 days from which on a change counts
    kept = found["figures"]["kept"]
    assert kept["value"] == pytest.approx(45 * 0.5 * 0.1, rel=0.02)
    assert kept["low95"] / kept["value"] == pytest.approx(0.6, abs=0.05)
    assert kept["high95"] / kept["value"] == pytest.approx(1.4, abs=0.05)
    assert found["figures"]["kept"]["full"] == pytest.approx(kept["value"])
    guessed = card(measure, quarters=0, low=0.0, high=0.5)
    assert guessed["figures"] == found["figures"], "no share of an effect is guessed"


def test_who_decides_monthly_has_the_effect_over_three_months() -> None:
    measure = measured()
    Subscription.objects.filter(external_id__startswith="P-").update(term_months=1)
    monthly = card(measure, quarters=0, horizon=6)["change"]["points"]
    assert 0 < monthly <= 0.1 / 3 + 1e-6


@pytest.mark.parametrize(
    ("level", "verdict", "said"),
    [
        ("L0", Verdict.UNCLEAR, "is not judged yet"),
        ("L0", Verdict.REFUSED, "There is no fair comparison for this measure"),
        ("L-", Verdict.NONE, "no difference that matters"),
        ("L2", Verdict.BETTER, "What was found is a candidate, not an effect"),
        ("L4", Verdict.WORSE, "renewed less often"),
    ],
)
def test_what_is_no_effect_is_not_calculated_with(
    client: Client, level: str, verdict: str, said: str
) -> None:
    measure = measured(level=level, verdict=verdict)
    shown = text(see(client, asked_of(measure)))
    assert said in shown and "Value kept (LTV)" not in shown
    assert reverse("effects:measure_detail", args=[measure.pk]) in shown


def test_a_measure_without_an_answer_or_of_a_metric_is_no_basis(client: Client) -> None:
    measure = measured()
    Result.objects.all().delete()
    assert "is not judged yet" in text(see(client, asked_of(measure)))
    Measure.objects.update(goal=Goal.METRIC)
    assert "Nothing to calculate with yet" in text(see(client, asked_of(measure)))


def test_fewer_than_now_keeps_nothing(client: Client) -> None:
    said = text(see(client, asked_of(measured(), target="5")))
    assert "Giving it to fewer customers keeps nothing. Choose a value above 20%." in said


def test_the_sheet_the_slide_and_the_file_name_the_comparison(client: Client) -> None:
    measure = measured()
    pdf = see(client, asked_of(measure, format="pdf"))
    document = pypdfium2.PdfDocument(pdf.content)
    assert len(document) == 1
    paper = "".join(document[0].get_textpage().get_text_bounded().split())
    document.close()
    deck = Presentation(BytesIO(see(client, asked_of(measure, format="pptx")).content))
    words = [s.text_frame.text for s in deck.slides[0].shapes if s.has_text_frame]
    slide = "".join("".join(words).split())
    for place in (paper, slide):
        assert "+10.0pointsofrenewal(95%interval+6.0to+14.0points)" in place
        assert "Upperbound" not in place
    file = see(client, asked_of(measure, format="csv"))
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Customers kept,") and lines[1].endswith(",,800")
    assert any(line.startswith("Measured by comparison,") for line in lines)


def test_it_is_kept_and_held_against_what_came(client: Client) -> None:
    measure = measured()
    scenario = a_scenario(client, **asked_of(measure))
    with clock.held_at(scenario.due_on):
        compare_scenarios()
        page = text(client.get(reverse("worth:scenario_detail", args=[scenario.pk])))
    scenario.refresh_from_db()
    assert scenario.metric_key == f"effect:{measure.pk}" and scenario.outcome.figures["n"] == 60
    assert "share of customers that get “管理者研修”" in page
    assert client.get(reverse("worth:scenario_list")).status_code == 200


def test_the_customers_behind_it_show_who_has_it(client: Client) -> None:
    measure = measured()
    see(client, asked_of(measure))
    with clock.held_at(TODAY):
        page = text(client.get(reverse("worth:worth_customers"), asked_of(measure)))
    assert "does not have it" in page
    assert "The right-hand column is with the measured effect." in page
