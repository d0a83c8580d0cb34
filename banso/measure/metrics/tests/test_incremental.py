"""What is kept and mended equals what is computed anew, and only what changed is touched."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy as np
import pytest

from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics import changes, facts, grid, standing
from banso.measure.metrics.changes import EVERY
from banso.measure.metrics.customers import customers
from banso.measure.metrics.models import (
    AccountMeasures,
    AccountSeries,
    Change,
    FactFile,
    GridFile,
    MetricDefinition,
    WeeklyCourse,
)
from banso.measure.metrics.reads import values_at
from banso.measure.metrics.tests.builders import TODAY, a_metric, two_customers, used
from banso.measure.metrics.writes import courses, measuring, points
from banso.measure.metrics.writes import late as late_mondays
from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.metrics.writes.definitions import change_metric
from banso.measure.metrics.writes.facts import build_facts, sweep
from banso.measure.metrics.writes.measuring import refresh
from banso.shared import clock
from banso.shared.lake import writes as lake
from banso.shared.lake.days import day_number
from banso.shared.lake.reads import live_segments
from banso.shared.lake.tests.builders import a_table
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
SHAPES = (
    ("recent_count", {"event": "login", "days": 30}),
    ("recent_users", {"event": "", "days": 28}),
    ("recent_users", {"event": "login", "days": 9}),
    ("recent_trend", {"event": "", "days": 14}),
    ("days_to_first", {"event": "export"}),
    ("early_count", {"event": "", "days": 20}),
    ("property_sum", {"event": "export", "property": "amount", "days": 28}),
    ("property_last", {"event": "", "property": "amount"}),
    ("role_conversion", {"role": "member", "other_role": "admin"}),
    ("active_users", {"role": "", "days": 28}),
    ("streak", {"event": "", "period": "week"}),
    ("streak", {"event": "login", "period": "workday"}),
    ("days_to_first_after", {"after": "login", "event": "export"}),
    (
        "recent_count",
        {"event": "", "days": 28, "where": [{"prop": "plan", "op": "is", "value": "pro"}]},
    ),
)


def a_company(seed: int) -> None:
    """Five customers, two months of events and the metrics of every kind."""
    chance = random.Random(seed)  # noqa: S311 - made-up data
    for number, (shape, params) in enumerate(SHAPES):
        a_metric(f"k{number}", shape=shape, params=params)
    for number in range(5):
        signed_up = date(2025, 4, 20) + timedelta(days=chance.randrange(40))
        account = an_account(external_id=f"a{number}", signed_up_on=signed_up)
        lake.append(events=a_table(*some_events(chance, account.external_id, 60)), source="s")


def some_events(chance: random.Random, key: str, count: int) -> list[dict[str, object]]:
    account = type("Account", (), {"external_id": key})
    made = []
    for _ in range(count):
        day = date(2025, 5, 1) + timedelta(days=chance.randrange(60))
        told = f'{{"amount": {chance.randrange(90) / 10}, "plan": "{chance.choice(["pro", "x"])}"}}'
        fields = {
            "user_key": chance.choice(["u1", "u2", "u3", None]),
            "role": chance.choice(["member", "admin", None]),
            "props": chance.choice([told, None]),
        }
        name = chance.choice(["login", "export"])
        made += used(account, f"{day:%m-%d}", name=name, **fields)  # type: ignore[arg-type]
    return made


def table_of(day: int) -> dict[int, dict[str, float | bool | None]]:
    file = grid.at(day)
    assert file is not None
    return {row.pop("account_id"): row for row in grid.loaded(file).to_pylist()}


@pytest.mark.parametrize("seed", range(3))
def test_a_day_at_once_equals_row_by_row(seed: int) -> None:
    a_company(seed)
    with clock.held_at(TODAY):
        refresh()
        people = customers()
        for as_of in (day_number(TODAY) + 1, day_number(TODAY) - 20, day_number(TODAY) - 45):
            table = standing.people_on(people, as_of, with_seats=False)
            at_once = standing.computed(standing.served(), table, as_of, is_everybody=True)
            some = standing.computed(standing.served(), table, as_of, is_everybody=False)
            assert some.equals(at_once)
            rows = values_at(
                definitions=list(MetricDefinition.objects.all()), rows=people.rows([as_of])
            ).sort_by("row_id")
            for one in standing.served():
                assert grid.numbers(at_once, one.column) == pytest.approx(
                    rows[one.key].to_numpy(zero_copy_only=False).astype(float), nan_ok=True
                ), one.key
                waiting = rows[f"{one.key}__censored"].to_pylist()
                there = ~np.isnan(grid.numbers(at_once, one.column))
                assert (grid.flags(at_once, one.column) == np.array(waiting) & there).all()


@pytest.mark.parametrize(("most_patched", "most_patches"), [(0.0, 8), (3.0, 8), (3.0, 1)])
@pytest.mark.parametrize("seed", range(3))
def test_mended_values_equal_values_computed_anew(
    seed: int, most_patched: float, most_patches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events that come late, twice and now, in any order, leave what all of them at once leave."""
    monkeypatch.setattr(late_mondays, "MOST_PATCHED", most_patched)
    monkeypatch.setattr(late_mondays, "MOST_PATCHES", most_patches)
    monkeypatch.setattr(measuring, "MANY", 0)  # few customers are no reason to write all of them
    a_company(seed)
    chance = random.Random(seed + 100)  # noqa: S311 - made-up data
    with clock.held_at(TODAY):
        refresh()
        compute_courses()
        for _ in range(3):
            late = some_events(chance, f"a{chance.randrange(5)}", 6)
            lake.append(events=a_table(*late, late[0]), source="s")
            refresh()
            compute_courses()
        mondays = list(GridFile.objects.values_list("day", flat=True))
        mended = {day: table_of(day) for day in mondays}
        mondays_patched = GridFile.objects.filter(day__gt=0).exclude(patches=[])
        assert mondays_patched.exists() == bool(most_patched)
        now = GridFile.objects.get(day=GridFile.NOW)
        assert bool(now.patches) == bool(most_patched)
        rows = dict(AccountMeasures.objects.values_list("pk", "values"))
        series = dict(AccountSeries.objects.values_list("pk", "series"))
        points = list(WeeklyCourse.objects.order_by("definition", "day").values())
        FactFile.objects.all().delete()
        GridFile.objects.all().delete()
        WeeklyCourse.objects.all().delete()
        refresh(force=True)
        compute_courses()
        assert {day: table_of(day) for day in mondays} == mended
        assert dict(AccountMeasures.objects.values_list("pk", "values")) == rows
        assert dict(AccountSeries.objects.values_list("pk", "series")) == series
        anew = list(WeeklyCourse.objects.order_by("definition", "day").values())
        assert [p | {"id": 0} for p in anew] == [p | {"id": 0} for p in points]


