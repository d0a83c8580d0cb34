"""The tables of a pattern's page as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from banso.prove.patterns import reads
from banso.prove.patterns.models import Pattern
from banso.prove.patterns.presenting import after_use, list_rows, spread
from banso.prove.patterns.reads import Applied

Table = tuple[list[str], Iterator[list[Any]]]


def list_file(found: Sequence[Pattern]) -> Table:
    header = [
        _("Name"), _("Occasion"), _("In whom"), _("What to do"), _("Material"), _("Evidence level"),
        _("Who looks after it"), _("Uses"), _("People"), _("Customers"),
    ]  # fmt: skip

    def made() -> Iterator[list[Any]]:
        for row in list_rows(found):
            said, pattern = row["version"], row["pattern"]
            yield [
                said.name, said.get_occasion_display(), said.in_whom, said.what_to_do,
                said.content, pattern.get_level_display(), str(pattern.owner or ""), row["uses"],
                row["people"], row["customers"],
            ]  # fmt: skip

    return header, made()


def spread_file(uses: Sequence[Applied], today: date) -> Table:
    found = spread(uses, today)
    header = [_("Colleague"), _("First used on"), _("Uses"), *(found["short"] if found else [])]
    rows = found["rows"] if found else []
    return header, ([row["name"], row["first"], row["whole"], *row["counts"]] for row in rows)


def uses_file(uses: Sequence[Applied]) -> Table:
    names = reads.people_named(one.user_id for one in uses)
    accounts = reads.customers_named(one.account_id for one in uses)
    header = [_("Used on"), _("External id"), _("Customer"), _("Colleague")]

    def made() -> Iterator[list[Any]]:
        for one in uses:
            account = accounts.get(one.account_id)
            told = [account.external_id, account.name] if account else ["", ""]
            yield [one.on, *told, names.get(one.user_id or 0, "")]

    return header, made()


def renewals_file(pattern: Pattern, today: date) -> Table:
    header = [
        _("External id"), _("Customer"), _("First used on"), _("Decided on"), _("Outcome since"),
    ]  # fmt: skip
    rows = after_use(pattern, today)["rows"]
    return header, (
        [
            row["account"].external_id, row["account"].name, row["first"],
            row["later"].decided_on if row["later"] else "", row["outcome"],
        ]
        for row in rows
    )  # fmt: skip
