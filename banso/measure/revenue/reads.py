"""The organisation's contracts as columns, read once and kept until one of them changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Count, Max, QuerySet

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.reads import last_known_day
from banso.know.subscriptions.rules import add_months, at_stake
from banso.measure.revenue.ledger import Ledger, ledger, month_ends
from banso.measure.revenue.spans import OPEN, Contracts, Ints, Mask, Spans
from banso.shared.journal.models import Entry
from banso.shared.upserts.writes import slices
from banso.shared.users.reads import organisation

EPOCH = date(1970, 1, 1)
STALE_DAYS = 92
ALWAYS = -10_000_000
OVERLAP = timedelta(minutes=10)
UPSERTED = "subscriptions.upserted"
COLUMNS = (
    ("pk", pa.int64()),
    ("account_id", pa.int64()),
    ("start", pa.date32()),
    ("end", pa.date32()),
    ("term_months", pa.int64()),
    ("is_trial", pa.bool_()),
    ("outcome", pa.string()),
    ("cancelled_on", pa.date32()),
    ("observed_from", pa.date32()),
    ("mrr_minor", pa.int64()),
    ("currency", pa.string()),
)
_lock = Lock()
_latest: list[tuple[tuple[Any, ...], Book]] = []


@dataclass(frozen=True)
class Book:
    """All contracts: the paid ones with their currency (place in `currencies`), how many accounts
    pay in each, and how many trials were left out. `version` differs when a contract does; `table`
    has all rows as they were read, `terms` the paid ones as `know.subscriptions.rules` wants them.
    """

    version: tuple[Any, ...]
    table: pa.Table
    terms: pa.Table
    contracts: Contracts
    currency: Ints
    currencies: tuple[str, ...]
    payers: tuple[int, ...]
    trials: int


@dataclass(frozen=True)
class Scope:
    """What a reader looks at: one currency, all segments ("") or one, months or quarters."""

    currency: str
    segment: str = ""
    months: int = 1


def book() -> Book | None:
    """The contracts as they stand, or None while there is none."""
    told = Subscription.objects.aggregate(n=Count("pk"), changed=Max("updated_at"), last=Max("pk"))
    if not told["n"]:
        return None
    imports = Entry.objects.filter(kind=UPSERTED).count()
    version = (told["n"], told["changed"], told["last"], imports)
    with _lock:
        if not _latest or _latest[0][0] != version:
            _latest[:] = [(version, _book(version, _table(version)))]
        return _latest[0][1]


def _table(version: tuple[Any, ...]) -> pa.Table:
    """All contracts; only those that changed are read when the others are at hand.

    A transaction may be seen later than one that is stamped after it, hence the overlap.
    """
    if _latest:
        (_n, changed, *_rest), before = _latest[0]
        fresh = _rows(Subscription.objects.filter(updated_at__gte=changed - OVERLAP))
        kept = before.table.filter(pc.invert(pc.is_in(before.table["pk"], fresh["pk"])))
        if kept.num_rows + fresh.num_rows == version[0]:
            return pa.concat_tables([kept, fresh])
    return _rows(Subscription.objects.all())


def _rows(found: QuerySet[Subscription]) -> pa.Table:
    rows = found.order_by().values_list(*(name for name, _ in COLUMNS))
    told = list(zip(*rows.iterator(chunk_size=20_000), strict=True)) or [()] * len(COLUMNS)
    return pa.table(
        {name: pa.array(values, kind) for (name, kind), values in zip(COLUMNS, told, strict=True)}
    )


def _book(version: tuple[Any, ...], table: pa.Table) -> Book:
    trial = _flags(table["is_trial"])
    paid = table.filter(pa.array(~trial))
    encoded = paid["currency"].combine_chunks().dictionary_encode()
    contracts = Contracts(
        account=_ints(paid["account_id"], 0),
        start=_ints(paid["start"], 0),
        end=_ints(paid["end"], OPEN),
        renewed=_is(paid["outcome"], "renewed"),
        churned=_is(paid["outcome"], "churned"),
        mrr=_ints(paid["mrr_minor"], 0),
        priced=~np.asarray(paid["mrr_minor"].is_null().to_numpy(zero_copy_only=False)),
        watched_from=_ints(paid["observed_from"], ALWAYS),
    )
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    names = tuple(str(name) for name in encoded.dictionary.to_pylist())
    payers = tuple(
        len(np.unique(contracts.account[(codes == place) & (contracts.mrr != 0)]))
        for place in range(len(names))
    )
    told = paid.rename_columns({"pk": "subscription_id"})
    return Book(version, table, told, contracts, codes, names, payers, int(trial.sum()))


def _ints(column: pa.ChunkedArray, absent: int) -> Ints:
    whole = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
    filled = whole.cast(pa.int64()).fill_null(absent)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def _flags(column: pa.ChunkedArray) -> Mask:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _is(column: pa.ChunkedArray, word: str) -> Mask:
    return np.asarray(column.to_numpy(zero_copy_only=False) == word, dtype=np.bool_)


def main_currency(found: Book) -> str:
    """The one in which most customers pay; "" when no amount is known."""
    if not any(found.payers):
        return ""
    return found.currencies[int(np.argmax(found.payers))]


def currencies(found: Book) -> list[tuple[str, int]]:
    """Each currency with the number of customers paying in it, the most first."""
    pairs = zip(found.currencies, found.payers, strict=True)
    return sorted((pair for pair in pairs if pair[1]), key=lambda pair: -pair[1])


def rows_in(found: Book, scope: Scope) -> Mask:
    """Which contracts belong to a scope. One without an amount belongs to the currency it names,
    one that names none to every scope, since its customer must not be counted as gone.
    """
    mine = np.zeros(len(found.currency), dtype=np.bool_)
    for place, name in enumerate(found.currencies):
        if name == scope.currency or not scope.currency:
            mine |= found.currency == place
        elif not name:
            mine |= (found.currency == place) & ~found.contracts.priced
    if scope.segment:
        mine &= np.isin(found.contracts.account, members(scope.segment))
    return mine


def members(segment: str) -> Ints:
    """The accounts of a segment."""
    ids = Account.objects.filter(segment=segment).order_by("pk").values_list("pk", flat=True)
    return np.fromiter(ids.iterator(chunk_size=20_000), dtype=np.int64)


def question(found: Book, scope: Scope, *more: object) -> tuple[object, ...]:
    """What an answer depends on besides the contracts, to keep it by."""
    who = hash(members(scope.segment).tobytes()) if scope.segment else 0
    return (scope, who, organisation().fiscal_year_start, *more)


def renewals_due(found: Book, rows: Mask, first: int, last: int) -> pa.Table:
    """The renewal decisions of these contracts that were due from `first` to `last`; the columns of
    ``subscriptions.rules.at_stake``.
    """
    recent = rows & (found.contracts.end >= first - STALE_DAYS)
    table = at_stake(found.terms.filter(pa.array(recent)), data_cut=day_of(last))
    due = np.asarray(table["decided_on"].cast(pa.int32()).to_numpy(zero_copy_only=False))
    return table.filter(pa.array((due >= first) & (due <= last)))


def known_until(found: Book, today: date) -> date:
    """Today; or the last day anything is told of, when that is long ago and no contract says that
    it runs on: an old file must not renew by itself.
    """
    ends = found.contracts.end[found.contracts.end < OPEN]
    if (ends > day_number(today)).any():
        return today
    last = last_known_day(today)
    return last if last is not None and (today - last).days > STALE_DAYS else today


def day_number(day: date) -> int:
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def months_before(day: int, months: Sequence[int]) -> Ints:
    """The same day so many months earlier, each."""
    back = -np.asarray(months, dtype=np.int64)
    return add_months(np.full(len(back), day, dtype=np.int64), back)


def ledger_of(spans: Spans, cut: int, scope: Scope) -> Ledger:
    """The ledger by months or quarters, from the first contract on."""
    start = int(spans.start.min(initial=cut))
    fiscal = organisation().fiscal_year_start
    return ledger(spans, month_ends(start, cut, months=scope.months, fiscal_start=fiscal))


def segments() -> list[str]:
    """The segments that customers have."""
    named = Account.objects.exclude(segment="").order_by("segment")
    return list(named.values_list("segment", flat=True).distinct())


def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    """The names of those accounts that are there."""
    names: dict[int, str] = {}
    for some in slices(list(account_ids)):
        names.update(Account.objects.filter(pk__in=some).values_list("pk", "name"))
    return names
