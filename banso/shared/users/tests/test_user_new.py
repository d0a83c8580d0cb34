from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.journal.models import Entry
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
GIVEN = {
    "email": "hanako@example.jp",
    "name": "高橋 花子",
    "role": "csm",
    "team": "東日本",
    "password": "correct horse battery",
}


def test_a_new_colleague_can_sign_in(client: Client) -> None:
    client.force_login(a_user(role="administrator"))
    client.post("/settings/users/new/", GIVEN)
    made = User.objects.get(email="hanako@example.jp")
    assert (made.name, made.role, made.team and made.team.name) == ("高橋 花子", "csm", "東日本")
    assert "correct horse" not in str(list(Entry.objects.values_list("payload", flat=True)))
    stranger = Client()
    assert stranger.login(email=made.email, password=GIVEN["password"])


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("email", "admin@example.jp", "もう登録"),
        ("password", "123", "短"),
        ("role", "king", "選択"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: Client, field: str, value: str, says: str
) -> None:
    client.force_login(a_user(role="administrator", email="admin@example.jp", language="ja"))
    page = client.post("/settings/users/new/", GIVEN | {field: value})
    assert says in page.content.decode()
    assert not User.objects.filter(email="hanako@example.jp").exists()


def test_a_manager_adds_nobody(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    assert client.post("/settings/users/new/", GIVEN).status_code == 403
