from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership
from banso.know.people.tests.builders import a_person
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_somebody_becomes_a_key_person(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    a_person(an_account(), name="田中")
    place = Membership.objects.get()
    address = f"/people/places/{place.pk}/edit/"
    page = client.post(address, {"is_key": "on", "influence": "decides"}, follow=True)
    assert "田中さんをキーマンにしました" in page.content.decode()
    place.refresh_from_db()
    assert (place.is_key, place.influence) == (True, "decides")
    page = client.post(address, {"influence": "decides"}, follow=True)
    assert "田中さんをキーマンから外しました" in page.content.decode()


def test_others_may_not(client: Client) -> None:
    a_person(an_account(owner=a_user()))
    client.force_login(a_user())
    assert client.get(f"/people/places/{Membership.objects.get().pk}/edit/").status_code == 403
