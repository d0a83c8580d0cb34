"""What arrays add up is what the portable statements add up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from banso.measure.metrics import fact_arrays, fact_sql, sorted_events
from banso.measure.metrics.bases import Base, Condition, Count, Last, Match, Sum, Users
from banso.measure.metrics.tests.test_packed_sql import BASES, events
from banso.shared.lake import engine

PLAN = [
    Condition("plan", "is", ("pro",)),
    Condition("plan", "is_not", ("pro", "free")),
    Condition("plan", "one_of", ("pro", "free")),
    Condition("plan", "exists"),
    Condition("seats", "at_most", micros=-1),
]
MORE: list[Base] = [
    *BASES,
    *(Count(Match(("e1", "e4"), "", (one,))) for one in PLAN),
    *(Users(Match(None, "viewer", (one,))) for one in PLAN),
    Sum(Match(None, "", (PLAN[3],)), "seats"),
    Last(Match(None, "admin", (PLAN[0],)), "seats"),
]


def column(prop: str, kind: str) -> str:
    return {"seats": "n1", "plan": "s2"}[prop] if kind else ""


def a_file(folder: Path, table: pa.Table, *, sort: bool = True) -> Path:
    """The events as the lake keeps them, in small row groups."""
    path = folder / "events.parquet"
    plans = [None, "pro", "free", "", "other"]
    table = table.append_column("s2", pa.array([plans[n % 5] for n in range(table.num_rows)]))
    order = "ORDER BY account_id, ts_us" if sort else ""
    with engine.opened(made=table) as connection:
        sorted_table = connection.sql(f"SELECT * FROM made {order}").to_arrow_table()
    pq.write_table(sorted_table, path, row_group_size=97)
    return path


def of_kind(*, daily: bool) -> dict[int, Base]:
    return {n: base for n, base in enumerate(MORE) if fact_sql.is_daily(base) == daily}


def by_arrays(path: Path, bases: dict[int, Base]) -> pa.Table:
    daily = fact_sql.is_daily(next(iter(bases.values())))
    add_up = fact_arrays.daily if daily else fact_arrays.users
    read = sorted_events.read(path, [*bases.values()], column)
    parts = [add_up(some, bases) for some in read]
    return pa.concat_tables([fact_arrays.schema(bases).empty_table(), *parts])


def by_statements(path: Path, bases: dict[int, Base], keys: str) -> list[dict[str, Any]]:
    names = [name for n, b in bases.items() for name in fact_sql.columns_of(n, b)]
    wanted = ", ".join(f"MAX({name}) AS {name}" for name in names)
    with engine.opened(
        events=pq.read_table(path), calendar=fact_sql.calendar(-9, 30)
    ) as connection:
        union = " UNION ALL BY NAME ".join(f"({s})" for s in fact_sql.selects(bases, column))
        sql = f"SELECT {keys}, {wanted} FROM ({union}) GROUP BY {keys}"
        rows = connection.sql(sql).to_arrow_table().to_pylist()
    # no count is none; whether there was a sum, or a last value, must be told
    told = [{name: plain(name, row[name], bases) for name in row} for row in rows]
    return [
        row
        for row in told
        if any(row[name] not in (None, 0) for name in names) or has_sum(row, bases)
    ]


def plain(name: str, value: Any, bases: dict[int, Base]) -> Any:
    number = name.removeprefix("b").rstrip("tfbdc")
    counts = number.isdigit() and isinstance(bases[int(number)], Count | Users)
    return 0 if value is None and counts else value


def has_sum(row: dict[str, Any], bases: dict[int, Base]) -> bool:
    """A sum of nothing but zeros is a sum."""
    return any(row[f"b{n}"] is not None for n, b in bases.items() if isinstance(b, Sum | Last))


def in_order(rows: list[dict[str, Any]], keys: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: [row[key] for key in keys.split(", ")])


@pytest.mark.parametrize("at_once", [1, 500, 1_000_000])
@pytest.mark.parametrize(
    ("daily", "keys"), [(True, "account_id, day"), (False, "account_id, user_no, week")]
)
def test_neighbours_are_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, daily: bool, keys: str
) -> None:
    """However many rows are read at once, customers come whole, each line once and in order."""
    monkeypatch.setattr(sorted_events, "ROWS_AT_ONCE", at_once)
    path, bases = a_file(tmp_path, events(4)), of_kind(daily=daily)
    found = by_arrays(path, bases).to_pylist()
    assert in_order(found, keys) == in_order(by_statements(path, bases, keys), keys)
    assert len(found) > 10
    assert [row["account_id"] for row in found] == sorted(row["account_id"] for row in found)


def test_users_that_begin_alike_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the first bits of a user's number are sorted by; these three share them all."""
    table = events(6)
    close = [None if user is None else user % 3 for user in table["user_no"].to_pylist()]
    number = table.column_names.index("user_no")
    path = a_file(tmp_path, table.set_column(number, "user_no", pa.array(close, pa.int64())))
    bases = of_kind(daily=False)
    keys = "account_id, user_no, week"
    found = by_arrays(path, bases).to_pylist()
    assert in_order(found, keys) == in_order(by_statements(path, bases, keys), keys)


def test_rows_in_no_order_are_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, events(4), sort=False)
    with pytest.raises(sorted_events.NotSorted):
        by_arrays(path, of_kind(daily=True))


@pytest.mark.parametrize("daily", [True, False])
def test_no_customer_at_all_gives_no_line(tmp_path: Path, daily: bool) -> None:
    table = events(4, rows=200)
    nobody = pa.array([None] * 200, pa.int64())
    path = a_file(tmp_path, table.set_column(0, "account_id", nobody))
    made = by_arrays(path, of_kind(daily=daily))
    assert made.num_rows == 0
    assert made.schema == fact_arrays.schema(of_kind(daily=daily))


def test_rare_things_take_no_line(tmp_path: Path) -> None:
    path = a_file(tmp_path, events(9))
    table = pq.read_table(path)
    chosen: dict[int, Base] = {0: Count(Match(("e1",))), 1: Sum(Match(("e1",)), "seats")}
    made = by_arrays(path, chosen)
    there = {(row["account_id"], row["day"]) for row in made.to_pylist()}
    happened = zip(*(table[c].to_pylist() for c in ("account_id", "day", "name")), strict=True)
    assert there == {(account, day) for account, day, name in happened if account and name == "e1"}
    assert all(made["b0"].to_pylist())
