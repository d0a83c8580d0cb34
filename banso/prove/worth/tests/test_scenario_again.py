from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.metrics.models import AccountMeasures, Refresh
from banso.prove.studies.tests.builders import TODAY
from banso.prove.worth.tests.builders import a_company, a_scenario
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]


def test_the_new_estimate_stands_beside_the_promise(client: Client, planted: None) -> None:
    a_company()
    scenario = a_scenario(client)
    promise = scenario.estimates.get().figures
    again = reverse("worth:scenario_again", args=[scenario.pk])
    with clock.held_at(TODAY):
        client.post(again)
    assert scenario.estimates.count() == 2
    assert scenario.estimates.order_by("pk")[0].figures == promise
    said = client.get(reverse("worth:scenario_detail", args=[scenario.pk])).content.decode()
    assert said.count("the promise") == 1 + said.count("the promise stays")


def test_where_nothing_can_be_estimated_it_says_why(client: Client, planted: None) -> None:
    a_company()
    scenario = a_scenario(client)
    AccountMeasures.objects.all().delete()
    Refresh.objects.all().delete()
    with clock.held_at(TODAY.replace(month=7, day=1)):
        response = client.post(reverse("worth:scenario_again", args=[scenario.pk]), follow=True)
    assert scenario.estimates.count() == 1
    assert "10 are needed" in html.unescape(response.content.decode())


def test_a_viewer_may_not(client: Client, planted: None) -> None:
    a_company()
    scenario = a_scenario(client)
    client.force_login(a_user(role="viewer"))
    again = reverse("worth:scenario_again", args=[scenario.pk])
    assert client.post(again).status_code == 403
    assert client.get(again).status_code == 405
