from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.models import SavedView
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "is_own", "status"), [("csm", True, 302), ("csm", False, 403), ("manager", False, 302)]
)
def test_the_owner_or_a_manager_deletes_a_view(
    client: Client, role: str, is_own: bool, status: int
) -> None:
    user = a_user(role=role)
    view = SavedView.objects.create(name="v", owner=user if is_own else a_user(), is_shared=True)
    client.force_login(user)
    assert client.post(f"/customers/views/{view.pk}/delete/").status_code == status
    assert SavedView.objects.exists() == (status == 403)


def test_reading_the_address_deletes_nothing(client: Client) -> None:
    user = a_user()
    view = SavedView.objects.create(name="v", owner=user)
    client.force_login(user)
    assert client.get(f"/customers/views/{view.pk}/delete/").status_code == 405
