from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.prove.effects.models import Measure, Treated
from banso.prove.effects.tests.builders import ASKED, a_list
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
NEW = "effects:measure_new"


def test_only_who_may_define_asks(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(reverse(NEW)).status_code == 403
    assert client.post(f"{reverse(NEW)}?origin=list", ASKED).status_code == 403


def test_fields_can_be_chosen_only_where_there_are_some(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    assert "?origin=field" not in client.get(reverse(NEW)).content.decode()
    define_field(by=None, holder="account", key="got", kind="choice", label_en="Got it")
    define_field(by=None, holder="account", key="got_on", kind="date", label_en="Got it on")
    assert "?origin=field" in client.get(reverse(NEW)).content.decode()
    assert "?origin=source" not in client.get(reverse(NEW)).content.decode()
    given = ASKED | {"tag": "got", "value": "yes", "dated": "got_on"}
    client.post(f"{reverse(NEW)}?origin=field", given)
    assert Measure.objects.get().params["dated"] == "got_on"


def test_a_list_becomes_a_draft_that_waits_to_be_checked(client: Client) -> None:
    account = an_account(external_id="C-1")
    client.force_login(a_user(role="analyst"))
    file = a_list("customer,day\nC-1,2026-03-01\nnobody,2026-03-01\n")
    looked_at = ["account.employees", "mrr"]
    answer = client.post(
        f"{reverse(NEW)}?origin=list", ASKED | {"file": file, "looked_at": looked_at}
    )
    measure = Measure.objects.get()
    assert answer["Location"] == reverse("effects:measure_check", args=[measure.pk])
    assert (measure.state, measure.meaningful) == ("draft", 0.05)
    assert measure.params["looked_at"] == looked_at
    assert list(Treated.objects.values_list("account", flat=True)) == [account.pk]


@pytest.mark.parametrize(
    ("text", "name"), [("", "list.csv"), ("%PDF-1.7", "list.pdf"), ("PK\x03\x04", "x.xlsx")]
)
def test_what_is_no_list_is_refused_with_words(client: Client, text: str, name: str) -> None:
    client.force_login(a_user(role="analyst"))
    answer = client.post(f"{reverse(NEW)}?origin=list", ASKED | {"file": a_list(text, name)})
    assert answer.status_code == 400
    assert "invalid-feedback" in answer.content.decode()
    assert not Measure.objects.exists()


def test_a_goal_must_be_whole(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    given = ASKED | {"goal": "metric", "file": a_list("customer\nC-1\n")}
    answer = client.post(f"{reverse(NEW)}?origin=list", given)
    assert answer.status_code == 400 and "Choose the metric." in answer.content.decode()


def test_a_hold_out_asks_nobody_who_was_chosen_why(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    page = client.get(f"{reverse(NEW)}?origin=holdout").content.decode()
    assert 'name="share"' in page and 'name="looked_at"' not in page
    client.post(f"{reverse(NEW)}?origin=holdout", ASKED | {"share": "20", "segment": ""})
    assert Measure.objects.get().params["share"] == 0.2
