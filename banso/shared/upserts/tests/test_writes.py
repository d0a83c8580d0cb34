from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.shared.upserts.rules import Change, differences
from banso.shared.upserts.writes import update_columns, upsert

pytestmark = pytest.mark.django_db


def put(*rows: dict[str, Any], dry_run: bool = False) -> list[str]:
    return [one.state for one in upsert(Account, source="crm", rows=rows, dry_run=dry_run)]


def test_rows_are_created_changed_or_left_alone() -> None:
    row = {"external_id": "A", "name": "あおば製作所", "signed_up_on": date(2024, 3, 1)}
    assert put(row, {"external_id": "B", "name": "Beni"}) == ["created", "created"]
    assert put(row, {"external_id": "B", "name": "Beni KK"}) == ["same", "changed"]
    account = Account.objects.get(external_id="A")
    assert (account.source, account.signed_up_on, account.custom) == ("crm", date(2024, 3, 1), {})
    assert account.created_at is not None


def test_what_is_searched_follows_a_changed_name() -> None:
    put({"external_id": "A", "name": "Aoba"})
    put({"external_id": "A", "name": "ＡＯＩ"})
    assert Account.objects.get().search_text.startswith("aoi")


def test_own_fields_are_merged_key_by_key() -> None:
    put({"external_id": "A", "name": "Aoba", "custom": {"plan": "Pro", "seats": 3}})
    put({"external_id": "A", "custom": {"seats": 5}})
    assert Account.objects.get().custom == {"plan": "Pro", "seats": 5}


def test_another_sources_record_of_the_same_id_is_another() -> None:
    an_account(source="manual", external_id="A")
    assert put({"external_id": "A", "name": "Aoba"}) == ["created"]
    assert Account.objects.filter(external_id="A").count() == 2


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    put({"external_id": "A", "name": "Aoba"})
    states = put({"external_id": "A", "name": "X"}, {"external_id": "B", "name": "B"}, dry_run=True)
    assert states == ["changed", "created"]
    assert Account.objects.get().name == "Aoba"


def test_differences_name_own_fields_by_their_key() -> None:
    old = {"name": "a", "custom": {"x": 1, "y": 2}}
    assert differences(old, {"name": "a", "custom": {"x": 3}}) == (Change("custom.x", 1, 3),)


def test_columns_are_set_by_id_and_counted() -> None:
    account = an_account()
    assert update_columns(Account, values={account.pk: {"mrr_minor": 5}, 0: {"mrr_minor": 6}}) == 1
    account.refresh_from_db()
    assert account.mrr_minor == 5
