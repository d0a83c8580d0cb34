from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banso.know.accounts import listing
from banso.know.accounts.columns import Column, Kind, account_columns
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.users.models import Team, User
from banso.shared.users.tests.builders import a_user
from banso.shared.users.writes import save_organisation

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 1)


@pytest.fixture
def reader(client: Client) -> User:
    user = a_user(language="ja", team=Team.objects.create(name="東日本"))
    client.force_login(user)
    return user


def names(client: Client, query: str) -> list[str]:
    """The names on the list, in order."""
    with clock.held_at(TODAY):
        answer = client.get(f"/customers/?{query}")
    assert answer.status_code == 200
    return [account.name for account in answer.context["page"].accounts]


def test_it_shows_who_there_is_in_the_readers_language(client: Client, reader: User) -> None:
    an_account(
        name="あおば製作所", owner=reader, mrr_minor=120_000, currency="JPY", touch_model="high"
    )
    page = client.get("/customers/").content.decode()
    assert "1件の顧客" in page
    assert "あおば製作所" in page
    assert "¥120,000" in page
    assert "ハイタッチ" in page
    client.force_login(a_user(language="en"))
    page = client.get("/customers/").content.decode()
    assert "1 customer<" in page.replace("\n", "")
    assert "High touch" in page


def test_an_empty_list_teaches_the_next_step(client: Client) -> None:
    client.force_login(a_user(role="manager", language="ja"))
    page = client.get("/customers/").content.decode()
    assert "顧客がまだ登録されていません" in page
    assert "/customers/add/" in page


def test_a_search_without_hit_offers_the_way_back(client: Client, reader: User) -> None:
    an_account()
    assert "条件に合う顧客はありません" in client.get("/customers/?q=zzz").content.decode()


@pytest.mark.parametrize("q", ["ＡＣＭＥ", "acme corp", "アクメ", "ｱｸﾒ", "a-77", "acme.example"])
def test_search_finds_name_reading_id_and_website_in_any_width(
    client: Client, reader: User, q: str
) -> None:
    an_account(
        name="Acme Corp.", name_kana="アクメ", external_id="A-77", website="https://acme.example"
    )
    an_account(name="みどり商事", external_id="B-1")
    assert names(client, f"q={q}") == ["Acme Corp."]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("industry=製造", ["甲"]),
        ("industry=造&industry.how=has", ["甲"]),
        ("industry=製造&industry=小売&industry.how=is", ["乙", "甲"]),
        ("industry.how=empty", ["丙"]),
        ("industry.how=filled", ["乙", "甲"]),
        ("touch_model=high", ["甲"]),
        ("touch_model=high&touch_model=low", ["乙", "甲"]),
        ("touch_model.how=empty", ["丙"]),
        ("employees.min=100&employees.max=1,000", ["甲"]),
        ("employees.how=empty", ["丙"]),
        ("mrr.min=1500", ["乙"]),
        ("health.max=40", ["甲"]),
        ("next_renewal.min=2026-05-01&next_renewal.max=2026-05-31", ["甲"]),
        ("next_renewal=90&next_renewal.how=next", ["甲"]),
        ("last_contact=60&last_contact.how=quiet", ["丙", "乙"]),
        ("last_contact.how=empty", ["丙"]),
        ("industry=製造&touch_model=low", []),
    ],
)
def test_built_in_filters(client: Client, reader: User, query: str, found: list[str]) -> None:
    save_organisation(by=None, currency="JPY")
    an_account(
        name="甲", industry="製造", touch_model="high", employees=500, mrr_minor=1000, health=30,
        next_renewal_on=date(2026, 5, 10), last_contact_on=date(2026, 3, 20), currency="JPY",
    )  # fmt: skip
    an_account(
        name="乙", industry="小売", touch_model="low", employees=5000, mrr_minor=2000, health=80,
        next_renewal_on=date(2027, 5, 10), last_contact_on=date(2026, 1, 5), currency="JPY",
    )  # fmt: skip
    an_account(name="丙")
    assert sorted(names(client, query)) == sorted(found)


def test_money_is_asked_in_whole_units_of_the_organisations_currency(
    client: Client, reader: User
) -> None:
    save_organisation(by=None, currency="USD")
    an_account(name="cheap", mrr_minor=99_99, currency="USD")
    an_account(name="dear", mrr_minor=100_00, currency="USD")
    assert names(client, "mrr.min=100") == ["dear"]


def test_owner_filters(client: Client, reader: User) -> None:
    mate = a_user(team=reader.team)
    an_account(name="mine", owner=reader)
    an_account(name="of my team", owner=mate)
    an_account(name="of another", owner=a_user())
    an_account(name="nobody's")
    assert names(client, "owner=mine") == ["mine"]
    assert names(client, "owner=team") == ["mine", "of my team"]
    assert names(client, "owner=nobody") == ["nobody's"]
    assert names(client, f"owner={mate.pk}&owner=nobody") == ["nobody's", "of my team"]
    assert names(client, "owner.how=filled") == ["mine", "of another", "of my team"]