def test_a_patch_of_now_that_is_lost_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_mondays, "MOST_PATCHED", 1.0)
    monkeypatch.setattr(measuring, "MANY", 0)
    a_company(1)
    with clock.held_at(TODAY):
        refresh()
        for key in ("a1", "a2"):
            late = some_events(random.Random(4), key, 9)  # noqa: S311 - made-up data
            lake.append(events=a_table(*late), source="s")
            refresh()
        file = GridFile.objects.get(day=GridFile.NOW)
        assert [rows for _name, rows in file.patches] == [1, 1]
        whole = table_of(GridFile.NOW)
        (facts.root() / file.patches[0][0]).unlink()
        refresh()
        assert GridFile.objects.get(day=GridFile.NOW).patches == []
        assert table_of(GridFile.NOW) == whole


def test_an_event_of_today_changes_its_customer_and_nothing_else() -> None:
    busy, quiet = two_customers()
    before = AccountMeasures.objects.get(account=busy).revision
    files = dict(GridFile.objects.filter(day__gt=0).values_list("day", "file"))
    facts_there = set(FactFile.objects.values_list("file", flat=True))
    with clock.held_at(TODAY):
        lake.append(events=a_table(*used(quiet, "06-30")), source="test")
        assert refresh() is True
        compute_courses()
    assert AccountMeasures.objects.get(account=quiet).revision > before
    assert AccountMeasures.objects.get(account=busy).revision == before
    assert dict(GridFile.objects.filter(day__gt=0).values_list("day", "file")) == files
    made = set(FactFile.objects.values_list("file", flat=True)) - facts_there
    week = (day_number(date(2025, 6, 30)) + 3) // 7
    assert {f.week for f in FactFile.objects.filter(file__in=made)} == {week}


def test_a_late_event_changes_its_weeks_and_nothing_else() -> None:
    _, quiet = two_customers()
    files = dict(GridFile.objects.filter(day__gt=0).values_list("day", "file"))
    with clock.held_at(TODAY):
        lake.append(events=a_table(*used(quiet, "04-02")), source="test")
        refresh()
        compute_courses()
    after = dict(GridFile.objects.filter(day__gt=0).values_list("day", "file"))
    changed = sorted(day for day in files if files[day] != after[day])
    first, last = day_number(date(2025, 4, 7)), day_number(date(2025, 5, 26))
    # windows of 28 days see it until the end of April, their changes another 28 days
    assert changed and changed[0] == first and changed[-1] <= last
    assert not Change.objects.exists(), "every Monday knows the change"


