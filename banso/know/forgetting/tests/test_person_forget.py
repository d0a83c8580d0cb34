"""An administrator has a person forgotten: gone from the database at once, from the files soon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.forgetting import registry
from banso.know.forgetting.models import ForgottenPerson
from banso.know.forgetting.registry import Identity, Trace
from banso.know.forgetting.tests.builders import send, somebody_with_events
from banso.know.forgetting.writes import forget_person
from banso.know.notes.models import Note
from banso.know.people.models import Membership, Person
from banso.know.people.tests.builders import a_person
from banso.know.people.writes import put_at_account
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.lake import ledger, reads
from banso.shared.lake.tests.builders import an_event
from banso.shared.slots import Slot
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
ERASE = {"mode": "erase", "scope": "everywhere", "sure": "on"}


def users() -> list[object]:
    return list(reads.query("SELECT user_key FROM events ORDER BY ts_us")["user_key"].to_pylist())


def forgotten(client: Client, person: Person, **given: str) -> ForgottenPerson:
    client.force_login(a_user(role="administrator", language="ja"))
    page = reverse("forgetting:person_forget", args=[person.pk])
    answer = client.post(page, ERASE | given)
    assert answer.status_code == 302, answer.content.decode()
    run_owed()
    receipt = ForgottenPerson.objects.get()
    assert answer["Location"] == reverse("forgetting:forgotten_person", args=[receipt.pk])
    return receipt


def test_the_page_says_what_would_be_touched(client: Client) -> None:
    person, _account = somebody_with_events()
    an_account(external_id="B-1", name="別の会社")
    send(an_event("2025-03-19 10:00", account_key="B-1", user_key="u-1"))
    a_person(external_id="u-1", source="crm")
    client.force_login(a_user(role="administrator", language="ja"))
    assert reverse("forgetting:person_forget", args=[person.pk]) in (
        client.get(f"/people/{person.pk}/").content.decode()
    )
    page = client.get(reverse("forgetting:person_forget", args=[person.pk])).content.decode()
    for said in ("みどり商事", "別の会社", "同じ ID", "バックアップ", "元に戻せない"):
        assert said in page
    assert Person.objects.filter(pk=person.pk).exists()


def test_only_administrators(client: Client) -> None:
    person, _account = somebody_with_events()
    client.force_login(a_user(role="manager"))
    page = reverse("forgetting:person_forget", args=[person.pk])
    assert client.get(page).status_code == client.post(page, ERASE).status_code == 403
    assert page not in client.get(f"/people/{person.pk}/").content.decode()
    with pytest.raises(PermissionDenied):
        forget_person(by=a_user(role="csm"), person=person, mode="erase", everywhere=True)


def test_nothing_happens_before_the_box_is_ticked(client: Client) -> None:
    person, _account = somebody_with_events()
    client.force_login(a_user(role="administrator"))
    page = reverse("forgetting:person_forget", args=[person.pk])
    answer = client.post(page, ERASE | {"sure": ""})
    assert answer.status_code == 200
    assert Person.objects.filter(pk=person.pk).exists()
    assert not ForgottenPerson.objects.exists()


def test_erased_from_the_database_and_the_files(client: Client) -> None:
    person, account = somebody_with_events()
    Note.objects.create(account=account, person=person, at=clock.now(), happened="田中 一郎と会う")
    receipt = forgotten(client, person, reference="問い合わせ 7")
    assert not Person.objects.exists() and not Membership.objects.exists()
    assert users() == ["u-2"]
    assert ledger.balance().is_even
    assert (receipt.forgetting.events, receipt.forgetting.left) == (2, 0)
    counts = {one["what"]: one["rows"] for one in receipt.touched}
    assert counts["Places at customers"] == counts["Notes whose text has the name"] == 1
    kept = str(list(ForgottenPerson.objects.values())) + str(list(Entry.objects.values("payload")))
    for said in ("田中", "u-1", "ichiro"):
        assert said not in kept


def test_pseudonymised_in_the_database_and_the_files(client: Client) -> None:
    person, _account = somebody_with_events(phone="03-1", custom={"hobby": "将棋"})
    forgotten(client, person, mode="pseudonymise")
    person.refresh_from_db()
    assert (person.name, person.email, person.phone, person.custom) == ("削除された人", "", "", {})
    assert Membership.objects.count() == 1
    first, second, third = users()
    assert first == second and third == "u-2"
    assert first not in ("u-1", person.external_id)
    assert "ichiro" not in str(reads.query("SELECT props FROM events").to_pylist())


def test_the_name_leaves_the_journal(client: Client) -> None:
    person, account = somebody_with_events()
    boss = a_user(role="administrator")
    put_at_account(by=boss, person=person, account=account, is_key=True, influence="")
    forgotten(client, person)
    entry = Entry.objects.get(kind="person.placed")
    assert entry.payload["name"] == "削除された人"
    assert entry.payload["is_key"] is True


def test_only_the_customers_where_the_person_stands(client: Client) -> None:
    person, _account = somebody_with_events()
    an_account(external_id="B-1")
    send(an_event("2025-03-19 10:00", account_key="B-1", user_key="u-1"))
    receipt = forgotten(client, person, scope="here")
    assert users() == ["u-2", "u-1"]
    assert receipt.forgetting.events == 2


def test_other_apps_take_the_person_out_of_what_they_keep(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Identity] = []

    def trace(identity: Identity) -> list[Trace]:
        seen.append(identity)
        return [Trace("Refused events", 3, "removed")]

    slot: Slot[object] = Slot("test")
    slot.fill("test", trace, order=1)
    monkeypatch.setattr(registry, "traces", slot)
    monkeypatch.setattr("banso.know.forgetting.writes.traces", slot)
    person, _account = somebody_with_events()
    receipt = forgotten(client, person)
    assert {"what": "Refused events", "rows": 3, "how": "removed"} in receipt.touched
    assert seen[0].words == ["u-1", "ichiro@example.jp", "田中 一郎"]


def test_events_that_come_later_are_new(client: Client) -> None:
    person, _account = somebody_with_events()
    forgotten(client, person)
    with clock.held_at(clock.now() + timedelta(minutes=5)):
        send(an_event("2025-03-26 10:00", account_key="A-1", user_key="u-1"))
    assert users() == ["u-2", "u-1"]
