from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.shared.fields.writes import define_field
from banso.shared.journal.models import Entry
from banso.shared.rest.tests.callers import Caller
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def a_list() -> list[Account]:
    """Seven customers; some names are equal, some have no renewal and no score."""
    define_field(by=None, holder="account", key="rank", kind="choice", choices=["Gold", "Silver"])
    define_field(by=None, holder="account", key="score", kind="number")
    rows: list[dict[str, Any]] = [
        {"name": "青葉", "stage": "adoption", "health": 80, "custom": {"rank": "Gold", "score": 5}},
        {"name": "青葉", "stage": "onboarding", "next_renewal_on": date(2026, 5, 1)},
        {"name": "Blue", "next_renewal_on": date(2026, 4, 1), "custom": {"score": 2.5}},
        {"name": "北斗", "health": 10, "custom": {"rank": "Silver"}},
        {"name": "北斗", "health": 10, "next_renewal_on": date(2026, 5, 1)},
        {"name": "みどり", "mrr_minor": 5, "currency": "USD"},
        {"name": "富士", "source": "other"},
    ]
    return [
        an_account(**{"source": "crm", "external_id": f"C-{n}"} | row)
        for n, row in enumerate(rows, 1)
    ]


def walked(caller: Caller, **query: Any) -> list[int]:
    """The ids of all pages, two at a time."""
    found: list[int] = []
    cursor = ""
    while True:
        page = caller.get("/accounts", limit=2, cursor=cursor, **query)
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            return found


