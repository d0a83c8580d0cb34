from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership, Person
from banso.know.people.tests.builders import a_person
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_place_goes_and_the_person_stays(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    a_person(an_account(), name="田中")
    place = Membership.objects.get()
    page = client.post(f"/people/places/{place.pk}/remove/", follow=True).content.decode()
    assert "田中さんをこの顧客から外しました。" in page
    assert "田中さんをこの顧客の担当者から外しました" in page
    assert Person.objects.filter(name="田中").exists()


def test_others_may_not(client: Client) -> None:
    a_person(an_account(owner=a_user()))
    client.force_login(a_user())
    assert client.post(f"/people/places/{Membership.objects.get().pk}/remove/").status_code == 403
    assert Membership.objects.exists()
