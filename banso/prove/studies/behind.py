"""The decisions behind a finding, as lines of a page and of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.core.paginator import Page
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from banso.prove.studies.models import Finding
from banso.prove.studies.reads import names_of
from banso.prove.studies.rules import FIRST_TIME_CAP_DAYS
from banso.prove.studies.wording import level_name, plain
from banso.shared.spreadsheets import csv_response

CSV_CHUNK = 2000


@dataclass(frozen=True)
class Line:
    """One renewal decision and what the metric was worth before it."""

    account_id: int
    name: str
    decided_on: date
    landmark: date
    renewed: bool
    value: str


def behind_lines(finding: Finding, decisions: pa.Table | None, page: Page[int]) -> list[Line]:
    """The lines of one page."""
    if decisions is None or not len(page):
        return []
    return list(_lines(finding, decisions.slice(page[0], len(page))))


def behind_csv(finding: Finding, decisions: pa.Table) -> StreamingHttpResponse:
    header = [_("Customer"), _("Decided on"), _("Measured on"), _("Renewed"), finding.label]

    def rows() -> Iterator[list[object]]:
        for start in range(0, decisions.num_rows, CSV_CHUNK):
            for line in _raw(decisions.slice(start, CSV_CHUNK)):
                renewed = _("Yes") if line["renewed"] else _("No")
                yield [
                    line["name"], line["decided_on"], line["landmark"], renewed, line["value"],
                ]  # fmt: skip

    return csv_response(f"{finding.label}.csv", header, rows())


def _lines(finding: Finding, decisions: pa.Table) -> Iterator[Line]:
    for line in _raw(decisions):
        yield Line(**line | {"value": value_text(finding, line["value"])})


def _raw(decisions: pa.Table) -> Iterator[dict[str, Any]]:
    rows = decisions.to_pylist()
    names = names_of(row["account_id"] for row in rows)
    for row in rows:
        yield {
            "account_id": row["account_id"],
            "name": names.get(row["account_id"], ""),
            "decided_on": row["closed_on"],
            "landmark": row["landmark"],
            "renewed": not row["not_renewed"],
            "value": row["value"],
        }


def value_text(finding: Finding, value: float | str) -> str:
    """A value as the metric counts it."""
    kind, unit = finding.numbers["kind"], finding.numbers["metric_unit"]
    if isinstance(value, str):
        return level_name(finding.key, value)
    if kind == "flag":
        return _("Yes") if value else _("No")
    if unit in ("share", "change"):
        return f"{100 * value:.0f}%"
    if unit == "first_days" and value >= FIRST_TIME_CAP_DAYS:
        return _("not within %(days)s days") % {"days": FIRST_TIME_CAP_DAYS}
    return plain(value)
