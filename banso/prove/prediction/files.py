"""The tables of these pages as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from banso.prove.prediction.alternative_pages import changed_customers, quarter_rows
from banso.prove.prediction.models import Comparison, ScoreQuarter

Table = tuple[list[str], Iterator[list[Any]]]


def quarters_file(quarters: list[ScoreQuarter]) -> Table:
    header = [
        _("Quarter"), _("Decisions"), _("Renewals foretold"), _("Renewals seen"),
        _("Foretold not to renew"), _("Did not renew"), _("Seen / foretold"),
        _("Limits of chance (99%)"), _("Verdict"),
    ]  # fmt: skip
    keys = ("name", "n", "foretold", "came", "lost_foretold", "lost", "ratio", "limits", "said")
    return header, ([row[key] for key in keys] for row in quarter_rows(quarters))


def changes_file(comparison: Comparison) -> Table:
    header = [
        _("External id"), _("Customer"), _("Score in force"), _("Word in force"),
        _("Score of the alternative"), _("Word of the alternative"),
    ]  # fmt: skip
    return header, (
        [
            row["account"].external_id, row["account"].name, row["before"], row["was"],
            row["after"], row["would"],
        ]
        for row in changed_customers(comparison)
    )  # fmt: skip
