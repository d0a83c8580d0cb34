from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banso.know.accounts.tests.builders import an_account
from banso.know.people import reads
from banso.know.people.models import Membership
from banso.know.people.tests.builders import a_person
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> User:
    user = a_user(language="ja")
    client.force_login(user)
    return user


def names(client: Client, query: str) -> list[str]:
    answer = client.get(f"/people/?{query}")
    assert answer.status_code == 200
    return [person.name for person in answer.context["page"].people]


@pytest.mark.parametrize("few", [1000, 0])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["伊藤", "田中"]),
        ("q=ﾀﾅｶ", ["田中"]),
        ("q=ito@EXAMPLE", ["伊藤"]),
        ("account=みどり", ["田中"]),
        ("key=on", ["田中"]),
        ("influence=uses", ["伊藤"]),
        ("influence=nonsense", ["伊藤", "田中"]),
        ("key=on&account=あおば", []),
        ("sort=-name", ["田中", "伊藤"]),
        ("sort=-name_kana", ["田中", "伊藤"]),
        ("sort=nonsense&page=x", ["伊藤", "田中"]),
        ("q=%00", ["伊藤", "田中"]),
    ],
)
def test_filters_and_order(
    client: Client,
    reader: User,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    found: list[str],
    few: int,
) -> None:
    monkeypatch.setattr(reads, "FEW", few)
    aoba, midori = an_account(name="あおば製作所"), an_account(name="みどり商事")
    a_person(aoba, name="伊藤", name_kana="イトウ", email="ito@example.jp", influence="uses")
    a_person(midori, name="田中", name_kana="タナカ", is_key=True, influence="decides")
    assert names(client, query) == found


def test_a_person_stands_once_with_all_accounts(client: Client, reader: User) -> None:
    person = a_person(an_account(name="代理店"), is_key=True)
    Membership.objects.create(person=person, account=an_account(name="お客様"))
    answer = client.get("/people/")
    page = answer.content.decode()
    assert "1人の担当者" in page
    assert "代理店" in page
    assert "お客様" in page
    assert page.count(">キーマン<") == 1


def test_queries_do_not_grow_with_the_rows(client: Client, reader: User) -> None:
    account = an_account()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/people/?account=あおば")
        return len(queries)

    a_person(account)
    with_one = asked()
    for _ in range(60):
        a_person(account)
    assert asked() == with_one <= 8
    assert client.get("/people/").context["page"].has_next
    assert len(names(client, "page=2")) == 11


def test_an_empty_list_teaches_the_next_step(client: Client, reader: User) -> None:
    page = client.get("/people/").content.decode()
    assert "担当者がまだ登録されていません" in page
    assert "条件に合う担当者はいません" in client.get("/people/?q=x").content.decode()