def test_mondays_are_mended_again_where_a_job_died(monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch is seen together with its points, or not at all."""
    monkeypatch.setattr(late_mondays, "MOST_PATCHED", 1.0)
    _, quiet = two_customers()
    monday = day_number(date(2025, 4, 7))
    before = table_of(monday)
    with clock.held_at(TODAY):
        lake.append(events=a_table(*used(quiet, "04-02")), source="test")
        refresh()
        with monkeypatch.context() as dying:
            dying.setattr(points, "keep", lambda made: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                compute_courses()
        assert table_of(monday) == before
        compute_courses()
        mended = table_of(monday)
        assert mended != before
        GridFile.objects.all().delete()
        refresh(force=True)
        compute_courses()
    assert table_of(monday) == mended


def test_mondays_go_on_where_a_job_died(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few are kept at a time, each with how its values lay; the rest are as if nothing was."""
    two_customers()
    days = sorted(GridFile.objects.filter(day__gt=0).values_list("day", flat=True))
    told = {day: table_of(day) for day in days}
    lay = sorted(WeeklyCourse.objects.values_list("definition", "day", "n", "median"))
    GridFile.objects.filter(day__gt=0).delete()
    WeeklyCourse.objects.all().delete()
    monkeypatch.setattr(courses, "TOGETHER", 3)
    monkeypatch.setattr(courses, "ROWS_TOGETHER", 0)
    kept: list[int] = []
    keep = points.keep

    def dying(lie: list[WeeklyCourse]) -> None:
        kept.append(len(lie))
        if len(kept) == 3:
            raise RuntimeError
        keep(lie)

    with clock.held_at(TODAY):
        with monkeypatch.context() as patch:
            patch.setattr(points, "keep", dying)
            with pytest.raises(RuntimeError):
                compute_courses()
        assert GridFile.objects.filter(day__gt=0).count() == 6
        assert WeeklyCourse.objects.values("day").distinct().count() == 6
        assert compute_courses() == len(days) - 6
    assert {day: table_of(day) for day in days} == told
    assert sorted(WeeklyCourse.objects.values_list("definition", "day", "n", "median")) == lay


def test_events_sent_again_change_nothing() -> None:
    busy, _ = two_customers()
    sent = used(busy, "02-05", user_key="u1", role="member")
    with clock.held_at(TODAY):
        lake.append(events=a_table(*sent), source="test")
        assert refresh() is False


def test_merged_weeks_change_nothing() -> None:
    busy, _ = two_customers()
    with clock.held_at(TODAY):
        for hour in range(10):
            event = used(busy, "06-29")[0] | {"ts_us": used(busy, "06-29")[0]["ts_us"] + hour}
            lake.append(events=a_table(event), source="test")
            refresh()
        snapshot = changes.snapshot_of(live_segments())
        build_facts([EVERY])
        assert len(changes.changed(snapshot, snapshot).accounts) == 0
    week = (day_number(date(2025, 6, 29)) + 3) // 7
    assert len([s for s in live_segments() if s.week == week]) < 8, "some were merged"
    assert AccountMeasures.objects.get(account=busy).values["usage_28d"]["v"] == 37


def test_the_old_version_serves_until_the_new_one_reaches_back() -> None:
    busy, _ = two_customers()
    metric = MetricDefinition.objects.get(key="count_export_28d")
    words = {"name_en": "x", "name_ja": "x", "unit": "times", "better": ""}
    with clock.held_at(TODAY):
        change_metric(
            by=a_user(), definition=metric, params={"event": "export", "days": 7}, **words
        )
        refresh()
        assert AccountMeasures.objects.get(account=busy).values[metric.key]["v"] == 27
        compute_courses()
        refresh()
    assert AccountMeasures.objects.get(account=busy).values[metric.key]["v"] == 6
    metric.refresh_from_db()
    assert metric.serving_version == metric.version == 2


def test_lost_fact_files_are_computed_again() -> None:
    busy, _ = two_customers()
    for path in facts.root().glob("*.parquet"):
        path.unlink()
    with clock.held_at(TODAY):
        refresh(force=True)
        compute_courses()
    assert AccountMeasures.objects.get(account=busy).values["usage_28d"]["v"] == 27


def test_the_sweep_keeps_what_is_used() -> None:
    two_customers()
    with clock.held_at(TODAY + timedelta(days=1)):
        there = {path.name for path in facts.root().glob("*.parquet")}
        used_ones = set(FactFile.objects.values_list("file", flat=True))
        used_ones |= set(GridFile.objects.values_list("file", flat=True))
        sweep(grace=timedelta(0))
        left = {path.name for path in facts.root().glob("*.parquet")}
        assert left == used_ones & there
        assert refresh() is True
