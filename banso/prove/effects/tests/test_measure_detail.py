from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.effects import jobs
from banso.prove.effects.models import Measure, Result
from banso.prove.effects.tests.builders import TODAY, a_measure, companies, renewing
from banso.prove.effects.tests.test_holdouts import begun, days, decide, look_on
from banso.prove.effects.writes import begin_measure
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def begin(treated: dict[int, date], **given: Any) -> Measure:
    measure = a_measure(treated, **given)
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
    return measure


def shown(client: Client, measure: Measure, **given: str) -> str:
    client.force_login(a_user(role="analyst"))
    address = reverse("effects:measure_detail", args=[measure.pk])
    return client.get(address, given).content.decode()


def test_the_page_says_which_comparison_was_made_and_how_far_to_trust_it(client: Client) -> None:
    measure = begin(companies(900), params={"looked_at": ["account.employees"]})
    page = shown(client, measure)
    assert "Treated customers renewed more often than others like them" in page
    assert "This is a candidate, not a shown effect." in page
    assert "nobody had to stay long enough to be called treated" in page
    assert "Something unmeasured would have to multiply" in page
    assert "times as strong as" in page
    assert "95% interval" in page and "As counted" in page
    for chart in ("estimates", "balance", "overlap"):
        assert f'id="{chart}"' in page
    assert "large customers first" in page, "the reason noted at the time"


def test_what_an_effect_would_be_worth_is_asked_of_effects_only(client: Client) -> None:
    measure = begin(companies(900))
    link = f"?metric=effect:{measure.pk}"
    assert link not in shown(client, measure), "a candidate is no effect"
    Result.objects.filter(measure=measure).update(level="L3")
    assert link in shown(client, measure)


def test_every_number_can_be_taken_to_a_spreadsheet(client: Client) -> None:
    measure = begin(companies(900))
    client.force_login(a_user(role="viewer"))
    address = reverse("effects:measure_detail", args=[measure.pk])
    answer = client.get(address, {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    for part in ("Doubly robust", "Employees", "Probability of treatment", "a candidate"):
        assert part in text


def test_a_refusal_shows_why_and_no_direction(client: Client) -> None:
    page = shown(client, begin(dict(list(companies(80).items())[:10])))
    assert "50 treated customers whose outcome is known are needed; there are 10." in page
    assert "As counted" not in page and "trending" not in page


def test_an_undecided_answer_has_an_interval_and_no_estimate(client: Client) -> None:
    measure = begin(companies(700, effect=0.02, seed=5))
    page = shown(client, measure)
    assert "A difference that matters and none at all both fit" in page
    assert "treated customers would be needed" in page
    assert "As counted" not in page and "E-value" not in page


def test_what_chose_the_customers_and_is_not_known_any_more_is_said(client: Client) -> None:
    measure = begin(companies(900), params={"looked_at": ["account.segment"]})
    assert "Those who chose looked at these as well" in shown(client, measure)


def test_progress_is_asked_for_until_it_is_there(client: Client) -> None:
    measure = a_measure(companies(60))
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
    client.force_login(a_user(role="analyst"))
    address = reverse("effects:measure_detail", args=[measure.pk])
    waiting = client.get(address, headers={"HX-Request": "true"})
    assert "Waiting to be computed." in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    with clock.held_at(TODAY):
        run_owed()
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_earlier_answers_stay_readable(client: Client) -> None:
    measure = begin(companies(120))
    first = measure.results.get()
    companies_ended = measure.treated.order_by("pk").first()
    assert companies_ended is not None
    companies_ended.delete()
    with clock.held_at(TODAY + timedelta(days=1)):
        jobs.compute(measure=measure.pk)
    page = shown(client, measure, result=str(first.pk))
    assert "This is what was found on" in page and "See the newest answer" in page


def test_a_running_experiment_shows_its_days_and_nothing_else(client: Client) -> None:
    renewing(300)
    holdout = begun()
    decide(holdout, treated_lost=0.05, held_lost=0.6)
    with clock.held_at(TODAY):
        page = shown(client, holdout.measure)
    assert "The next look is on" in page and "Held out" not in page
    assert "z =" not in page and "points of renewal (" not in page
    for day in days(holdout):
        look_on(day)
    page = shown(client, holdout.measure)
    assert "Shown by random draw" in page and "z =" in page
    assert "The experiment ended at look" in page and "The next look is on" not in page


def test_a_look_without_its_contracts_says_what_it_waits_for(client: Client) -> None:
    renewing(100)
    holdout = begun()
    with clock.held_at(days(holdout)[0] + timedelta(days=3)):
        page = shown(client, holdout.measure)
    assert "waits for the contracts of these days" in page


def test_nonsense_in_the_address_is_no_crash(client: Client) -> None:
    measure = begin(companies(60))
    assert "Did “" in shown(client, measure, result="'; drop table")
    client.force_login(a_user())
    assert client.get(reverse("effects:measure_detail", args=[99999])).status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locale", "width"), [("ja-JP", 390), ("en-US", 1440)])
def test_the_page_in_a_browser(
    open_page: Callable[..., Any],
    serious_faults: Callable[..., list[str]],
    overflow: Callable[..., int],
    live_server: Any,
    locale: str,
    width: int,
) -> None:
    measure = begin(companies(900))
    page = open_page(a_user(role="analyst"), locale=locale, width=width)
    for name, args in (("measure_list", []), ("measure_detail", [measure.pk])):
        page.goto(live_server.url + reverse(f"effects:{name}", args=args))
        page.wait_for_load_state("networkidle")
        assert serious_faults(page) == [] and overflow(page) == 0
    page.goto(live_server.url + reverse("effects:measure_new") + "?origin=list")
    assert serious_faults(page) == [] and overflow(page) == 0


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locale", "width"), [("ja-JP", 390), ("en-US", 1440)])
def test_an_experiment_in_a_browser(
    open_page: Callable[..., Any],
    serious_faults: Callable[..., list[str]],
    overflow: Callable[..., int],
    live_server: Any,
    locale: str,
    width: int,
) -> None:
    renewing(600)
    holdout = begun()
    decide(holdout, treated_lost=0.05, held_lost=0.5)
    for day in days(holdout):
        look_on(day)
    draft = a_measure(origin="holdout", params={"share": 0.2, "segment": ""})
    page = open_page(a_user(role="manager"), locale=locale, width=width)
    places = [
        ("measure_detail", holdout.measure_id),
        ("measure_customers", holdout.measure_id),
        ("measure_check", draft.pk),
    ]
    for name, pk in places:
        page.goto(live_server.url + reverse(f"effects:{name}", args=[pk]))
        page.wait_for_load_state("networkidle")
        assert serious_faults(page) == [] and overflow(page) == 0