def test_who_has_no_team_has_no_team_mates(client: Client) -> None:
    client.force_login(a_user())
    an_account(owner=a_user())
    assert names(client, "owner=team") == []


def test_subsidiaries_by_parent(client: Client, reader: User) -> None:
    top = an_account(name="本社")
    an_account(name="支社", parent=top)
    assert names(client, "parent=本社") == ["支社"]
    assert names(client, f"parent={top.pk}&parent.how=is") == ["支社"]
    assert names(client, "parent.how=empty") == ["本社"]
    assert "本社" in client.get("/customers/?columns=parent&q=支社").content.decode()


@pytest.fixture
def own_fields() -> None:
    define_field(
        by=None, holder="account", key="plan__x", kind="choice", choices=["Gold", "Silver"]
    )
    define_field(by=None, holder="account", key="score", kind="number", label_ja="商談スコア")
    define_field(by=None, holder="account", key="kickoff", kind="date")
    define_field(by=None, holder="account", key="memo", kind="text")
    custom: list[tuple[str, dict[str, Any]]] = [
        ("甲", {"plan__x": "Gold", "score": 5, "kickoff": "2026-01-15", "memo": "Ｓpecial 価格"}),
        ("乙", {"plan__x": "Silver", "score": 40.5, "kickoff": "2026-03-01", "memo": ""}),
        ("丙", {}),
    ]
    for name, values in custom:
        an_account(name=name, custom=values)


@pytest.mark.usefixtures("own_fields")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("own_plan__x=Gold", ["甲"]),
        ("own_plan__x=Gold&own_plan__x=Silver", ["乙", "甲"]),
        ("own_plan__x.how=empty", ["丙"]),
        ("own_score.min=6", ["乙"]),
        ("own_score.min=4&own_score.max=40.5", ["乙", "甲"]),
        ("own_score.how=empty", ["丙"]),
        ("own_kickoff.min=2026-02-01", ["乙"]),
        ("own_kickoff.max=2026/02/01", ["甲"]),
        ("own_kickoff=40&own_kickoff.how=quiet", ["丙", "甲"]),
        ("own_memo=価格", ["甲"]),
        ("own_memo=PECIAL&own_memo.how=has", ["甲"]),
        ("own_memo.how=empty", ["丙", "乙"]),
        ("own_memo.how=filled", ["甲"]),
        ("own_gone=1", ["甲", "乙", "丙"]),
    ],
)
def test_own_field_filters(client: Client, reader: User, query: str, found: list[str]) -> None:
    assert sorted(names(client, query)) == sorted(found)


@pytest.mark.usefixtures("own_fields")
def test_own_fields_are_columns_and_sort_by_number(client: Client, reader: User) -> None:
    assert names(client, "sort=own_score&columns=own_score") == ["甲", "乙", "丙"]
    assert names(client, "sort=-own_score") == ["乙", "甲", "丙"]
    page = client.get("/customers/?columns=own_score,own_kickoff").content.decode()
    assert "商談スコア" in page
    assert "40.50" in page
    assert "2026/01/15" in page


def test_what_is_unknown_comes_last_in_both_orders(client: Client, reader: User) -> None:
    an_account(name="a", mrr_minor=1)
    an_account(name="b", mrr_minor=2)
    an_account(name="c")
    assert names(client, "sort=mrr") == ["a", "b", "c"]
    assert names(client, "sort=-mrr") == ["b", "a", "c"]


def test_the_head_says_the_order_and_turns_it(client: Client, reader: User) -> None:
    an_account()
    page = client.get("/customers/?sort=-mrr").content.decode()
    assert 'aria-sort="descending"><a href="?sort=mrr"' in page
    assert 'aria-sort="none"><a href="?sort=stage"' in page


def test_columns_are_chosen_and_ordered(client: Client, reader: User) -> None:
    an_account(industry="製造", country="日本")
    for query in ("columns=country,industry", "columns=country&columns=industry&columns=nonsense"):
        heads = client.get(f"/customers/?{query}").context["heads"]
        assert [head.label for head in heads] == ["国", "業種"]


def test_a_filter_that_cannot_be_read_is_said_and_left_out(client: Client, reader: User) -> None:
    an_account()
    page = client.get("/customers/?employees.min=many").content.decode()
    assert "読み取れなかったため使っていません:従業員数" in page
    assert "1件の顧客" in page


