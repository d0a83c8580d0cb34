from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db.models import Max, Sum

from banso.shared.lake import columns, compaction, engine, packing, rules
from banso.shared.lake.models import Batch, Manifest, Posting, Promoted, Segment


def live_segments() -> list[Segment]:
    """The files that hold the events, as one statement saw them."""
    return list(Segment.objects.filter(retired_at=None).order_by("week", "pk"))


def paths_of(segments: Iterable[Segment]) -> list[Path]:
    folder = engine.root()
    return [folder / segment.file for segment in segments]


def query(sql: str, **tables: pa.Table) -> pa.Table:
    """Run SQL over ``events`` and the given tables.

    ``events(account_id, account_key, user_key, role, name, ts_us, day, props)`` holds what
    was compacted, each event once; ``day`` is the number of days since 1970-01-01 in the
    organisation's zone.
    """
    with session(**tables) as opened:
        return opened.table(sql)


def version() -> int:
    """Changes whenever the events that ``query`` sees have changed."""
    manifest = Manifest.objects.filter(pk=1).first()
    return manifest.version if manifest else 0


def weeks_changed_since(segment_id: int) -> list[int]:
    """UTC weeks that got a file after the given one."""
    changed = Segment.objects.filter(retired_at=None, pk__gt=segment_id)
    return list(changed.order_by("week").values_list("week", flat=True).distinct())


def known_events(events: pa.Table, *, source: str) -> npt.NDArray[np.bool_]:
    """Which rows, in the form that ``append`` takes, were compacted before: they count no more."""
    if not events.num_rows:
        return np.zeros(0, dtype=np.bool_)
    return compaction.stored_already(packing.checked(events), source, live_segments())


def newest_segment() -> int:
    return Segment.objects.aggregate(newest=Max("pk"))["newest"] or 0


def waiting_rows() -> int:
    """Accepted events that are not compacted yet."""
    return Batch.objects.aggregate(rows=Sum("rows"))["rows"] or 0


def event_rows() -> int:
    """Events that ``query`` sees, from the manifest alone."""
    return Segment.objects.filter(retired_at=None).aggregate(rows=Sum("rows"))["rows"] or 0


def unknown_rows() -> int:
    """Events whose account key nobody knows yet, from the manifest alone."""
    return Segment.objects.filter(retired_at=None).aggregate(rows=Sum("unknown_rows"))["rows"] or 0


def all_unknown_keys() -> list[str]:
    """Every account key nobody knows yet."""
    holding = [segment for segment in live_segments() if segment.unknown_rows]
    with engine.opened() as connection:
        found = connection.execute(
            f"SELECT DISTINCT account_key FROM {engine.files_relation(paths_of(holding))} "  # noqa: S608
            "WHERE account_id IS NULL"
        ).fetchall()
    return [key for (key,) in found]


def unknown_keys(limit: int) -> pa.Table:
    """Account keys nobody knows yet, most events first: account_key, events, first_us, last_us."""
    holding = [segment for segment in live_segments() if segment.unknown_rows]
    with engine.opened() as connection:
        return connection.sql(
            "SELECT account_key, COUNT(*) events, MIN(ts_us) first_us, MAX(ts_us) last_us "  # noqa: S608
            f"FROM {engine.files_relation(paths_of(holding))} WHERE account_id IS NULL "
            "GROUP BY account_key ORDER BY events DESC, account_key LIMIT ?",
            params=[limit],
        ).to_arrow_table()


class NotPromoted(LookupError):
    """The property has no column: call ``writes.promote`` first."""


def promoted_column(prop: str, kind: str) -> str:
    """The name of the column of a property: ``n<id>`` (a number, in millionths) or ``s<id>``."""
    return _promoted([(prop, kind)])[0].column


def facts_relation(segments: Sequence[Segment], wanted: Sequence[tuple[str, str]]) -> str:
    """A FROM item for DuckDB over exactly the files of these segments.

    Columns: account_id, user_no, user_key, role, name, ts_us, day, and one for each wanted
    (property, kind) in that order. Files that lack a column are read through the JSON.
    """
    return columns.relation(segments, _promoted(wanted))


def _promoted(wanted: Sequence[tuple[str, str]]) -> list[Promoted]:
    known = {(one.prop, one.kind): one for one in columns.promoted()}
    missing = [pair for pair in wanted if pair not in known]
    if missing:
        raise NotPromoted(f"{missing} have no columns: call lake.writes.promote(wanted=…) first")
    return [known[pair] for pair in dict.fromkeys(wanted)]


@dataclass(frozen=True)
class Progress:
    """How far the rewriting of older files has come; files that are complete, of all."""

    files: int
    of_files: int
    rows: int
    of_rows: int

    @property
    def is_done(self) -> bool:
        return self.files == self.of_files


def promotion_progress(wanted: Sequence[tuple[str, str]] | None = None) -> Progress:
    """How many live files have these columns, or all that were ever wanted."""
    needed = columns.promoted() if wanted is None else _promoted(wanted)
    live = live_segments()
    done = [segment for segment in live if not columns.lacks(segment, needed)]
    return Progress(
        len(done), len(live), sum(one.rows for one in done), sum(one.rows for one in live)
    )


def files_of_users(user_keys: Sequence[str], account_ids: Sequence[int] | None) -> dict[str, int]:
    """In which live files events of these users (at these accounts) are, and how many."""
    paths = paths_of(live_segments())
    if not paths:
        return {}
    relation = engine.files_relation(paths, named=True)
    with engine.opened() as connection:
        found = connection.execute(
            f"SELECT filename, COUNT(*) FROM {relation} "  # noqa: S608 - quoted by the rules
            f"WHERE {rules.is_of_users(user_keys, account_ids)} GROUP BY filename"
        ).fetchall()
    return {Path(name).name: int(rows) for name, rows in found}


def accounts_of_users(user_keys: Sequence[str]) -> dict[int | None, int]:
    """Events of these users by account; None for accounts that nobody knows."""
    relation = engine.files_relation(paths_of(live_segments()))
    with engine.opened() as connection:
        found = connection.execute(
            f"SELECT account_id, COUNT(*) FROM {relation} "  # noqa: S608 - quoted by the rules
            f"WHERE {rules.is_of_users(user_keys, None)} GROUP BY account_id ORDER BY 2 DESC"
        ).fetchall()
    return dict(found)


def expired_before() -> int | None:
    """The day before which the organisation's retention has removed events; None for never."""
    weeks = [
        int(week)
        for by_week in Posting.objects.filter(kind=Posting.EXPIRED).values_list(
            "by_week", flat=True
        )
        for week in by_week
    ]
    return 7 * (max(weeks) + 1) - 3 if weeks else None


class Session:
    """Several statements over the same state of ``events``; temporary tables live as long as it."""

    def __init__(self, connection: engine.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str) -> None:
        self._connection.execute(sql)

    def table(self, sql: str) -> pa.Table:
        return self._connection.sql(sql).to_arrow_table()


@contextmanager
def session(**tables: pa.Table) -> Iterator[Session]:
    """Like ``query``, for work that asks more than once."""
    with session_over(live_segments(), **tables) as opened:
        yield opened


@contextmanager
def session_over(segments: Iterable[Segment], **tables: pa.Table) -> Iterator[Session]:
    """Like ``session``, where ``events`` holds what these files hold."""
    relation = engine.files_relation(paths_of(segments))
    with engine.opened(**tables) as connection:
        connection.execute(f"CREATE TEMP VIEW events AS SELECT {engine.COLUMNS} FROM {relation}")  # noqa: S608
        yield Session(connection)
