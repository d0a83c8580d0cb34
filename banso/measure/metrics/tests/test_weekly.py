"""Mondays one after the other have the values that row by row gives, for every shape."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from banso.measure.metrics import fact_rows
from banso.measure.metrics.asks import NO_START, split
from banso.measure.metrics.at_day import values_on
from banso.measure.metrics.evaluation import planned
from banso.measure.metrics.reads import values_at
from banso.measure.metrics.rules import mondays
from banso.measure.metrics.tests import test_golden as golden
from banso.measure.metrics.tests.test_at_day import CUSTOMERS, ZONE, rows_of, told
from banso.measure.metrics.tests.test_golden import everybody  # noqa: F401 - a fixture
from banso.measure.metrics.weekly import Weekly, fits
from banso.measure.metrics.writes.facts import build_facts
from banso.shared.lake import writes
from banso.shared.lake.tests.builders import a_table
from banso.shared.users.writes import save_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_large", [True, False])
@pytest.mark.parametrize("is_compacted", [True, False])
def test_each_monday_is_each_row_of_it(
    everybody: None,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    is_compacted: bool,
    is_large: bool,
) -> None:
    """Also where the files are too large to be read whole."""
    if is_large:
        monkeypatch.setattr(fact_rows, "AT_ONCE", 7)
        monkeypatch.setattr(fact_rows, "FEW", 0)
        monkeypatch.setattr(fact_rows, "KEPT", dict.fromkeys(fact_rows.KEPT, 0))
        monkeypatch.setattr("banso.measure.metrics.writes.facts.ROW_GROUP", 5)
    save_organisation(by=None, time_zone=ZONE)
    events = [event for n in CUSTOMERS for event in golden.random_events(7, n)]
    for part in range(3):  # a week's events lie in several files
        writes.append(events=a_table(*events[part::3]), source="s")
        if is_compacted:
            writes.compact()
    if is_compacted:
        build_facts(planned(golden.definitions(), golden.CORE, golden.FEATURES).bases)
    days = [golden.happened(event, ZoneInfo(ZONE)).day for event in events]
    wanted = mondays(min(days), max(days) + 14)
    wanted = [*wanted[:2], *wanted[5:9], *wanted[-2:]]  # with gaps
    plan = planned(golden.definitions(), golden.CORE, golden.FEATURES)
    asked = [ask for ask in split(plan)[0] if fits(ask)]
    assert {type(ask).__name__ for ask in asked} == {"Total", "First", "Latest", "Distinct", "Days"}
    rows = rows_of(min(days), wanted[0])
    starts = rows["signed_up_day"].fill_null(NO_START).to_numpy().astype("int64")
    weekly = Weekly(asked, rows["account_id"].to_numpy(), starts)
    looked = []
    for day, known in weekly.answers(wanted):
        looked.append(day)
        assert {*known.numbers, *known.days} == set(asked)
        rows = rows_of(min(days), day)
        expected = values_at(definitions=golden.definitions(), rows=rows).sort_by("row_id")
        found = told(rows, values_on(plan, rows, is_everybody=True, known=known))
        for one, other in zip(expected.to_pylist(), found.to_pylist(), strict=True):
            for key, value in one.items():
                assert other[key] == pytest.approx(value, abs=1e-9), (key, one["row_id"], day)
    assert looked == wanted
