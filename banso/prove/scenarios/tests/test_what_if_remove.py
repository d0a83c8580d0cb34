from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.tests.keeping import a_kept_one
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_who_made_it_takes_it_out_of_the_list(client: Client) -> None:
    kept = a_kept_one(trouble=0.2)
    address = reverse("scenarios:what_if_remove", args=[kept.pk])
    client.force_login(a_user())
    assert client.post(address).status_code == 403
    assert kept.created_by is not None
    client.force_login(kept.created_by)
    assert client.get(address).status_code == 405
    assert "Removed from the list." in client.post(address, follow=True).text
    assert WhatIf.objects.get().removed_at is not None
    assert client.post(address).status_code == 404