@pytest.mark.parametrize(
    "query",
    [
        "page=999", "page=x", "sort=nonsense", "sort=-", "view=99", "columns=", "a.b.c=1",
        "mrr.how=has&mrr=1", "next_renewal=99999999&next_renewal.how=next", "owner=%00",
        "employees.max=1e400", "employees.min=1e14", "mrr.min=1e14", "q=%20", "q=%00a",
        "industry=%00&industry.how=has", "parent=x&parent.how=is", "parent=999999999&parent.how=is",
        "signed_up.min=0001-13-45", "health.min=NaN",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(client: Client, reader: User, query: str) -> None:
    an_account()
    assert client.get(f"/customers/?{query}").status_code == 200


def test_pages_of_fifty(client: Client, reader: User) -> None:
    for number in range(51):
        an_account(name=f"{number:03}")
    first = client.get("/customers/")
    assert first.context["page"].has_next
    assert 'rel="next"' in first.content.decode()
    assert names(client, "page=2") == ["050"]
    assert names(client, "page=7") == ["050"]


def test_many_matches_walk_the_order_and_few_are_sorted(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        an_account(name=f"{number}", segment="SMB", mrr_minor=-number, custom={"x": number})
    an_account(name="other", segment="Mid")
    query = "segment=SMB&segment.how=is&sort=mrr"
    few = names(client, query)
    monkeypatch.setattr(listing, "FEW", 3)
    many = names(client, query)
    assert few == many == [str(number) for number in reversed(range(9))]
    page = client.get(f"/customers/?{query}").content.decode()
    assert "3件以上の顧客" in page
    assert "/customers/count/?segment=SMB" in page


@pytest.mark.parametrize(
    "query", ["", "q=あおば&sort=-mrr", "owner=mine&columns=parent,own_score,owner", "page=2"]
)
def test_queries_do_not_grow_with_the_rows(client: Client, reader: User, query: str) -> None:
    define_field(by=None, holder="account", key="score", kind="number")
    top = an_account()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/customers/?{query}")
        return len(queries)

    an_account(owner=reader, parent=top, custom={"score": 1})
    with_few = asked()
    for number in range(60):
        an_account(owner=reader, parent=top, custom={"score": number})
    assert asked() == with_few <= 12


def test_a_later_stage_adds_a_column(
    client: Client, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, other = an_account(), an_account()
    asked: list[list[int]] = []

    def usage(ids: Any) -> dict[int, float]:
        asked.append(list(ids))
        return {account.pk: 0.25}

    monkeypatch.setattr(account_columns, "_fillings", dict(account_columns._fillings))
    account_columns.fill("usage", Column("利用率", lambda row: row, Kind.PERCENT, usage), order=90)
    account_columns.fill("usage2", Column("倍", lambda row: row * 2, Kind.NUMBER, usage), order=91)
    page = client.get("/customers/?columns=usage,usage2").content.decode()
    assert "25.0%" in page
    assert '<td class="number">0.50</td>' in page
    assert asked == [[account.pk, other.pk]]


def test_quick_views_lead_to_their_lists(client: Client, reader: User) -> None:
    an_account(name="soon", next_renewal_on=clock.today() + timedelta(30))
    an_account(name="later", next_renewal_on=clock.today() + timedelta(200))
    tabs = client.get("/customers/").context["tabs"]
    assert [tab.label for tab in tabs] == ["すべて", "自分", "90日以内に更新", "60日以上接点なし"]
    assert tabs[0].is_here
    answer = client.get(f"/customers/?{tabs[2].address}")
    assert [account.name for account in answer.context["page"].accounts] == ["soon"]
    assert answer.context["tabs"][2].is_here
    assert "次回更新日: 90日以内" in answer.content.decode()


def test_a_formula_or_script_in_a_name_is_only_text(client: Client, reader: User) -> None:
    an_account(name="<script>alert(1)</script>", industry='"><b>x</b>')
    page = client.get("/customers/?columns=industry").content.decode()
    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_a_viewer_sees_the_list_without_the_means_to_change(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    an_account(name="見える顧客")
    page = client.get("/customers/").content.decode()
    assert "見える顧客" in page
    assert 'name="ids"' not in page
    assert "/customers/add/" not in page


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/customers/").status_code == 302


def test_imported_accounts_are_found_too(client: Client, reader: User) -> None:
    from banso.know.accounts.writes import upsert_accounts

    upsert_accounts(by=None, source="crm", rows=[{"external_id": "X1", "name": "ﾐﾄﾞﾘ商事"}])
    assert names(client, "q=ミドリ") == ["ﾐﾄﾞﾘ商事"]
    upsert_accounts(by=None, source="crm", rows=[{"external_id": "X1", "name": "アカネ商事"}])
    assert names(client, "q=ミドリ") == []
    assert names(client, "q=ｱｶﾈ") == ["アカネ商事"]
    assert Account.objects.count() == 1
