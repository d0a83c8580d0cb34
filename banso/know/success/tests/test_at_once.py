"""Two people write in the same moment: one is kept, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from banso.know.accounts.tests.builders import an_account
from banso.know.success.models import Definition, Version
from banso.know.success.tests.builders import DAY, a_definition
from banso.know.success.writes import AlreadyDefined, ChangedMeanwhile, redefine_success

pytestmark = pytest.mark.django_db(transaction=True)
SAID: dict[str, Any] = {"person": None, "said_by": "社長", "said_on": DAY, "steps": []}


def at_once(write: Callable[[str], object]) -> list[type[Exception] | None]:
    """What became of two writes that begin together."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time: run it on PostgreSQL")
    both = Barrier(2)

    def one(words: str) -> type[Exception] | None:
        try:
            both.wait(10)
            write(words)
        except (AlreadyDefined, ChangedMeanwhile) as refused:
            return type(refused)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, ("甲の言葉", "乙の言葉")))


def test_a_customer_gets_one_definition() -> None:
    account = an_account()
    became = at_once(lambda words: a_definition(account, words=words))
    assert sorted(map(str, became)) == sorted(map(str, (None, AlreadyDefined)))
    assert Definition.objects.get().current is not None


def test_a_version_is_not_written_over() -> None:
    definition = a_definition(an_account())
    became = at_once(
        lambda words: redefine_success(by=None, definition=definition, seen=1, words=words, **SAID)
    )
    assert sorted(map(str, became)) == sorted(map(str, (None, ChangedMeanwhile)))
    assert Version.objects.count() == 2