@pytest.mark.parametrize("key", ["id", "name", "next_renewal", "health", "own_score", "updated_at"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_order_meets_every_customer_once(key: str, sign: str) -> None:
    ids = {account.pk for account in a_list()}
    found = walked(Caller("accounts:read"), sort=f"{sign}{key}")
    assert len(found) == len(ids) and set(found) == ids


def test_what_is_unknown_comes_last_in_both_directions() -> None:
    a_list()
    caller = Caller("accounts:read")
    for sort, first in (("health", 10), ("-health", 80)):
        scores = [i["health"] for i in caller.get("/accounts", sort=sort)["items"]]
        assert scores[0] == first and scores[-4:] == [None] * 4


def test_rows_that_come_and_go_shift_nothing() -> None:
    made = a_list()
    caller = Caller("accounts:read")
    first = caller.get("/accounts", limit=3, sort="name")
    seen = [item["id"] for item in first["items"]]
    Account.objects.filter(pk=seen[0]).delete()
    an_account(name="AAA", source="crm")
    rest = caller.get("/accounts", cursor=first["next_cursor"], sort="name")["items"]
    assert sorted(seen + [item["id"] for item in rest]) == [account.pk for account in made]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "北斗"}, ["北斗", "北斗"]),
        ({"name": "lu"}, ["Blue"]),
        ({"external_id": "C-7", "source": "other"}, ["富士"]),
        ({"stage": "onboarding"}, ["青葉"]),
        ({"health_min": 5, "health_max": 20}, ["北斗", "北斗"]),
        ({"renewal_from": "2026-04-15", "renewal_to": "2026-05-01"}, ["青葉", "北斗"]),
        ({"own_rank": "Gold"}, ["青葉"]),
        ({"own_score.min": "2", "own_score.max": "3"}, ["Blue"]),
        ({"own_rank.how": "filled", "health_min": 50}, ["青葉"]),
        ({"owner": "nobody", "stage": "adoption"}, ["青葉"]),
        ({"owner": "who@example.jp"}, []),
        ({"updated_since": "2999-01-01T00:00:00Z"}, []),
    ],
)
def test_filters(query: dict[str, Any], names: list[str]) -> None:
    a_list()
    assert [i["name"] for i in Caller("accounts:read").get("/accounts", **query)["items"]] == names


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stagee": "left"}, "stagee"),
        ({"stage": "gone"}, "stage"),
        ({"own_nothing": "1"}, "own_nothing"),
        ({"own_score.min": "many"}, "own_score"),
        ({"sort": "password"}, "sort"),
        ({"limit": 1000}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"updated_since": "2026-01-01T00:00:00"}, "updated_since"),
        ({"include": "secrets"}, "include"),
        ({"q": "\x00"}, "q"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(query: dict[str, Any], field: str) -> None:
    a_list()
    problem = Caller("accounts:read").refused("/accounts", **query)
    assert problem["errors"][0]["field"] == field


def test_a_cursor_belongs_to_its_order() -> None:
    a_list()
    caller = Caller("accounts:read")
    cursor = caller.get("/accounts", limit=2)["next_cursor"]
    problem = caller.refused("/accounts", cursor=cursor, sort="name")
    assert "another sort" in problem["detail"]


def test_one_customer_by_either_id() -> None:
    owner = a_user(name="佐藤", email="sato@example.jp", role="csm")
    account = an_account(
        source="crm", external_id="a/b c", owner=owner, mrr_minor=1250, currency="USD"
    )
    an_account(source="other", external_id="a/b c")
    caller = Caller("accounts:read", source="crm")
    found = caller.get(f"/accounts/{account.pk}")
    assert found == caller.get("/accounts/by-external-id", external_id="a/b c")
    assert found["owner"]["email"] == "sato@example.jp"
    assert found["mrr"] == {"amount": "12.50", "currency": "USD"}
    caller.refused("/accounts/by-external-id", 404, external_id="none")
    caller.refused(f"/accounts/{account.pk + 99}", 404)


def test_a_batch_keeps_what_is_sound_and_names_the_rest() -> None:
    a_user(name="佐藤", email="sato@example.jp", role="csm")
    parent = an_account(source="crm", external_id="P-1")
    an_account(source="crm", external_id="C-1", name="Old", industry="IT")
    define_field(by=None, holder="account", key="rank", kind="choice", choices=["Gold"])
    items: list[Any] = [
        {"external_id": "C-1", "name": "New", "industry": None},
        {"external_id": "C-2", "owner": "SATO@example.jp", "parent": "P-1", "stage": "adoption"},
        {"external_id": "C-3", "custom": {"rank": "Gold"}, "signed_up_on": "2026-01-31"},
        {"external_id": "C-1", "name": "Again"},
        {"name": "no id"},
        {"external_id": "C-5", "employees": -1},
        {"external_id": "C-6", "colour": "red"},
        {"external_id": "C-7", "owner": "nobody@example.jp"},
        {"external_id": "C-8", "custom": {"rank": "Bronze"}},
        {"external_id": "C-9", "custom": {"unknown": 1}},
        "text",
        {"external_id": "C-\x00"},
    ]
    caller = Caller("accounts:write", source="crm")
    answer = caller.post("/accounts/batch", {"items": items})
    assert (answer["created"], answer["changed"], answer["same"]) == (2, 1, 0)
    assert [item["index"] for item in answer["items"]] == [0, 1, 2]
    assert {r["index"]: r["field"] for r in answer["refused"]} == {
        3: "external_id",
        4: "external_id",
        5: "employees",
        6: "colour",
        7: "owner",
        8: "custom.rank",
        9: "custom.unknown",
        10: "",
        11: "external_id",
    }
    first = Account.objects.get(source="crm", external_id="C-1")
    assert (first.name, first.industry) == ("New", "")
    second = Account.objects.get(pk=answer["items"][1]["id"])
    assert second.owner is not None and second.parent_id == parent.pk
    said = Entry.objects.get(kind="key.changed_something")
    assert said.payload["name"] == caller.key.name and said.payload["created"] == 2


def test_the_same_batch_again_changes_nothing() -> None:
    caller = Caller("accounts:write")
    sent = {"items": [{"external_id": "C-1", "name": "青葉", "employees": 10}]}
    assert caller.post("/accounts/batch", sent)["created"] == 1
    entries = Entry.objects.count()
    assert caller.post("/accounts/batch", sent)["same"] == 1
    assert Entry.objects.count() == entries


def test_a_batch_without_a_sound_item_is_refused_whole() -> None:
    problem = Caller("accounts:write").post(
        "/accounts/batch", {"items": [{"external_id": ""}]}, status=422
    )
    assert problem["refused"][0]["index"] == 0


def test_a_key_writes_its_own_source_only() -> None:
    other = an_account(source="other", external_id="C-1", name="Other")
    caller = Caller("accounts:write", source="crm")
    caller.post("/accounts/batch", {"items": [{"external_id": "C-1", "name": "Ours"}]})
    other.refresh_from_db()
    assert other.name == "Other" and Account.objects.count() == 2


def test_scopes_are_not_mixed_up() -> None:
    account = an_account()
    assert Caller("accounts:write").ask("GET", "/accounts").status_code == 403
    reader = Caller("accounts:read")
    sent = {"items": [{"external_id": "x"}]}
    assert reader.ask("POST", "/accounts/batch", body=sent).status_code == 403
    assert reader.ask("GET", f"/accounts/{account.pk}", {"include": "metrics"}).status_code == 403


@pytest.mark.parametrize(("query", "queries"), [({}, 2), ({"sort": "name"}, 2)])
def test_a_page_asks_the_database_so_often(
    query: dict[str, Any], queries: int, django_assert_num_queries: Any
) -> None:
    owner = a_user()
    for _ in range(30):
        an_account(owner=owner)
    caller = Caller("accounts:read")
    caller.get("/accounts", **query)
    with django_assert_num_queries(queries):
        caller.get("/accounts", **query)
