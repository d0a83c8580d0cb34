"""All customers on one day at once have the values that row by row gives, for every shape."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from banso.measure.metrics.at_day import values_on
from banso.measure.metrics.evaluation import planned
from banso.measure.metrics.reads import values_at
from banso.measure.metrics.tests import test_golden as golden
from banso.measure.metrics.tests.test_golden import everybody  # noqa: F401 - a fixture
from banso.measure.metrics.world import Values
from banso.shared.lake import writes
from banso.shared.lake.tests.builders import a_table
from banso.shared.users.writes import save_organisation

pytestmark = pytest.mark.django_db
ZONE = "Asia/Tokyo"
CUSTOMERS = range(1, 14)


def rows_of(first_day: int, as_of: int) -> pa.Table:
    starts = (None, first_day - 40, first_day - 3, first_day + 20)
    return pa.table(
        {
            "row_id": pa.array([n - 1 for n in CUSTOMERS], pa.int64()),
            "account_id": pa.array(CUSTOMERS, pa.int64()),
            "signed_up_day": pa.array([starts[n % 4] for n in CUSTOMERS], pa.int32()),
            "as_of_day": pa.array([as_of for _ in CUSTOMERS], pa.int32()),
            "seats": pa.array([3.0 if n % 2 else float("nan") for n in CUSTOMERS]),
        }
    )


def told(rows: pa.Table, values: dict[str, Values]) -> pa.Table:
    """The values as a table that can be held against the one of each row."""
    columns = {name: rows[name] for name in ("row_id", "account_id")}
    for key, kept in values.items():
        columns |= kept.columns(key)
    return pa.table(columns).sort_by("row_id")


@pytest.mark.parametrize("is_everybody", [True, False])
@pytest.mark.parametrize("back", [0, 61])
def test_one_day_of_everybody_is_each_row_of_it(
    everybody: None,  # noqa: F811 - the fixture
    back: int,
    is_everybody: bool,
) -> None:
    save_organisation(by=None, time_zone=ZONE)
    events = [event for n in CUSTOMERS for event in golden.random_events(5, n)]
    writes.append(events=a_table(*events), source="s")
    writes.compact()
    days = [golden.happened(event, ZoneInfo(ZONE)).day for event in events]
    rows = rows_of(min(days), max(days) + 1 - back)
    expected = values_at(definitions=golden.definitions(), rows=rows).sort_by("row_id")
    plan = planned(golden.definitions(), golden.CORE, golden.FEATURES)
    found = told(rows, values_on(plan, rows, is_everybody=is_everybody))
    for one, other in zip(expected.to_pylist(), found.to_pylist(), strict=True):
        for key, value in one.items():
            assert other[key] == pytest.approx(value, abs=1e-9), (key, one["row_id"])
