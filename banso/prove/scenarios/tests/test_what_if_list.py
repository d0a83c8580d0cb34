from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.scenarios.tests.keeping import a_kept_one
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "scenarios:what_if_list"


def test_nothing_is_kept_yet(client: Client) -> None:
    client.force_login(a_user())
    assert "No what-if is kept yet" in client.get(reverse(PAGE)).text


def test_several_stand_side_by_side(client: Client) -> None:
    client.force_login(a_user())
    one, two = a_kept_one(name="相談を増やす", consulted=0.9), a_kept_one(name="予防", trouble=0.2)
    page = client.get(reverse(PAGE), {"with": [one.pk, two.pk]}).text
    assert "Side by side" in page and page.count("Customers kept") == 1 and "MRR kept" in page
    assert "Mark a second one" in client.get(reverse(PAGE), {"with": one.pk}).text
    assert client.get(reverse(PAGE), {"with": ["x", "99999999999999999999"]}).status_code == 200
