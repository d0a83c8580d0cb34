from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from banso.know.accounts import ranking
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.models import AccountMeasures, Refresh
from banso.measure.metrics.present import ranking_of
from banso.measure.metrics.reads import measured_since, newest_revision
from banso.measure.metrics.tests.builders import a_metric, measures
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def finish(revision: int) -> None:
    AccountMeasures.objects.filter(revision=0).update(revision=revision)
    record("metrics.refreshed", by=None, revision=revision)


@pytest.fixture
def company() -> list[Account]:
    """Four customers: three values, two of them alike, and none."""
    a_metric()
    accounts = [an_account(name=f"c{n}", stage="adoption") for n in range(5)]
    for account, value in zip(accounts, (5.0, 9.0, None, 5.0), strict=False):
        measures(account, logins=value)
    finish(1)
    return accounts


def change(account: Account, value: float, revision: int) -> None:
    kept = {"logins": {"v": value, "c": False}}
    AccountMeasures.objects.filter(pk=account.pk).update(values=kept, revision=revision)


def test_customers_stand_by_their_value(company: list[Account]) -> None:
    a, b, _, d, _ = [account.pk for account in company]
    found = ranking_of("logins")
    assert found.ordered(descending=False).tolist() == [a, d, b]
    assert found.ordered(descending=True).tolist() == [b, d, a]
    assert found.between(6, None).tolist() == [b]
    assert found.between(None, 5).tolist() == [a, d]


def test_only_what_a_refresh_changed_is_read_again(
    company: list[Account], django_assert_num_queries: Callable[[int], Any]
) -> None:
    ranking_of("logins")
    with django_assert_num_queries(2):
        ranking_of("logins")
    AccountMeasures.objects.filter(pk=company[0].pk).update(values={})  # told to nobody
    change(company[1], 1.0, revision=2)
    finish(2)
    with django_assert_num_queries(4):
        found = ranking_of("logins")
    assert found.numbers.tolist() == [5.0, 1.0, 5.0]


def test_a_refresh_that_changed_everybody_need_not_tell_it_in_each_row(
    company: list[Account],
) -> None:
    assert ranking_of("logins").numbers.tolist() == [5.0, 9.0, 5.0]
    change(company[0], 7.0, revision=1)
    Refresh.objects.filter(pk=1).update(rewritten=2)
    assert newest_revision() == 2
    assert set(measured_since(1)) == {account.pk for account in company[:4]}
    assert measured_since(2) == []
    assert ranking_of("logins").numbers.tolist() == [7.0, 9.0, 5.0]
    finish(2)
    change(company[1], 8.0, revision=3)
    assert measured_since(2) == [company[1].pk]
    assert ranking_of("logins").numbers.tolist() == [7.0, 8.0, 5.0]


def test_what_a_refresh_at_work_has_written_is_not_taken_for_all(company: list[Account]) -> None:
    change(company[0], 100.0, revision=2)
    assert ranking_of("logins").numbers.tolist() == [100.0, 9.0, 5.0]
    change(company[1], 200.0, revision=2)
    finish(2)
    assert ranking_of("logins").numbers.tolist() == [100.0, 200.0, 5.0]


def names(client: Client, query: str) -> list[str]:
    client.force_login(a_user(role="viewer", language="en"))
    text = client.get(f"/customers/?{query}").content.decode()
    return [part.split("</a>")[0].split(">")[-1] for part in text.split('class="list-name"')[2:]]


def test_the_list_is_sorted_by_a_metric(
    client: Client, company: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "BLOCK", 1)
    assert names(client, "sort=-metric_logins") == ["c1", "c3", "c0", "c4", "c2"]
    assert names(client, "sort=metric_logins") == ["c0", "c3", "c1", "c2", "c4"]
    company[3].stage = "left"
    company[3].save()
    assert names(client, "sort=-metric_logins&stage=adoption") == ["c1", "c0", "c4", "c2"]


def test_the_list_is_narrowed_by_a_metric(client: Client, company: list[Account]) -> None:
    asked = "sort=-metric_logins&metric_logins"
    assert names(client, f"{asked}.min=6") == ["c1"]
    assert names(client, f"{asked}.max=5") == ["c3", "c0"]
    assert names(client, f"{asked}.how=filled") == ["c1", "c3", "c0"]
    assert names(client, f"{asked}.how=empty") == ["c4", "c2"]
    assert names(client, "sort=name&metric_logins.min=5&stage=adoption") == ["c0", "c1", "c3"]


def test_many_matches_are_walked_page_by_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from banso.know.accounts import listing

    monkeypatch.setattr(listing, "FEW", 3)
    monkeypatch.setattr(ranking, "BLOCK", 7)
    a_metric()
    for n in range(120):
        measures(an_account(name=f"n{n:03}", stage="adoption"), logins=float(n % 60))
    finish(1)
    first = names(client, "sort=-metric_logins&stage=adoption")
    second = names(client, "sort=-metric_logins&stage=adoption&page=2")
    assert first[:3] == ["n119", "n059", "n118"]
    assert (len(first), len(second)) == (50, 50)
    assert not set(first) & set(second)
