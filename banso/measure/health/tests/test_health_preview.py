from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.measure.health.models import HealthModel
from banso.measure.health.rules import CONTACT_DAYS, Reading, score
from banso.measure.health.tests.builders import TODAY, a_score
from banso.measure.health.tests.test_health_settings import given, signed_in, two_measures

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


def test_wrong_numbers_get_a_sentence_instead(client: Client) -> None:
    two_measures()
    response = signed_in(client, language="en").post(URL, given(active_users_28d_full=0))
    assert "The two marks must differ." in response.content.decode()


def test_only_those_who_define_may_try(client: Client) -> None:
    two_measures()
    assert signed_in(client, "csm").post(URL, given()).status_code == 403
