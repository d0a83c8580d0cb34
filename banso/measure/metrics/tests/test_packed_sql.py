"""What DuckDB adds up side by side is what the portable statements add up one by one."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from banso.measure.metrics import fact_sql, packed_sql
from banso.measure.metrics.bases import Base, Condition, Count, Last, Match, RoleChange, Sum, Users
from banso.shared.lake import engine

NAMES = [f"e{n}" for n in range(9)]
BASES: list[Base] = [
    Count(Match()),
    *(Count(Match((name,))) for name in NAMES),
    Count(Match((), "")),
    Count(Match(("e1", "e2"), "admin")),
    Count(Match(None, "", (Condition("seats", "at_least", micros=0),))),
    Sum(Match(), "seats"),
    Sum(Match(("e1",)), "seats"),
    Last(Match(), "seats"),
    Last(Match(("e2", "e3")), "seats"),
    *(Users(Match((name,))) for name in NAMES),
    Users(Match(None, "admin")),
    Users(Match(("nothing",))),
    RoleChange("viewer", "admin"),
]


def events(seed: int, rows: int = 3000) -> pa.Table:
    """Ties of moments, missing users, roles and properties, and numbers at both ends."""
    draw = random.Random(seed)  # noqa: S311 - made-up data
    picked = [draw.randrange(-3, 20) for _ in range(rows)]
    return pa.table(
        {
            "account_id": [draw.choice([None, 1, 2, 3]) for _ in range(rows)],
            "user_no": [draw.choice([None, -(2**63), 2**63 - 1, 0, 7]) for _ in range(rows)],
            "role": [draw.choice([None, "", "viewer", "admin"]) for _ in range(rows)],
            "name": [draw.choice(NAMES) for _ in range(rows)],
            "ts_us": [day * 86_400_000_000 + draw.randrange(3) for day in picked],
            "day": pa.array(picked, pa.int32()),
            "n1": [draw.choice([None, 0, -1, 10**18, -(10**18), 1]) for _ in range(rows)],
        }
    )


def test_side_by_side_is_one_by_one() -> None:
    bases = dict(enumerate(BASES))
    daily = {n: b for n, b in bases.items() if fact_sql.is_daily(b)}
    users = {n: b for n, b in bases.items() if not fact_sql.is_daily(b)}
    for some, keys in ((daily, "account_id, day"), (users, "account_id, user_no, week")):
        names = [name for n, b in some.items() for name in fact_sql.columns_of(n, b)]
        wanted = ", ".join(f"MAX({name}) AS {name}" for name in names)
        answers = []
        with engine.opened(events=events(4), calendar=fact_sql.calendar(-9, 30)) as connection:
            for made in (
                fact_sql.selects(some, lambda *_: "n1"),
                packed_sql.selects(some, lambda *_: "n1", rows=3000),
            ):
                union = " UNION ALL BY NAME ".join(f"({select})" for select in made)
                sql = f"SELECT {keys}, {wanted} FROM ({union}) GROUP BY {keys} ORDER BY {keys}"
                rows = connection.sql(sql).to_arrow_table().to_pylist()
                told = [row for row in rows if any(row[name] for name in names)]
                answers.append(told)
        assert answers[0] == answers[1]
        assert len(answers[0]) > 10


def test_what_did_not_happen_takes_no_line() -> None:
    chosen: list[Base] = [Count(Match(("e1",))), Sum(Match(("e1",)), "seats")]
    rare = dict(enumerate(chosen))
    table = events(9)
    found = set(zip(*(table[c].to_pylist() for c in ("account_id", "day", "name")), strict=True))
    with engine.opened(events=table) as connection:
        (select,) = packed_sql.selects(rare, lambda *_: "n1", rows=3000)
        counted = connection.sql(f"SELECT account_id, day, b0 FROM ({select})").to_arrow_table()
    there = {(row["account_id"], row["day"]) for row in counted.to_pylist()}
    assert there == {(account, day) for account, day, name in found if account and name == "e1"}
    assert all(counted["b0"].to_pylist())


@pytest.mark.parametrize("rows", [1, 2**21 - 1, 2**21, 2**31, 2**40])
def test_a_count_of_all_rows_fits_its_place(rows: int) -> None:
    """However many events a file has, the counts beside each other do not touch."""
    made = packed_sql.selects(dict(enumerate(BASES[:10])), lambda *_: "n1", rows=rows)[0]
    width = rows.bit_length()
    per = 63 // width
    assert made.count("CAST(SUM(") == -(-10 // per)
    assert f"& {2**width - 1} AS" in made
