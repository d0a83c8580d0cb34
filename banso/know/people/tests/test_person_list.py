from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership, Person
from banso.shared.users.tests.builders import a_user


@pytest.mark.django_db
def test_smoke(client: Client) -> None:
    client.force_login(a_user())
    account = an_account()
    p = Person.objects.create(external_id="x", name="山田")
    m = Membership.objects.create(person=p, account=account, is_key=True)
    for path in (
        "/people/",
        "/people/?q=山&account=あおば&key=on&influence=",
        f"/people/{p.pk}/",
        f"/people/{p.pk}/edit/",
        f"/people/add/{account.pk}/",
        f"/people/link/{account.pk}/",
        f"/people/places/{m.pk}/edit/",
        "/people/options/?person=山",
        f"/customers/{account.pk}/",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
    assert "山田" in answer.content.decode()
