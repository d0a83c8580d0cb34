from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.measure.health.models import HealthModel
from banso.measure.health.rules import CONTACT_DAYS, Reading, score
from banso.measure.health.tests.builders import TODAY, a_score, measured
from banso.measure.health.tests.test_health_settings import given, signed_in, two_measures
from banso.shared import clock

pytestmark = pytest.mark.django_db
URL = "/health-score/preview/"


def test_it_shows_the_other_distribution_and_saves_nothing(client: Client) -> None:
    model = two_measures()
    for users in (1, 9):
        scored = score(
            model.lines, {"active_users_28d": Reading(users), CONTACT_DAYS: Reading(120)}
        )
        a_score(an_account(), model, as_of=TODAY, score=scored.score, parts=scored.parts)
    data = given(**{f"{CONTACT_DAYS}_weight": 0})
    response = signed_in(client, language="en").post(URL, data)
    page = response.content.decode()
    assert "Nothing is saved yet." in page
    row = '<th scope="row">{}</th><td class="number">{}</td><td class="number">{}</td>'
    assert row.format("60–69", 1, 0) in page
    assert row.format("90–100", 0, 1) in page
    assert HealthModel.objects.count() == 1


def test_an_added_measure_counts_with_its_present_values(client: Client) -> None:
    model = two_measures()
    account = an_account()
    readings = {"active_users_28d": Reading(5), CONTACT_DAYS: Reading(14)}
    scored = score(model.lines, readings)
    a_score(account, model, as_of=TODAY, score=scored.score, parts=scored.parts)
    measured(account, usage_trend_28d=-0.5)
    more = {"new_key": "usage_trend_28d", "new_weight": 60, "new_zero": -50, "new_full": 10}
    with clock.held_at(TODAY):
        page = signed_in(client, language="en").post(URL, given(**more)).content.decode()
    row = '<th scope="row">{}</th><td class="number">{}</td><td class="number">{}</td>'
    assert row.format("60–69", 1, 0) in page
    assert row.format("20–29", 0, 1) in page


def test_wrong_numbers_get_a_sentence_instead(client: Client) -> None:
    two_measures()
    response = signed_in(client, language="en").post(URL, given(active_users_28d_full=0))
    assert "The two marks must differ." in response.content.decode()


def test_only_those_who_define_may_try(client: Client) -> None:
    two_measures()
    assert signed_in(client, "csm").post(URL, given()).status_code == 403
