"""The decisions behind a hypothesis's newest check, so that its figures lead to customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.core.paginator import Page
from django.utils.translation import gettext as _

from banso.measure.metrics.models import Unit
from banso.prove.hypotheses.models import Hypothesis
from banso.prove.studies.reads import names_of
from banso.prove.studies.rules import FIRST_TIME_CAP_DAYS
from banso.prove.studies.wording import plain


@dataclass(frozen=True)
class Line:
    account_id: int
    name: str
    decided_on: date
    landmark: date
    missed: bool
    value: str
    new: bool


def path_of(pk: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "hypotheses" / f"hypothesis-{pk}.parquet"


def keep_rows(pk: int, rows: pa.Table) -> None:
    """The newest check's decisions take the place of those of the one before, whole or not."""
    path = path_of(pk)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    pq.write_table(rows, beside, compression="zstd")
    beside.replace(path)


def kept_rows(pk: int, *, only_new: bool, missed: str) -> pa.Table | None:
    """The decisions, the latest first; None before the first check. missed: "", "yes" or "no"."""
    path = path_of(pk)
    if not path.exists():
        return None
    rows = pq.read_table(path)
    if only_new:
        rows = rows.filter(rows["new"])
    if missed:
        rows = rows.filter(pc.equal(rows["not_renewed"], missed == "yes"))
    return rows.sort_by([("decided_on", "descending"), ("account_id", "ascending")])


def lines_of(hypothesis: Hypothesis, rows: pa.Table, page: Page[int]) -> list[Line]:
    if not len(page):
        return []
    part = rows.slice(page[0], len(page)).to_pylist()
    names = names_of(row["account_id"] for row in part)
    return [
        Line(
            row["account_id"],
            names.get(row["account_id"], ""),
            row["decided_on"],
            row["landmark"],
            row["not_renewed"],
            value_text(hypothesis, row["value"]),
            row["new"],
        )
        for row in part
    ]


def csv_of(hypothesis: Hypothesis, rows: pa.Table) -> tuple[list[str], Iterator[list[Any]]]:
    header = [
        _("Customer"), _("Decided on"), _("Measured on"), _("New decision"), _("Outcome came"),
        hypothesis.metric.name,
    ]  # fmt: skip

    def made() -> Iterator[list[Any]]:
        for start in range(0, rows.num_rows, 2000):
            part = rows.slice(start, 2000).to_pylist()
            names = names_of(row["account_id"] for row in part)
            for row in part:
                yield [
                    names.get(row["account_id"], ""), row["decided_on"], row["landmark"],
                    yes_no(row["new"]), yes_no(not row["not_renewed"]), row["value"],
                ]  # fmt: skip

    return header, made()


def yes_no(answer: bool) -> str:
    return _("Yes") if answer else _("No")


def value_text(hypothesis: Hypothesis, value: float) -> str:
    """A value as the claim counts it."""
    if hypothesis.is_flag:
        return yes_no(bool(value))
    if hypothesis.metric.unit in (Unit.SHARE, Unit.CHANGE):
        return f"{100 * value:.0f}%"
    if hypothesis.metric_shape.startswith("days_to_first") and value >= FIRST_TIME_CAP_DAYS:
        return _("not within %(days)s days") % {"days": FIRST_TIME_CAP_DAYS}
    return plain(value)
