from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.notes.models import Note
from banso.know.people.tests.builders import a_person
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.slots import entry_sentences
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def a_note(account: Account, days: int, happened: str, **fields: object) -> Note:
    return Note.objects.create(
        account=account, at=START + timedelta(days), happened=happened, **fields
    )


def test_notes_and_the_journal_are_one_story_newest_first(client: Client) -> None:
    user = a_user(name="佐藤 健", language="ja")
    client.force_login(user)
    account = an_account()
    a_note(account, 0, "はじめての訪問", mood=1, channel="visit", author=user)
    with clock.held_at(START + timedelta(1)):
        record("environment.changed", by=user, account_id=account.pk, fields=["culture"])
        record("nobody.knows", by=user, account_id=account.pk)
    a_note(account, 2, "電話で相談", feeling="不安そう", person=a_person(name="田中"))
    a_note(an_account(), 3, "よその顧客")
    page = client.get(f"/notes/of/{account.pk}/").content.decode()
    order = [page.index(said) for said in ("電話で相談", "「社風・文化」", "はじめての訪問")]
    assert order == sorted(order)
    for said in ("佐藤 健", "訪問", "満足", "不安そう", "田中", "2026/03/01 18:00"):
        assert said in page
    assert "よその顧客" not in page
    assert "nobody.knows" not in page


def test_older_ones_come_on_demand_and_none_is_lost(client: Client) -> None:
    user = a_user(language="en")
    client.force_login(user)
    account = an_account()
    for day in range(30):
        a_note(account, day // 3, f"note {day:02}")
        with clock.held_at(START + timedelta(day // 3)):
            record("account.added", by=user, account_id=account.pk)
    address, seen, parts = f"/notes/of/{account.pk}/", "", 0
    while address:
        page = client.get(address).content.decode()
        seen, parts = seen + page, parts + 1
        older = re.search(r'hx-get="([^"]*before=[^"]*)"', page)
        address = older.group(1).replace("&amp;", "&") if older else ""
    assert parts > 1
    assert [seen.count(f"note {day:02}") for day in range(30)] == [1] * 30
    assert seen.count("Added this customer") == 30


def test_search_finds_words_in_notes_people_and_sentences(client: Client) -> None:
    user = a_user(language="ja")
    client.force_login(user)
    account = an_account()
    a_note(account, 0, "請求書の宛先を変更", person=a_person(name="山本 さくら"))
    a_note(account, 1, "操作のご案内", feeling="とても喜んでいた")
    record("person.added", by=user, account_id=account.pk, name="小林 恵")
    for q, found, missing in (
        ("請求書", "宛先", "操作"),
        ("さくら 宛先", "宛先", "操作"),
        ("喜んで", "操作", "宛先"),
        ("小林", "小林 恵さんを担当者に追加しました", "操作"),
    ):
        page = client.get(f"/notes/of/{account.pk}/", {"q": q}).content.decode()
        assert found in page
        assert missing not in page
    page = client.get(f"/notes/of/{account.pk}/?q=xyz%00").content.decode()
    assert "この言葉を含む記録はありません。" in page


@pytest.mark.parametrize("before", ["nonsense", "2026-13-45T00:00", "2026-01-01T00:00:00"])
def test_nonsense_in_the_address_begins_at_the_newest(client: Client, before: str) -> None:
    client.force_login(a_user())
    account = an_account()
    a_note(account, 0, "hello")
    assert "hello" in client.get(f"/notes/of/{account.pk}/?before={before}").content.decode()


def test_another_app_says_how_its_entries_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_sentences, "_fillings", dict(entry_sentences._fillings))
    entry_sentences.fill("play.run", lambda entry: f"played {entry.payload['n']}", order=0)
    client.force_login(a_user())
    account = an_account()
    record("play.run", by=None, account_id=account.pk, n=7)
    assert "played 7" in client.get(f"/customers/{account.pk}/").content.decode()
