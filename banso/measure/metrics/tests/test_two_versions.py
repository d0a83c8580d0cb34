"""While a changed metric is computed back, two versions of it are kept beside each other."""

from __future__ import annotations

import pytest

from banso.measure.metrics import grid
from banso.measure.metrics.models import GridFile, MetricDefinition, WeeklyCourse
from banso.measure.metrics.tests.builders import TODAY, two_customers
from banso.measure.metrics.writes import courses
from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.metrics.writes.definitions import change_metric
from banso.measure.metrics.writes.measuring import refresh
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.lake.days import day_number
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def table_of(day: int) -> dict[int, dict[str, float | bool | None]]:
    file = grid.at(day)
    assert file is not None
    return {row.pop("account_id"): row for row in grid.loaded(file).to_pylist()}


def test_the_old_weeks_stay_while_the_new_version_is_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two_customers()
    metric = MetricDefinition.objects.get(key="count_export_28d")
    day, old, new = day_number(TODAY), f"{metric.pk}v1", f"{metric.pk}v2"
    before = {pk: row[old] for pk, row in table_of(day).items()}
    words = {"name_en": "x", "name_ja": "x", "unit": "times", "better": ""}
    change_metric(by=a_user(), definition=metric, params={"event": "export", "days": 7}, **words)
    with clock.held_at(TODAY), monkeypatch.context() as stopped:
        stopped.setattr(courses, "_serve", lambda some: None)
        compute_courses()
    rows = table_of(day)
    assert {pk: row[old] for pk, row in rows.items()} == before
    assert {pk: row[new] for pk, row in rows.items()} != before
    points = {p.version: p.q3 for p in WeeklyCourse.objects.filter(definition=metric, day=TODAY)}
    assert points[1] != points[2]
    there = GridFile.objects.get(day=day).file
    with clock.held_at(TODAY):
        compute_courses()
        refresh()
    metric.refresh_from_db()
    assert metric.serving_version == 2
    assert Entry.objects.get(kind="metric.serves").payload["key"] == metric.key
    assert {pk: row[new] for pk, row in table_of(day).items()} == {
        pk: row[new] for pk, row in rows.items()
    }
    assert GridFile.objects.get(day=day).file == there, "nothing of it was computed again"
