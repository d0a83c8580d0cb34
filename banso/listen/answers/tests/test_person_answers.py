from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.people.tests.builders import a_person
from banso.listen.answers.tests.builders import told_twice
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_an_administrator_sees_what_a_person_answered(client: Client) -> None:
    _account, person = told_twice()
    client.force_login(a_user(role="administrator", language="ja"))
    page = client.get(reverse("answers:person_answers", args=[person.pk])).content.decode()
    assert "山田太郎まで連絡を" in page
    assert "辞めたら困る" not in page
    door = reverse("answers:person_answers", args=[person.pk])
    assert door in client.get(f"/people/{person.pk}/").content.decode()


@pytest.mark.parametrize("role", ["manager", "analyst", "csm", "viewer"])
def test_nobody_else_may(client: Client, role: str) -> None:
    _account, person = told_twice()
    client.force_login(a_user(role=role))
    for name, args in (("person_answers", []), ("person_answers_file", ["json"])):
        page = reverse(f"answers:{name}", args=[person.pk, *args])
        assert client.get(page).status_code == 403
    erase = reverse("answers:erase_person_answers", args=[person.pk])
    assert client.post(erase).status_code == 403
    assert reverse("answers:person_answers", args=[person.pk]) not in (
        client.get(f"/people/{person.pk}/").content.decode()
    )


def test_who_answered_nothing_has_an_empty_page(client: Client) -> None:
    client.force_login(a_user(role="administrator", language="en"))
    page = client.get(reverse("answers:person_answers", args=[a_person().pk])).content.decode()
    assert "No answer carries this person" in page
