from __future__ import annotations

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics import rules
from banso.measure.metrics.models import AccountMeasures, Refresh
from banso.measure.metrics.standing import Served
from banso.measure.metrics.writes import mirror

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 30)
METRICS = [Served(1, "uses", "recent_count", {}, 1), Served(2, "share", "ratio", {}, 3)]
NUMBERS = [0.0, -0.0, 7.0, 0.1 + 0.2, 1e-7, 9.9999996, 1234.56789, -15.0004, 2.0**53, np.nan]


def a_grid(ids: list[int], numbers: list[float]) -> pa.Table:
    return pa.table(
        {
            "account_id": ids,
            "last_day": pa.array([20_000, *[None] * (len(ids) - 1)], pa.int64()),
            "1v1": pa.array(numbers, from_pandas=True),
            "1v1c": [n % 2 == 1 for n in range(len(ids))],
            "2v3": pa.array(numbers[::-1], from_pandas=True),
            "2v3c": [False] * len(ids),
        }
    )


def test_a_row_tells_every_number_as_it_is_kept() -> None:
    ids = [an_account(name=f"c{n}").pk for n in range(len(NUMBERS))]
    mirror.keep_rows(a_grid(ids, NUMBERS), metrics=METRICS, today=TODAY, revision=3)
    kept = rules.kept(np.array(NUMBERS))
    for n, row in enumerate(AccountMeasures.objects.order_by("pk")):
        assert row.values["uses"] == {"v": kept[n]} | ({"c": True} if n % 2 else {})
        assert row.values["share"] == {"v": kept[::-1][n]}
        assert row.last_event_on == (date(2024, 10, 4) if n == 0 else None)
        assert row.revision == 3


def test_what_is_no_number_is_none() -> None:
    account = an_account()
    mirror.keep_rows(a_grid([account.pk], [np.inf]), metrics=METRICS, today=TODAY, revision=1)
    assert AccountMeasures.objects.get().values["uses"] == {"v": None}


def test_of_everybody_only_one_place_says_which_refresh_it_was() -> None:
    ids = [an_account(name=f"c{n}").pk for n in range(3)]
    mirror.keep_rows(a_grid(ids[:2], [1.0, 2.0]), metrics=METRICS, today=TODAY, revision=1)
    mirror.keep_rows(
        a_grid(ids, [5.0, 6.0, 7.0]), metrics=METRICS, today=TODAY, revision=2, of_all=True
    )
    rows = AccountMeasures.objects.order_by("pk")
    assert [row.values["uses"]["v"] for row in rows] == [5, 6, 7]
    assert [row.revision for row in rows] == [1, 1, 2]
    assert Refresh.objects.get().rewritten == 2


def test_the_text_is_what_json_reads() -> None:
    told = mirror._as_json(a_grid([1, 2], [1.5, np.nan]), METRICS)
    assert json.loads(told[0]) == {"uses": {"v": 1.5}, "share": {"v": None}}
    assert mirror._as_json(a_grid([1, 2], [1.5, 2]), []) == ["{}", "{}"]
