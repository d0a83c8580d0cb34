from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from banso.prove.worth.tests.builders import a_company, a_scenario
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]
URL = reverse("worth:scenario_list")


def test_nothing_saved_teaches_the_next_step(client: Client) -> None:
    client.force_login(a_user(language="en"))
    said = client.get(URL).content.decode()
    assert "No scenario is kept yet" in said
    assert reverse("worth:worth") in said


def test_scenarios_are_put_side_by_side(
    client: Client, planted: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_company()
    one = a_scenario(client, name="広く")
    two = a_scenario(client, name="もっと広く <b>", target="0.9", cost="5000")
    three = a_scenario(client, name="Third")
    with django_assert_num_queries(5):
        said = client.get(URL).content.decode()
    assert "3 scenarios are kept" in said
    assert "もっと広く &lt;b&gt;" in said
    assert "Side by side" not in said.split("<tbody>")[1].split("</form>")[1]
    alone = client.get(URL, {"with": [one.pk]}).content.decode()
    assert "Mark a second one." in alone
    both = client.get(URL, {"with": [str(one.pk), str(two.pk), "x"]}).content.decode()
    sides = both.split("sides-title")[2]
    assert "to 0.6?" in sides and "to 0.9?" in sides
    assert "It pays from" in sides
    assert "must not be added" in sides
    assert "Third" not in sides
    assert three.pk
