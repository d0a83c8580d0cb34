from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.worth.models import Estimate
from banso.prove.worth.tests.builders import a_company, a_scenario
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]


def test_it_leaves_the_list_and_its_estimate_stays(client: Client, planted: None) -> None:
    a_company()
    scenario = a_scenario(client)
    remove = reverse("worth:scenario_remove", args=[scenario.pk])
    client.force_login(a_user(role="csm"))
    assert client.post(remove).status_code == 403
    client.force_login(a_user(role="analyst"))
    assert client.post(remove).status_code == 302
    assert "共有を広げる" not in client.get(reverse("worth:scenario_list")).content.decode()
    assert Estimate.objects.count() == 1
