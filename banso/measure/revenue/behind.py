"""The customers and contracts behind a figure, as lines of a page and of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from banso.measure.revenue.overview import Mover
from banso.measure.revenue.presenting import amount
from banso.measure.revenue.reads import names_of
from banso.measure.revenue.words import CONTRACTS
from banso.shared.money import shown
from banso.shared.spreadsheets import csv_response

AT_ONCE = 2000


@dataclass(frozen=True)
class CustomerLine:
    account_id: int
    name: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class RenewalLine:
    """One decision that was due."""

    account_id: int
    due_on: date
    renewed: bool
    contract: str
    money: str
    minor: int | None
    currency: str


def customer_lines(movers: Sequence[Mover], currency: str) -> list[CustomerLine]:
    names = names_of(mover.account_id for mover in movers)
    return [
        CustomerLine(
            mover.account_id,
            names.get(mover.account_id, ""),
            shown(mover.before, currency),
            shown(mover.after, currency),
            shown(mover.after - mover.before, currency),
        )
        for mover in movers
    ]


def customers_csv(name: str, movers: Sequence[Mover], currency: str) -> StreamingHttpResponse:
    header = [_("Customer"), _("Currency"), _("MRR before"), _("MRR after"), _("Change")]

    def rows() -> Iterator[list[object]]:
        for start in range(0, len(movers), AT_ONCE):
            some = movers[start : start + AT_ONCE]
            names = names_of(mover.account_id for mover in some)
            for m in some:
                money = (m.before, m.after, m.after - m.before)
                amounts = [amount(minor, currency) for minor in money]
                yield [names.get(m.account_id, ""), currency, *amounts]

    return csv_response(f"{name}.csv", header, rows())


def renewal_lines(due: pa.Table, contract: str, outcome: str, currency: str) -> list[RenewalLine]:
    """The decisions of a kind of contract ("" = all) and outcome, the latest first."""
    kept = []
    columns = ("account_id", "decided_on", "not_renewed", "contract", "mrr_minor")
    for row in due.select(columns).to_pylist():
        told = "churned" if row["not_renewed"] else "renewed"
        if contract in ("", row["contract"]) and outcome in ("", told):
            kept.append(
                RenewalLine(
                    row["account_id"],
                    row["decided_on"],
                    not row["not_renewed"],
                    str(CONTRACTS[row["contract"]]),
                    shown(row["mrr_minor"], currency),
                    row["mrr_minor"],
                    currency,
                )
            )
    return sorted(kept, key=lambda line: (line.due_on, line.account_id), reverse=True)


def renewals_csv(lines: Sequence[RenewalLine]) -> StreamingHttpResponse:
    header = [
        _("Customer"), _("Due on"), _("Renewed"), _("Contract"), _("Currency"), _("MRR"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for start in range(0, len(lines), AT_ONCE):
            some = lines[start : start + AT_ONCE]
            names = names_of({line.account_id for line in some})
            for line in some:
                yield [
                    names.get(line.account_id, ""), line.due_on,
                    _("Yes") if line.renewed else _("No"), line.contract, line.currency,
                    "" if line.minor is None else amount(line.minor, line.currency),
                ]  # fmt: skip

    return csv_response(f"{_('Renewals due')}.csv", header, rows())
