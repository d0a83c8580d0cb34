"""Every shape of the catalogue on Spark, Spark Connect and ClickHouse: the values DuckDB gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from banso.measure.metrics import evaluation
from banso.measure.metrics.reads import values_at
from banso.measure.metrics.tests import test_golden as golden
from banso.measure.metrics.tests.test_golden import everybody  # noqa: F401 - a fixture
from banso.shared.lake import reads, writes
from banso.shared.lake.engines.protocol import Engine
from banso.shared.lake.tests.builders import a_table
from banso.shared.users.writes import save_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.engines]


class Elsewhere:
    """A session of the lake whose aggregates are computed by another engine."""

    def __init__(self, session: reads.Session, engine: Engine, asked: list[str]) -> None:
        self._session, self._engine, self._asked = session, engine, asked

    def execute(self, sql: str) -> None:
        self._session.execute(sql)

    def table(self, sql: str) -> pa.Table:
        if " base" not in sql:
            return self._session.table(sql)
        base = self._session.table("SELECT * FROM base")
        expected = self._session.table(sql)
        found = self._engine.aggregate(sql, files=[], tables={"base": base})
        assert found.column_names == expected.column_names
        order = [(name, "ascending") for name in found.column_names]
        assert found.sort_by(order).to_pylist() == expected.sort_by(order).to_pylist(), sql
        self._asked.append(sql)
        return found


def arrived(seed: int) -> list[int]:
    """Events of twelve accounts in the lake; the days of the first and the last."""
    save_organisation(by=None, time_zone="Asia/Tokyo")
    events = [e for account in range(1, 13) for e in golden.random_events(seed, account)]
    random.Random(seed).shuffle(events)  # noqa: S311 - made-up data
    writes.append(events=a_table(*events), source="s")
    writes.compact()
    days = [golden.happened(event, ZoneInfo("Asia/Tokyo")).day for event in events]
    return [min(days), max(days)]


def asked_rows(seed: int, days: list[int]) -> pa.Table:
    cases = golden.random_cases(seed, {}, days[0])
    return pa.table(
        {
            "row_id": pa.array(range(len(cases)), pa.int64()),
            "account_id": pa.array([account for account, _ in cases], pa.int64()),
            "signed_up_day": pa.array([case.start for _, case in cases], pa.int32()),
            "as_of_day": pa.array([case.as_of for _, case in cases], pa.int32()),
            "seats": pa.array([case.seats or float("nan") for _, case in cases]),
        }
    )


@pytest.mark.parametrize("name", ["spark", "spark connect", "clickhouse"])
def test_every_shape_has_the_same_values(
    name: str,
    everybody: None,  # noqa: F811 - the fixture
    other_engines: dict[str, Engine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = asked_rows(7, arrived(7))
    expected = values_at(definitions=golden.definitions(), rows=rows).sort_by("row_id")
    session, asked = evaluation.session, list[str]()

    @contextmanager
    def elsewhere(**tables: pa.Table) -> Iterator[Elsewhere]:
        with session(**tables) as opened:
            yield Elsewhere(opened, other_engines[name], asked)

    monkeypatch.setattr(evaluation, "session", elsewhere)
    found = values_at(definitions=golden.definitions(), rows=rows).sort_by("row_id")
    assert len(asked) > 5
    assert found.to_pylist() == expected.to_pylist()
