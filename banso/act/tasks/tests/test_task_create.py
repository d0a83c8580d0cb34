from __future__ import annotations

import pytest
from django.test import Client

from banso.act.signals.tests.builders import a_signal
from banso.act.tasks.models import Task
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/tasks/new/"


def given(owner: User, **more: object) -> dict[str, object]:
    return {"title": "電話する", "owner": owner.pk, "due_on": "2026-07-01"} | more


def test_a_task_about_a_customer_named_in_the_form(client: Client) -> None:
    me = a_user()
    account = an_account(owner=me)
    client.force_login(me)
    response = client.post(URL, given(me, account=f"{account.name} [{account.external_id}]"))
    assert response.status_code == 302
    task = Task.objects.get()
    assert (task.account, task.owner, str(task.due_on)) == (account, me, "2026-07-01")
    assert Entry.objects.get(kind="task.added").account_id == account.pk


def test_a_task_about_no_customer(client: Client) -> None:
    me = a_user()
    client.force_login(me)
    client.post(URL, given(me))
    assert Task.objects.get().account is None


def test_a_signals_next_step_fills_the_form_and_the_task_remembers_it(client: Client) -> None:
    me = a_user(language="en")
    signal = a_signal(an_account(owner=me))
    client.force_login(me)
    with clock.held_at(TODAY):
        page = client.get(f"{URL}?signal={signal.pk}").content.decode()
        assert "Get in touch and ask how things are going" in page
        assert "2026-06-22" in page
        client.post(f"{URL}?signal={signal.pk}", given(me))
        client.post(f"{URL}?signal={signal.pk}", given(me))
    assert Task.objects.get().signal == signal


@pytest.mark.parametrize("text", ["nobody of that name", "同名"])
def test_a_customer_that_is_not_one_is_refused(client: Client, text: str) -> None:
    Account.objects.create(external_id="x1", name="同名")
    Account.objects.create(external_id="x2", name="同名")
    me = a_user(language="en")
    client.force_login(me)
    response = client.post(URL, given(me, account=text))
    assert "is not one customer" in response.content.decode()
    assert not Task.objects.exists()


def test_another_teams_customer_is_refused(client: Client) -> None:
    theirs = an_account(owner=a_user())
    me = a_user(language="en")
    client.force_login(me)
    assert client.get(f"{URL}?account={theirs.pk}").status_code == 403
    response = client.post(URL, given(me, account=theirs.external_id))
    assert "belongs to another team" in response.content.decode()
    assert not Task.objects.exists()


def test_a_viewer_adds_nothing(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    assert client.get(URL).status_code == 403


def test_it_goes_back_only_to_our_own_pages(client: Client) -> None:
    me = a_user()
    client.force_login(me)
    assert client.post(URL, given(me, next="/customers/1/"))["Location"] == "/customers/1/"
    assert client.post(URL, given(me, next="https://evil.example/"))["Location"] == "/tasks/"


@pytest.mark.parametrize("number", ["²", "9" * 5000, "x"])
def test_a_number_that_is_none_is_passed_over(client: Client, number: str) -> None:
    client.force_login(a_user())
    for name in ("signal", "account"):
        assert client.get(URL, {name: number}).status_code == 200


@pytest.mark.parametrize(
    ("given_next", "there"),
    [("foo", "foo"), ("/customers/", "/customers/"), ("//evil.example", "/tasks/")],
)
def test_the_way_back_stays_with_us(client: Client, given_next: str, there: str) -> None:
    me = a_user()
    client.force_login(me)
    answer = client.post(URL, given(me, next=given_next))
    assert (answer.status_code, answer["Location"]) == (302, there)
