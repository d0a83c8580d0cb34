"""The same query, the same rows: Spark, Spark Connect and ClickHouse against DuckDB."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from banso.shared.lake.engines.embedded import Embedded
from banso.shared.lake.engines.protocol import Engine

pytestmark = pytest.mark.engines
NAMES = ["login", "ログイン", "it's", "a\\b", 'say "hi"', "ſtraße", "🎉 done", "", "100%_{x}"]
ROLES = [None, "", "admin", "メンバー", "Admin"]
USERS = [None, "", "u1", "u2", "ü3", "u'4"]
NUMBERS = [None, None, 0, -1, 5_000_000, 10**18, -(10**18), 999_999_999_999_999_999]
TEXTS = [None, "", "free", "有料", "O'Neil", "null", "1"]
FIRST_DAY = 20_089  # a Wednesday
SCHEMA = {
    "account_id": pa.int64(),
    "account_key": pa.string(),
    "user_no": pa.int64(),
    "user_key": pa.string(),
    "role": pa.string(),
    "name": pa.string(),
    "ts_us": pa.int64(),
    "day": pa.int32(),
    "props": pa.string(),
    "key": pa.binary(),
    "n7": pa.int64(),
    "n8": pa.int64(),
    "s9": pa.string(),
}
NUMBERED = {user: None if not user else hash(user) for user in USERS}


def an_event(chance: random.Random) -> dict[str, Any]:
    day = FIRST_DAY + chance.randrange(24)
    user = chance.choice(USERS)
    return {
        "account_id": chance.choice([None, 1, 2, 3, 5, 2**62, -4]),
        "account_key": "A-1",
        "user_no": NUMBERED[user],
        "user_key": user,
        "role": chance.choice(ROLES),
        "name": chance.choice(NAMES),
        "ts_us": day * 86_400_000_000 + chance.choice([0, 1, 86_399_999_999, 7]),
        "day": day,
        "props": '{"a": 1}',
        "key": chance.randbytes(16),
        "n7": chance.choice(NUMBERS),
        "n8": chance.choice(NUMBERS),
        "s9": chance.choice(TEXTS),
    }


def files_of(seed: int, folder: Path) -> list[Path]:
    """Files as they stand after a while: older ones lack columns, one is empty."""
    chance = random.Random(seed)  # noqa: S311 - made-up data
    lacking: list[set[str]] = [{"n7", "n8", "s9", "user_no"}, {"n8"}, set(), set(), {"s9"}]
    paths = []
    for number, absent in enumerate(lacking):
        rows = [an_event(chance) for _ in range(0 if number == 3 else 150)]
        schema = pa.schema([(name, kind) for name, kind in SCHEMA.items() if name not in absent])
        made = pa.Table.from_pylist(rows, schema=schema)
        paths.append(folder / f"w{number:05d}-{seed}.parquet")
        pq.write_table(made, paths[-1], compression="zstd")
    return paths


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    assert len(set(table.column_names)) == table.num_columns
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def same_everywhere(
    engines: dict[str, Engine], sql: str, files: list[Path], **tables: pa.Table
) -> pa.Table:
    """What DuckDB answers, after the others have answered the same."""
    expected = Embedded().aggregate(sql, files=files, tables=tables)
    for name, engine in engines.items():
        found = engine.aggregate(sql, files=files, tables=tables)
        assert found.column_names == expected.column_names, name
        assert found.schema.types == expected.schema.types, name
        assert rows_of(found) == rows_of(expected), name
        if "ORDER BY" in sql:
            assert found.to_pylist() == expected.to_pylist(), name
    return expected


WORDS = pa.table({"word": ["login", "ログイン", "a\\b", ""], "code": pa.array([1, 2, 3, 4])})
CALENDAR = pa.table(
    {
        "day": pa.array(range(FIRST_DAY, FIRST_DAY + 20), pa.int32()),
        "week": pa.array([(day + 3) // 7 for day in range(FIRST_DAY, FIRST_DAY + 20)], pa.int32()),
        "label": [None if day % 3 else f"第{day}日" for day in range(20)],
    }
)
ASKED = {
    "counts and clipped sums of a day": (
        "SELECT account_id, day, COUNT(*) AS n, "
        "COUNT(CASE WHEN name IN ('login', 'it''s') AND role = 'admin' THEN 1 END) AS d0, "
        "CAST(GREATEST(LEAST(COALESCE(SUM(CASE WHEN name = 'a\\b' THEN n7 END), 0), "
        "4611686018427387904), -4611686018427387904) AS BIGINT) AS d1, "
        "SUM(CASE WHEN s9 = '有料' OR s9 IS NULL THEN 1 ELSE 0 END) AS d2 "
        "FROM events GROUP BY account_id, day"
    ),
    "sums that leave 64 bits on the way": (
        "SELECT CAST(LEAST(SUM(ABS(n7)), 4611686018427387904) AS BIGINT) AS a, "
        "CAST(GREATEST(SUM(CASE WHEN n7 < 0 THEN n7 END), -4611686018427387904) AS BIGINT) AS b "
        "FROM events WHERE n7 <> 0"
    ),
    "users of a day": (
        "SELECT account_id, user_key, day, "
        "MAX(CASE WHEN name = 'ログイン' THEN 1 ELSE 0 END) AS u, "
        "MAX(CASE WHEN 1 = 0 THEN 1 ELSE 0 END) AS v FROM events WHERE NULLIF(user_key, '') "
        "IS NOT NULL GROUP BY account_id, user_key, day ORDER BY account_id, user_key, day"
    ),
    "bits of a week": (
        "SELECT e.account_id, e.user_no, cal.week, "
        "BIT_OR(CASE WHEN e.name = '🎉 done' THEN e.day ELSE 0 END) AS bits, "
        "BIT_OR(CASE WHEN e.name = 'nothing' THEN e.day END) AS none "
        "FROM events e JOIN cal ON cal.day = e.day GROUP BY e.account_id, e.user_no, cal.week"
    ),
    "last value of a day": (
        "SELECT e.account_id, e.day, MAX(e.n7) AS value, MAX(e.ts_us) AS at "
        "FROM (SELECT * FROM events WHERE n7 IS NOT NULL AND account_id IS NOT NULL) e JOIN ("
        "SELECT account_id AS owner, day AS on_day, MAX(ts_us) AS moment FROM events "
        "WHERE n7 IS NOT NULL GROUP BY account_id, day) latest ON e.account_id = latest.owner "
        "AND e.day = latest.on_day AND e.ts_us = latest.moment GROUP BY e.account_id, e.day"
    ),
    "change of roles": (
        "SELECT account_id, began, changed, COUNT(*) AS users FROM (SELECT account_id, user_key, "
        "MIN(ts_us) AS first_us, MIN(CASE WHEN role = 'メンバー' THEN ts_us END) AS before_us, "
        "MIN(CASE WHEN role = 'メンバー' THEN day END) AS began, "
        "MIN(CASE WHEN role = 'admin' THEN day END) AS changed FROM events WHERE role <> '' "
        "AND user_key IS NOT NULL GROUP BY account_id, user_key) firsts "
        "WHERE before_us = first_us GROUP BY account_id, began, changed "
        "ORDER BY account_id DESC, began, changed"
    ),
    "a left join keeps what has no partner": (
        "SELECT e.name, COALESCE(names.code, 0) AS code, names.word, COUNT(names.code) AS there, "
        "COUNT(DISTINCT CASE WHEN names.code IS NULL THEN e.user_no END) AS users FROM events e "
        "LEFT JOIN names ON names.word = e.name GROUP BY e.name, names.code, names.word"
    ),
    "the aggregate has the column's name": (
        "SELECT account_id, MAX(day) AS day, MIN(n8) AS n8 FROM events WHERE day > 20095 "
        "GROUP BY account_id"
    ),
    "stages under the same names": (
        "WITH s AS (SELECT account_id, day, SUM(n8) AS n FROM events WHERE n8 = -1 GROUP BY "
        "account_id, day) SELECT account_id, SUM(n) AS n, COUNT(*) - 5 AS days FROM s "
        "GROUP BY account_id HAVING COUNT(*) > 1"
    ),
    "aggregates of nothing": (
        "SELECT COUNT(*) AS a, SUM(n7) AS b, MIN(day) AS c, MAX(name) AS d, SUM(1) AS e, "
        "COUNT(DISTINCT role) AS f, BIT_OR(day) AS g FROM events WHERE day < 0"
    ),
    "text that would break out": (
        "SELECT name, MAX(CASE WHEN name = 'say \"hi\"' THEN 1 WHEN name IN ('a\\b', '100%_{x}') "
        "THEN 2 WHEN name = 'it''s' THEN 3 WHEN name = '' THEN 4 ELSE -1 END) AS c, "
        "MIN(role) AS low, MAX(role) AS high FROM events GROUP BY name"
    ),
    "all of two relations": (
        "SELECT day, 'events' AS origin, role AS label FROM events WHERE role IS NULL UNION ALL "
        "SELECT day, 'cal' AS origin, label FROM cal"
    ),
    "order with NULLs": ("SELECT DISTINCT account_id, s9 FROM events ORDER BY s9 DESC, account_id"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_every_engine_gives_the_same_rows(
    asked: str, other_engines: dict[str, Engine], tmp_path: Path
) -> None:
    files = files_of(len(asked), tmp_path)
    sql = ASKED[asked]
    tables = {name: t for name, t in (("names", WORDS), ("cal", CALENDAR)) if f" {name} ON" in sql}
    if "FROM cal" in sql:
        tables["cal"] = CALENDAR
    found = same_everywhere(other_engines, sql, files, **tables)
    assert found.num_rows


def test_no_files_are_no_events(other_engines: dict[str, Engine]) -> None:
    sql = "SELECT account_id, COUNT(*) AS n, MAX(s9) AS s FROM events GROUP BY account_id"
    assert same_everywhere(other_engines, sql, []).num_rows == 0


def test_a_column_that_no_file_has_is_null(
    other_engines: dict[str, Engine], tmp_path: Path
) -> None:
    files = files_of(1, tmp_path)
    sql = "SELECT MAX(n99) AS a, MIN(s98) AS b, COUNT(*) AS c FROM events"
    assert same_everywhere(other_engines, sql, files).to_pylist() == [
        {"a": None, "b": None, "c": 600}
    ]


def test_files_of_several_folders(other_engines: dict[str, Engine], tmp_path: Path) -> None:
    for name in ("one", "it's a ラ ke"):
        (tmp_path / name).mkdir()
    files = [*files_of(1, tmp_path / "one"), *files_of(2, tmp_path / "it's a ラ ke")][2:]
    same_everywhere(
        other_engines,
        "SELECT day, COUNT(*) AS n, SUM(n8) AS s FROM events WHERE n8 = 0 GROUP BY day",
        files,
    )


def test_what_leaves_64_bits_fails_and_does_not_wrap(
    other_engines: dict[str, Engine], tmp_path: Path
) -> None:
    files = files_of(1, tmp_path)
    sql = "SELECT CAST(SUM(ABS(n7)) AS BIGINT) AS a FROM events"
    for engine in (Embedded(), *other_engines.values()):
        with pytest.raises(Exception, match=r"(?i)overflow|range|cast"):
            engine.aggregate(sql, files=files)


class Expressions:
    """Random conditions and numbers of the portable subset."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - made-up data

    def text(self) -> str:
        name = self.chance.choice(["name", "role", "s9", "user_key"])
        return self.chance.choice([name, name, f"NULLIF({name}, '')", f"COALESCE({name}, 'x')"])

    def literal(self) -> str:
        words = [word for word in (*NAMES, *ROLES, *TEXTS) if word is not None]
        return "'" + self.chance.choice(words).replace("'", "''") + "'"

    def number(self, depth: int = 2) -> str:
        if not depth:
            return self.chance.choice(["day", "n7", "n8", "account_id", "3", "-7", "0", "20100"])
        small = ["day", "20", "-3", "0", "1", "NULL"]
        return self.chance.choice(
            [
                self.number(0),
                f"({self.chance.choice(small)} * {self.chance.choice(small)} - day)",
                f"COALESCE({self.number(0)}, {self.number(0)})",
                f"LEAST({self.number(0)}, {self.number(0)})",
                f"GREATEST({self.number(0)}, day, {self.number(0)})",
                f"CASE WHEN {self.condition(1)} THEN {self.number(depth - 1)} END",
                (
                    f"CASE WHEN {self.condition(1)} THEN day WHEN {self.condition(1)} THEN 0 "
                    f"ELSE {self.number(0)} END"
                ),
                f"NULLIF({self.number(0)}, {self.number(0)})",
            ]
        )

    def condition(self, depth: int = 2) -> str:
        if depth and self.chance.random() < 0.6:
            word = self.chance.choice(["AND", "OR", "AND NOT", "OR NOT"])
            return f"({self.condition(depth - 1)} {word} {self.condition(depth - 1)})"
        sign = self.chance.choice(["=", "<>", "<", "<=", ">", ">="])
        return self.chance.choice(
            [
                f"{self.text()} {sign} {self.literal()}",
                (
                    f"{self.text()} {self.chance.choice(['', 'NOT '])}IN ({self.literal()}, "
                    f"{self.literal()})"
                ),
                f"{self.number(0)} {sign} {self.number(0)}",
                f"day BETWEEN {self.number(0)} AND 20105",
                f"{self.text()} IS {self.chance.choice(['', 'NOT '])}NULL",
            ]
        )

    def aggregate(self) -> str:
        word = self.chance.choice(["COUNT({})", "COUNT(DISTINCT {})", "MIN({})", "MAX({})"])
        return word.format(f"CASE WHEN {self.condition()} THEN {self.number()} END")


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_mean_the_same(
    seed: int, other_engines: dict[str, Engine], tmp_path: Path
) -> None:
    made = Expressions(seed)
    columns = ", ".join(f"{made.aggregate()} AS c{n}" for n in range(40))
    sql = f"SELECT day, {columns} FROM events WHERE {made.condition()} OR day > 20100 GROUP BY day"
    assert same_everywhere(other_engines, sql, files_of(seed, tmp_path)).num_rows > 3
