"""What may be asked of every engine, and how the rest is refused."""

from __future__ import annotations

import pytest

from banso.shared.lake.engines.portable import NotPortable, event_columns, portable

FINE = [
    "SELECT account_id, COUNT(*) AS n FROM events GROUP BY account_id",
    (
        "SELECT account_id, MIN(CASE WHEN name = 'x' AND role IS NOT NULL THEN day END) AS d "
        "FROM events WHERE account_id BETWEEN 3 AND 9 OR NOT name IN ('a', 'b') GROUP BY account_id"
    ),
    "SELECT COUNT(DISTINCT CASE WHEN n1 >= -5 THEN user_no END) AS u FROM events",
    (
        "WITH one AS (SELECT day, SUM(n2 * 2 - 1) AS s FROM events GROUP BY day "
        "HAVING COUNT(*) > 2) "
        "SELECT CAST(GREATEST(LEAST(COALESCE(s, 0), 10), -10) AS BIGINT) AS s FROM one "
        "ORDER BY s DESC"
    ),
    (
        "SELECT e.day FROM (SELECT * FROM events WHERE s1 <> '') e "
        "LEFT JOIN cal ON cal.day = e.day AND cal.kind = 2 UNION ALL SELECT day FROM cal"
    ),
    "SELECT BIT_OR(CASE WHEN day > 3 THEN 4 ELSE 0 END) AS bits FROM events",
    "SELECT DISTINCT account_id, NULLIF(role, '') AS role, ABS(day) AS d FROM events",
]
REFUSED = [
    ("SELECT COUNT(*) FILTER (WHERE day > 3) AS n FROM events", "Filter"),
    ("SELECT date_trunc('week', day) AS w FROM events", "Trunc"),
    ("SELECT day // 7 AS w FROM events", "IntDiv"),
    ("SELECT day / 7 AS w FROM events", "Div"),
    ("SELECT AVG(day) AS a FROM events", "Avg"),
    ("SELECT approx_count_distinct(user_no) AS a FROM events", "Approx"),
    ("SELECT lag(day) OVER (ORDER BY day) AS b FROM events", "Window"),
    ("SELECT props ->> 'amount' AS a FROM events", "JSON"),
    ("SELECT day * 1.5 AS a FROM events", "Literal"),
    ("SELECT day * 9999999999999999999 AS a FROM events", "Literal"),
    ("SELECT CAST(day AS DOUBLE) AS a FROM events", "Cast"),
    ("SELECT CAST(role AS BIGINT) AS a FROM events", "Cast"),
    ("SELECT TRY_CAST(day AS BIGINT) AS a FROM events", "TryCast"),
    ("SELECT SUM(DISTINCT day) AS a FROM events", "Distinct"),
    ("SELECT DISTINCT ON (day) day FROM events", "Distinct"),
    ("SELECT * FROM events", "Star"),
    ("SELECT day FROM events LIMIT 3", "limit"),
    ("SELECT day, COUNT(*) AS n FROM events GROUP BY ALL", "Group with all"),
    ("SELECT day, COUNT(*) AS n FROM events GROUP BY 1", "Group"),
    ("SELECT day, COUNT(*) AS n FROM events GROUP BY ROLLUP (day)", "Rollup"),
    ("SELECT day FROM events UNION SELECT day FROM cal", "UNION ALL"),
    ("SELECT e.day FROM events e JOIN cal USING (day)", "using"),
    ("SELECT e.day FROM events e RIGHT JOIN cal ON cal.day = e.day", "Join"),
    ("SELECT e.day FROM events e JOIN cal ON cal.day > e.day", "equality"),
    ("SELECT e.day FROM events e ASOF JOIN cal ON cal.day = e.day", "method"),
    ("SELECT e.day FROM events e, cal", "equality"),
    ("SELECT day FROM events WHERE day IN (SELECT day FROM cal)", "query"),
    ("SELECT day FROM events WHERE day = (SELECT MAX(day) AS d FROM cal)", "Subquery"),
    ("SELECT day FROM read_parquet('/etc/x')", "ReadParquet"),
    ("SELECT day FROM elsewhere", "elsewhere"),
    ("WITH events AS (SELECT day FROM cal) SELECT day FROM events", "another relation"),
    ('SELECT day AS "Tag der Woche" FROM events', "Identifier"),
    ("SELECT (day > 3) IS TRUE AS a FROM events", "IS NULL"),
    ("SELECT lower(name) AS a FROM events", "Lower"),
    ("SELECT name LIKE 'a%' AS a FROM events", "Like"),
    ("SELECT CASE day WHEN 1 THEN 2 END AS a FROM events", "Case with this"),
    ("DELETE FROM events", "SELECT"),
    ("SELECT FROM WHERE", "SQL"),
]


@pytest.mark.parametrize("sql", FINE)
def test_the_subset_passes(sql: str) -> None:
    assert portable(sql, ["cal"]).sql()


@pytest.mark.parametrize(("sql", "named"), REFUSED)
def test_anything_else_is_refused_by_name(sql: str, named: str) -> None:
    with pytest.raises(NotPortable, match=named):
        portable(sql, ["cal"])


def test_the_columns_of_events_are_found_with_their_types() -> None:
    tree = portable("SELECT account_id, MAX(n12) AS a FROM events WHERE s3 = 'x' GROUP BY 0 + 1")
    assert event_columns(tree) == {"account_id": "BIGINT", "n12": "BIGINT", "s3": "VARCHAR"}
    assert event_columns(portable("SELECT COUNT(*) AS n FROM events")) == {"day": "INTEGER"}
