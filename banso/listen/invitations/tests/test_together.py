"""Answers that are written in one transaction: a fault of one is nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.listen.invitations import together
from banso.listen.surveys.writes import ANSWERS
from banso.shared.journal.models import Change
from banso.shared.journal.writes import note_changes

pytestmark = pytest.mark.django_db


def renames(account: Account, name: str) -> Callable[[], str]:
    def work() -> str:
        Account.objects.filter(pk=account.pk).update(name=name)
        note_changes(ANSWERS, account_ids=[account.pk])
        return name

    return work


def breaks(account: Account) -> Callable[[], None]:
    def work() -> None:
        Account.objects.filter(pk=account.pk).update(name="Never")
        Account.objects.create(pk=account.pk, external_id="twice", name="Twice")

    return work


def names() -> list[str]:
    return list(Account.objects.order_by("pk").values_list("name", flat=True))


def test_all_are_kept_and_noted() -> None:
    accounts = [an_account(), an_account()]
    wishes = [together._Wish(renames(one, f"New {n}")) for n, one in enumerate(accounts)]
    together._write(wishes)
    assert [wish.result for wish in wishes] == names() == ["New 0", "New 1"]
    assert set(Change.objects.values_list("account_id", flat=True)) == {a.pk for a in accounts}
    assert all(wish.done.is_set() for wish in wishes)


def test_what_one_may_not_do_undoes_nobody_elses() -> None:
    first, second, third = an_account(name="First"), an_account(name="Second"), an_account()
    wishes = [
        together._Wish(renames(first, "New 0")),
        together._Wish(breaks(second)),
        together._Wish(renames(third, "New 2")),
    ]
    together._write(wishes)
    assert names() == ["New 0", "Second", "New 2"]
    assert isinstance(wishes[1].error, IntegrityError)
    assert (wishes[0].error, wishes[2].error) == (None, None)
    assert set(Change.objects.values_list("account_id", flat=True)) == {first.pk, third.pk}


def test_when_the_transaction_cannot_be_kept_everybody_hears_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = an_account(name="Before")

    def full(_topics: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(transaction.Atomic, "__enter__", full)
    wishes = [together._Wish(renames(account, "After")) for _ in range(2)]
    together._write(wishes)
    monkeypatch.undo()
    assert all(isinstance(wish.error, OSError) and wish.done.is_set() for wish in wishes)
    assert names() == ["Before"]
