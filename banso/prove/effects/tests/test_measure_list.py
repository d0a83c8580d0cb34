from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.effects.tests.builders import TODAY, a_measure, companies
from banso.prove.effects.writes import begin_measure
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_an_empty_page_teaches_the_next_step(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    page = client.get(reverse("effects:measure_list")).content.decode()
    assert reverse("effects:measure_new") in page
    assert reverse("imports:import_list") in page, "without contracts nothing can be compared"


def test_every_measure_stands_with_what_may_be_said(client: Client) -> None:
    treated = companies(900)
    known, few = a_measure(treated), a_measure({}, name="二人だけの試み")
    a_measure(name="下書きの施策")
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=known)
        begin_measure(by=None, measure=few)
        run_owed()
    client.force_login(a_user(role="viewer"))
    page = client.get(reverse("effects:measure_list")).content.decode()
    assert "Candidate: a difference remains after adjustment" in page
    assert "50 treated customers whose outcome is known are needed; there are 0." in page
    assert "Not begun yet" in page
    assert reverse("effects:measure_new") not in page, "a viewer defines nothing"


def test_the_list_asks_the_database_little(
    client: Client, django_assert_max_num_queries: object
) -> None:
    client.force_login(a_user(role="viewer"))
    for number in range(30):
        a_measure(name=f"M{number}")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get(reverse("effects:measure_list"))
