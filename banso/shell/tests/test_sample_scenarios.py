from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.studies.tests.builders import TODAY
from banso.prove.worth.models import Scenario
from banso.prove.worth.tests.builders import a_company
from banso.prove.worth.tests.conftest import planted
from banso.shared import clock
from banso.shared.users.tests.builders import a_user
from banso.shell.sample.scenarios import ask_what_it_is_worth

__all__ = ["planted"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]


def test_the_sample_saves_one_scenario_of_what_goes_with_renewal(client: Client) -> None:
    for role, name in (("analyst", "analyst"), ("manager", "manager")):
        a_user(role=role, email=f"{name}@example.jp", language="ja")
    a_company()
    with clock.held_at(TODAY):
        now = clock.now()
    ask_what_it_is_worth(now=now)
    ask_what_it_is_worth(now=now)
    scenario = Scenario.objects.get()
    assert (scenario.metric_key, scenario.began_on) == ("real", TODAY)
    assert scenario.owner is not None and scenario.owner.email == "manager@example.jp"
    client.force_login(scenario.owner)
    with clock.held_at(TODAY):
        page = client.get(reverse("worth:scenario_list")).content.decode()
    assert scenario.name in page


def test_a_sample_too_small_for_an_answer_has_none() -> None:
    for name in ("analyst", "manager"):
        a_user(role=name, email=f"{name}@example.jp")
    a_company(past=20, now=5)
    with clock.held_at(TODAY):
        ask_what_it_is_worth(now=clock.now())
    assert not Scenario.objects.exists()
