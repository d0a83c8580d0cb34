"""Over segments of the lake: the chosen engine, or DuckDB while a file lacks a column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from banso.shared.journal.jobs import run_owed
from banso.shared.lake import columns, engine, reads, writes
from banso.shared.lake.engines import clickhouse, segments
from banso.shared.lake.engines.protocol import Engine
from banso.shared.lake.models import Segment
from banso.shared.lake.tests.builders import a_table, an_event

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
WANTED = [("seats", "number"), ("plan", "text")]


def compacted(**props: object) -> None:
    writes.append(events=a_table(an_event(user_key="u1", props=json.dumps(props))), source="s")
    writes.compact()


def asked() -> list[dict[str, object]]:
    seats, plan = (reads.promoted_column(*pair) for pair in WANTED)
    sql = (
        f"SELECT {plan} AS plan, SUM({seats}) AS seats, MIN(user_no) AS user_no "
        f"FROM events GROUP BY {plan} ORDER BY {plan}"
    )
    live = reads.live_segments()
    return list(segments.aggregate(sql, segments=live, wanted=WANTED).to_pylist())


def test_files_without_the_columns_are_read_through_their_properties() -> None:
    compacted(seats=3, plan="無料")
    path = engine.root() / reads.live_segments()[0].file
    pq.write_table(pq.read_table(path).select(columns.STORED[:-1]), path)
    Segment.objects.update(layout=1, promoted=[])
    writes.promote(wanted=WANTED)
    compacted(seats=2.5, plan="free")
    user = columns.user_number("u1")
    before = asked()
    assert before == [
        {"plan": "free", "seats": 2_500_000, "user_no": user},
        {"plan": "無料", "seats": 3_000_000, "user_no": user},
    ]
    run_owed()
    assert asked() == before


@pytest.mark.engines
def test_the_chosen_engine_answers_once_every_file_has_them(
    other_engines: dict[str, Engine], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LAKE_ENGINE = "clickhouse"
    spoken: list[str] = []
    told = clickhouse.rendered

    def noted(tree: exp.Query, relations: Mapping[str, str]) -> str:
        spoken.append(told(tree, relations))
        return spoken[-1]

    monkeypatch.setattr(clickhouse, "rendered", noted)
    compacted(seats=3, plan="無料")
    writes.promote(wanted=WANTED)
    before = asked()
    assert before[0]["seats"] == 3_000_000 and not spoken
    run_owed()
    assert asked() == before and spoken
