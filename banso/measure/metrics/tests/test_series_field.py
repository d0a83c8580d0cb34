"""The weekly values come out of their column as they were put in."""

from __future__ import annotations

import numpy as np
import pytest

from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.models import AccountMeasures, AccountSeries
from banso.measure.metrics.series_field import Series, packed_rows, unpacked
from banso.shared import clock

pytestmark = pytest.mark.django_db
SERIES: Series = {
    "usage_28d": [None, 0.0, 12345.0],
    "share": [0.123457, -0.4, None],
    "使用量": [1.0] * 3,
}


def kept(series: Series) -> AccountMeasures:
    account = an_account()
    AccountSeries.objects.create(account=account, series=series)
    AccountMeasures.objects.create(account=account, as_of=clock.today("UTC"))
    return AccountMeasures.objects.get(pk=account.pk)


def test_numbers_and_gaps_come_back() -> None:
    assert kept(SERIES).series == SERIES
    assert kept({}).series == {}
    assert kept({"short": [2.0], "long": [1.0, 2.0]}).series["short"] == [None, 2.0]


def test_rows_written_together_are_those_written_one_by_one() -> None:
    values = np.array([[[np.nan, 7.0]], [[0.5, np.nan]]])
    rows = [unpacked(row) for row in packed_rows(["a"], values)]
    assert rows == [{"a": [None, 7.0]}, {"a": [0.5, None]}]
