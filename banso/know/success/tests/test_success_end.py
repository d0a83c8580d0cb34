from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.success.models import Definition
from banso.know.success.tests.builders import a_definition
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def address(definition: Definition) -> str:
    return reverse("success:success_end", args=[definition.pk])


def test_it_ends_with_a_reason_and_another_may_begin(client: Client) -> None:
    user = a_user(language="en")
    client.force_login(user)
    account = an_account(owner=user)
    definition = a_definition(account)
    refused = client.post(address(definition), {"because": " "})
    assert refused.status_code == 400
    assert "Say why it no longer holds." in refused.content.decode()
    client.post(address(definition), {"because": "方針が変わった"})
    definition.refresh_from_db()
    assert (definition.ended_by, definition.ended_because) == (user, "方針が変わった")
    assert a_definition(account).ended_at is None
    told = client.post(address(definition), {"because": "もう一度"}, follow=True)
    assert "It was ended already." in told.content.decode()
    assert Entry.objects.filter(kind="success.ended").count() == 1


def test_who_may_not_change_does_not_end(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    for definition in (a_definition(an_account()), a_definition()):
        assert client.post(address(definition), {"because": "x"}).status_code == 403
    assert not Definition.objects.filter(ended_at__isnull=False).exists()
