"""Every shape of the catalogue on Spark, Spark Connect and ClickHouse: the values DuckDB gives."""

from __future__ import annotations

import json
import random
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pytest_django import Settings

from banso.measure.metrics import facts
from banso.measure.metrics.evaluation import planned
from banso.measure.metrics.models import FactFile
from banso.measure.metrics.reads import values_at
from banso.measure.metrics.tests import test_golden as golden
from banso.measure.metrics.tests.test_golden import everybody  # noqa: F401 - a fixture
from banso.measure.metrics.writes.facts import build_facts
from banso.shared.lake import writes
from banso.shared.lake.engines import segments
from banso.shared.lake.engines.protocol import Engine
from banso.shared.lake.rules import DAY_US
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.writes import save_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.engines]


def arrived(seed: int) -> list[int]:
    """Events of twelve accounts in the lake; the days of the first and the last."""
    save_organisation(by=None, time_zone="Asia/Tokyo")
    events = [e for account in range(1, 13) for e in golden.random_events(seed, account)]
    begin = round(golden.BEGIN.timestamp() * 1e6)
    for event in events:  # six weeks: each file costs Spark some questions of about a second
        event["ts_us"] = begin + (event["ts_us"] - begin) % (42 * DAY_US)
    at = events[0]["ts_us"]
    for _ in range(30):  # more than 64 bits hold, on one day
        huge = json.dumps({"amount": 10**12})
        events.append(an_event(account_key="A-1", name="export", props=huge, ts_us=at))
        at += 1
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


Lines = dict[tuple[object, ...], dict[str, object]]


def facts_there() -> dict[tuple[str, int], Lines]:
    """What was counted, by kind and segment; DuckDB writes no lines in which nothing was."""
    found: dict[tuple[str, int], Lines] = {}
    for file in FactFile.objects.order_by("pk"):
        keys = ("account_id", "day") if file.kind == "daily" else ("account_id", "user_no", "week")
        lines = found.setdefault((file.kind, file.segment), {})
        for row in pq.read_table(facts.root() / file.file).to_pylist():
            counted = {name: row[name] for name in row if name not in keys and row[name]}
            if counted:
                line = lines.setdefault(tuple(row[key] for key in keys), {})
                assert not line.keys() & counted.keys(), "a fact stands in one line"
                line.update(counted)
    return found


@pytest.mark.parametrize("name", ["spark", "spark connect", "clickhouse"])
def test_every_shape_has_the_same_facts_and_values(
    name: str,
    everybody: None,  # noqa: F811 - the fixture
    other_engines: dict[str, Engine],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    rows = asked_rows(7, arrived(7))
    bases = planned(golden.definitions(), golden.CORE).bases
    build_facts(bases)
    while writes.promote_some():
        pass
    FactFile.objects.all().delete()
    build_facts(bases)
    expected_facts = facts_there()
    expected = values_at(definitions=golden.definitions(), rows=rows).sort_by("row_id")
    FactFile.objects.all().delete()
    settings.LAKE_ENGINE = name.split(maxsplit=1)[0]
    asked: list[str] = []

    def engine() -> Engine:
        asked.append(name)
        return other_engines[name]

    monkeypatch.setattr(segments, "engine", engine)
    build_facts(bases)
    assert len(asked) > 20, "each segment is added up there"
    assert facts_there() == expected_facts
    found = values_at(definitions=golden.definitions(), rows=rows).sort_by("row_id")
    assert found.to_pylist() == expected.to_pylist()
