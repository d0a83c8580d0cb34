"""All sentences of a metric's page: for the page, and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from banso.prove.studies.metric_tables import like_told, spread_told
from banso.prove.studies.metric_wording import (
    DECIDED,
    leak_told,
    names_told,
    partial_told,
    with_later_told,
)
from banso.prove.studies.models import Finding, Verdict
from banso.prove.studies.presenting import row_of


def words_of(finding: Finding, numbers: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The sentences of a metric's page, by their place on it."""
    partial, row = numbers["partial"], row_of(finding, today)
    return {
        "icon": row.icon,
        "answer": row.sentence,
        "level": row.level,
        "decided": finding.verdict in DECIDED,
        "suspicious": finding.verdict == Verdict.SUSPICIOUS,
        "spread": spread_told(finding, numbers["spread"]) if numbers["spread"] else "",
        "partial": partial_told(finding, partial, today),
        "held": names_told(partial["held"]) if partial else "",
        "later": names_told(partial.get("later", ())) if partial else "",
        "with_later": with_later_told(partial),
        "held_attributes": names_told(partial["attributes"]) if partial else "",
        "same": like_told(numbers["family"]),
        "nearest": like_told(numbers["nearest"]),
        "leak": leak_told(finding, numbers["leak"]),
    }
