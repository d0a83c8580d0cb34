from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.notes.models import Note
from banso.know.people.tests.builders import a_person
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


def add(client: Client, account: Account, *, htmx: bool = True, **data: Any) -> str:
    filled = {"at": "2026-03-31T00:30", "happened": "訪問しました"} | data
    with clock.held_at(NOW):
        answer = client.post(
            f"/notes/of/{account.pk}/add/", filled, headers=HTMX if htmx else {}, follow=True
        )
    return answer.content.decode()


def test_who_what_and_how_they_feel(client: Client) -> None:
    user = a_user(language="ja")
    client.force_login(user)
    account = an_account()
    person = a_person(account, name="田中")
    page = add(client, account, person=person.pk, channel="visit", mood="-1", feeling="費用が心配")
    for said in ("メモを追加しました。", "訪問しました", "田中", "ご不安", "費用が心配"):
        assert said in page
    assert 'id="last-contact" hx-swap-oob="true">2026/03/31' in page
    note = Note.objects.get()
    assert (note.author, note.mood, note.at) == (
        user,
        -1,
        datetime(2026, 3, 30, 15, 30, tzinfo=UTC),
    )
    assert Entry.objects.get(kind="note.added").account_id == account.pk


def test_the_last_contact_moves_forward_only(client: Client) -> None:
    client.force_login(a_user())
    account = an_account(last_contact_on=date(2026, 3, 1))
    for at, expected in (
        ("2026-02-01T10:00", date(2026, 3, 1)),
        ("2026-03-31T00:30", date(2026, 3, 31)),
    ):
        add(client, account, at=at)
        account.refresh_from_db()
        assert account.last_contact_on == expected


def test_faults_come_back_with_the_form_in_its_place(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    account = an_account()
    page = add(client, account, at="2026-05-01T10:00", happened="")
    assert "すでに過ぎた日時を選んでください。" in page
    assert "このフィールドは必須です。" in page
    stranger = a_person()
    assert "is-invalid" in add(client, account, person=stranger.pk)
    assert not Note.objects.exists()


def test_it_works_without_scripts(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    account = an_account(name="あおば製作所")
    page = client.get(f"/notes/of/{account.pk}/add/").content.decode()
    assert "あおば製作所" in page
    assert "hx-post" not in page
    page = add(client, account, htmx=False)
    assert "メモを追加しました。" in page
    assert "訪問しました" in page


def test_the_form_asked_for_by_htmx_is_only_the_form(client: Client) -> None:
    client.force_login(a_user())
    answer = client.get(f"/notes/of/{an_account().pk}/add/", headers=HTMX)
    page = answer.content.decode()
    assert "<html" not in page
    assert "hx-post" in page
    assert answer["HX-Retarget"] == "#note-box"


def test_others_may_not(client: Client) -> None:
    account = an_account(owner=a_user())
    client.force_login(a_user())
    address = f"/notes/of/{account.pk}/add/"
    assert client.get(address).status_code == 403
    assert client.post(address, {"happened": "x"}).status_code == 403
