"""The customers and contracts behind a figure, as lines of a page and of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
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
    name: str
    due_on: date
    renewed: bool
    contract: str
    money: str
    minor: int | None


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


def chosen_renewals(due: pa.Table, contract: str, outcome: str) -> pa.Table:
    """The decisions of a kind of contract ("" = all) and outcome, the latest first."""
    if contract:
        due = due.filter(pc.equal(due["contract"], contract))
    if outcome:
        due = due.filter(pc.equal(due["not_renewed"], outcome == "churned"))
    return due.sort_by([("decided_on", "descending"), ("account_id", "ascending")])


def renewal_lines(due: pa.Table, currency: str) -> Iterator[RenewalLine]:
    columns = ["account_id", "decided_on", "not_renewed", "contract", "mrr_minor"]
    rows = due.select(columns).to_pylist()
    names = names_of({row["account_id"] for row in rows})
    for row in rows:
        yield RenewalLine(
            row["account_id"],
            names.get(row["account_id"], ""),
            row["decided_on"],
            not row["not_renewed"],
            str(CONTRACTS[row["contract"]]),
            shown(row["mrr_minor"], currency),
            row["mrr_minor"],
        )


def renewals_csv(due: pa.Table, currency: str) -> StreamingHttpResponse:
    header = [
        _("Customer"), _("Due on"), _("Renewed"), _("Contract"), _("Currency"), _("MRR"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for start in range(0, due.num_rows, AT_ONCE):
            for line in renewal_lines(due.slice(start, AT_ONCE), currency):
                yield [
                    line.name, line.due_on, _("Yes") if line.renewed else _("No"), line.contract,
                    currency, "" if line.minor is None else amount(line.minor, currency),
                ]  # fmt: skip

    return csv_response(f"{_('Renewals due')}.csv", header, rows())
