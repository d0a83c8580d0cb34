"""What a week adds is the same however large its numbers are."""

from __future__ import annotations

import numpy as np
import pytest

from banso.measure.metrics.asks import Total
from banso.measure.metrics.bases import Count, Match
from banso.measure.metrics.fact_rows import Rows
from banso.measure.metrics.week_sums import Added
from banso.measure.metrics.world import NOW, Moment

BASE = Count(Match(("login",)))


@pytest.mark.parametrize("form", [np.int32, np.int64])
@pytest.mark.parametrize("highest", [9, 2**30, 2**31 - 1])
def test_each_customer_has_the_sum_of_its_days(form: type[np.int32], highest: int) -> None:
    random = np.random.default_rng(3)
    place = np.repeat(np.array([0, 1, 4], np.int32), [1, 9, 5])
    day = np.concatenate([np.sort(random.permutation(14)[:n]) for n in (1, 9, 5)])
    values = random.integers(-highest, highest, len(place), endpoint=True).astype(form)
    week = Total(BASE, Moment("as_of", -7), NOW)
    for begin, end in ((0, 14), (3, 10), (13, 14), (20, 27)):
        found = Added([week], np.zeros(6, np.int64), begin, end)
        rows = Rows(place, {"day": day.astype(np.int32)}, {"b1": values}, {})
        found.add(rows, {BASE: "b1"})
        for customer, told in enumerate(found.sums[week].tolist()):
            inside = (place == customer) & (day >= begin) & (day < end)
            assert told == sum(values[inside].tolist())
