from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.shared.fields.writes import define_field
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_customer_is_added_with_own_fields_and_parent(client: Client) -> None:
    define_field(by=None, holder="account", key="plan", kind="choice", choices=["Gold"])
    define_field(by=None, holder="account", key="score", kind="number")
    define_field(by=None, holder="account", key="kickoff", kind="date")
    user = a_user(language="ja")
    client.force_login(user)
    top = an_account(name="本社", external_id="T-1")
    answer = client.post(
        "/customers/add/",
        {"name": "あおば製作所", "owner": user.pk, "parent": "本社 [T-1]", "employees": "1200",
         "own_plan": "Gold", "own_score": "3", "own_kickoff": "2026-04-01"},
        follow=True,
    )  # fmt: skip
    assert "あおば製作所を追加しました。" in answer.content.decode()
    account = Account.objects.get(name="あおば製作所")
    assert (account.owner, account.parent, account.employees) == (user, top, 1200)
    assert account.custom == {"plan": "Gold", "score": 3, "kickoff": "2026-04-01"}
    assert account.external_id.startswith("M-")
    assert Entry.objects.get(kind="account.added").account_id == account.pk


def test_each_fault_is_said_at_its_field(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    an_account(source="manual", external_id="X")
    page = client.post(
        "/customers/add/", {"name": "", "external_id": "X", "parent": "だれでもない"}
    ).content.decode()
    assert "この外部IDはほかの顧客が使っています。" in page
    assert "「だれでもない」に当てはまる顧客がないか、複数あります。" in page
    assert Account.objects.count() == 1


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_others_may_not(client: Client, role: str) -> None:
    client.force_login(a_user(role=role))
    assert client.get("/customers/add/").status_code == 403
    assert client.post("/customers/add/", {"name": "x"}).status_code == 403
