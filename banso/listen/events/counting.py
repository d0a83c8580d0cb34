"""Reads one file of the lake for what it holds by name; changes nothing."""

from __future__ import annotations

from typing import Any

from banso.listen.events import rules
from banso.listen.events.tallies import Found
from banso.shared.lake import reads as lake
from banso.shared.lake.models import Segment

Examples = dict[str, dict[str, str]]
_NAMES = (
    "SELECT name, COUNT(*) AS n, MIN(ts_us) AS first, MAX(ts_us) AS last "  # noqa: S608
    f"FROM events GROUP BY name ORDER BY n DESC, name LIMIT {rules.MOST_NAMES}"
)
_ROLES = (
    "SELECT role, COUNT(*) AS n FROM events WHERE role <> '' AND LENGTH(role) <= 200 "
    "GROUP BY role ORDER BY n DESC, role LIMIT 100"
)
_UNKNOWN = (
    "SELECT account_key, COUNT(*) AS n, MIN(ts_us) AS first, MAX(ts_us) AS last "  # noqa: S608
    "FROM events WHERE account_id IS NULL GROUP BY account_key "
    f"ORDER BY n DESC, account_key LIMIT {rules.MOST_UNKNOWN}"
)
_KEYS = (
    "SELECT name, key, COUNT(*) AS n FROM (SELECT name, UNNEST(json_keys(props)) AS key "  # noqa: S608
    "FROM events WHERE props IS NOT NULL) WHERE LENGTH(key) BETWEEN 1 AND 100 GROUP BY name, key "
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY name ORDER BY n DESC, key) "
    f"<= {rules.MOST_PROPERTIES}"
)
_EXAMPLES = (
    "SELECT name, "  # noqa: S608 - a constant
    f"ARG_MAX(props, ts_us, {rules.EXAMPLES}) AS examples FROM events "
    "WHERE props IS NOT NULL GROUP BY name ORDER BY COUNT(*) DESC LIMIT 500"
)


def counted(segment: Segment) -> tuple[Found, Examples]:
    """What a file holds, and the newest example of each property of each name."""
    with lake.session_over([segment]) as session:
        names = session.table(_NAMES).to_pylist()
        roles = session.table(_ROLES).to_pylist()
        unknown = session.table(_UNKNOWN).to_pylist() if segment.unknown_rows else []
        keys = session.table(_KEYS).to_pylist()
        sampled = {
            row["name"]: rules.properties(row["examples"])
            for row in session.table(_EXAMPLES).to_pylist()
        }
    props: dict[str, dict[str, list[Any]]] = {}
    for row in keys:
        found = sampled.get(row["name"], {}).get(row["key"])
        props.setdefault(row["name"], {})[row["key"]] = [row["n"], found.types if found else {}]
    holds = {
        "names": {row["name"]: [row["n"], row["first"], row["last"]] for row in names},
        "roles": {row["role"]: row["n"] for row in roles},
        "unknown": {row["account_key"]: [row["n"], row["first"], row["last"]] for row in unknown},
        "props": props,
    }
    return holds, {
        name: {key: found.example for key, found in of_name.items()}
        for name, of_name in sampled.items()
    }
