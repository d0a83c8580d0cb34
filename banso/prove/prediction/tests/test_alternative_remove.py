from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.prediction.models import Alternative
from banso.prove.prediction.tests.builders import (
    an_alternative,
)
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db

URL = "/score-check/alternatives/"


def test_one_is_taken_off_the_list_by_those_who_define(client: Client) -> None:
    made = an_alternative()
    address = reverse("prediction:alternative_remove", args=[made.pk])
    client.force_login(a_user())
    assert client.post(address).status_code == 403
    client.force_login(a_user(role="analyst"))
    client.post(address)
    assert Alternative.objects.get().removed_at is not None
    assert client.get(f"{URL}{made.pk}/").status_code == 404
    assert client.post(reverse("prediction:alternative_compare", args=[made.pk])).status_code == 404
