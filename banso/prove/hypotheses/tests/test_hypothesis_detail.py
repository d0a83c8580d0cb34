from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.hypotheses.models import Hypothesis
from banso.prove.hypotheses.tests.builders import TODAY, an_hypothesis, check_on, companies
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def see(client: Client, hypothesis: Hypothesis, query: str = "", language: str = "en") -> str:
    client.force_login(a_user(role="viewer", language=language))
    url = reverse("hypotheses:hypothesis_detail", args=[hypothesis.pk])
    with clock.held_at(TODAY):
        response = client.get(url + query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_new_decisions_stand_beside_all_of_them_each_with_interval_and_n(client: Client) -> None:
    companies(800)
    hypothesis = an_hypothesis()
    card = check_on().figures["new"]
    text = see(client, hypothesis)
    assert "Confirmatory: nobody had seen these" in text
    assert "Exploratory: these include what was known" in text
    low, high = card["ci95"]
    estimate = card["estimate"]["value"]
    assert f"{estimate:.2f} ({low:.2f}–{high:.2f}), n = {card['n_rows']}" in text
    assert f"({card['n_events']} not renewed)" in text
    assert "Candidate → Associated" in text
    assert "15 points between the two groups" in text
    assert "新しい判断" in see(client, hypothesis, language="ja")


def test_what_cannot_be_judged_shows_no_direction(client: Client) -> None:
    companies(20)
    hypothesis = an_hypothesis()
    check_on()
    text = see(client, hypothesis)
    assert "Not enough data yet" in text
    assert "Cannot be judged yet; so no direction is shown." in text
    assert "data-chart" not in text


def test_figures_lead_to_the_customers_and_to_a_file(client: Client) -> None:
    companies(800)
    hypothesis = an_hypothesis()
    card = check_on().figures["new"]
    text = see(client, hypothesis, "?new=1&missed=yes")
    assert f"({card['n_events']})" in text
    assert "/customers/" in text
    url = reverse("hypotheses:hypothesis_detail", args=[hypothesis.pk])
    lines = b"".join(client.get(url, {"new": "1", "format": "csv"})).decode("utf-8-sig")
    assert len(lines.splitlines()) == 1 + card["n_rows"]


def test_before_the_first_check_the_page_stands(client: Client) -> None:
    assert "It has not been checked yet." in see(client, an_hypothesis())
