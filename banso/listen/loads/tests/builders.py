from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from banso.listen.loads import refused
from banso.listen.loads.drafting import proposed, sources_of
from banso.listen.loads.meaning.guess import changed
from banso.listen.loads.models import Load
from banso.listen.loads.running import run_to_end
from banso.listen.loads.writes import begin, draft_load
from banso.shared.lake.reads import query
from banso.shared.lake.writes import compact

HEADER = "account,user,event,time,plan\n"


def an_event(n: int, **more: Any) -> dict[str, Any]:
    """An event in the form of the HTTP API."""
    at = f"2024-05-{1 + n % 28:02d}T09:{n % 60:02d}:00Z"
    given = {"event_id": f"e{n}", "account": f"A{n % 3}", "user": f"u{n % 7}", "name": "login"}
    return given | {"time": at, "properties": {"n": n}} | more


def json_lines(path: Path, rows: Iterable[Any]) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def csv_rows(count: int) -> str:
    return "".join(f"A{n % 3},u{n},login,2024-05-01 09:00:{n % 60:02d},pro\n" for n in range(count))


def a_draft(*paths: Path, zone: str = "Asia/Tokyo", **options: Any) -> Load:
    """A load with the guessed mapping; ``columns`` changes it as ``--map`` does."""
    columns = options.pop("columns", {})
    sources = sources_of(paths)
    mapping = changed(proposed([source.looked for source in sources]), columns)
    mapping = replace(mapping, **options)
    return draft_load(by=None, sources=sources, mapping=mapping, time_zone=zone)


def checked(*paths: Path, **options: Any) -> Load:
    load = a_draft(*paths, **options)
    begin(by=None, load=load, check_only=True, in_worker=False)
    return ended(load)


def loaded(*paths: Path, **options: Any) -> Load:
    load = a_draft(*paths, **options)
    begin(by=None, load=load, check_only=False, in_worker=False)
    return ended(load)


def ended(load: Load) -> Load:
    run_to_end(load, leave=lambda: False, drain=lambda: None)
    load.refresh_from_db()
    return load


def counts(load: Load) -> tuple[int, int]:
    return load.accepted, load.refused


def in_the_lake(columns: str = "account_key, user_key, name, ts_us, props") -> list[dict[str, Any]]:
    """What the lake holds after its compaction, in the order of time."""
    compact()
    found: list[dict[str, Any]] = query(
        f"SELECT {columns} FROM events ORDER BY ts_us, user_key"
    ).to_pylist()
    return found


def reasons(load: Load) -> dict[int, str]:
    """Row number -> why it was refused, in the reader's language."""
    kept = refused.lines(load.refused_path, length=load.refused_bytes)
    return {line.number: line.reason for line in kept}


def only(found: Sequence[Any]) -> Any:
    assert len(found) == 1, found
    return found[0]
