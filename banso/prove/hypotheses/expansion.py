"""Whether a customer pays more after a renewal than before it."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]

TERMS = pa.schema(
    [
        ("account_id", pa.int64()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("mrr_minor", pa.int64()),
        ("currency", pa.string()),
    ]
)
SETTLED_DAYS = 31
_SPAN = np.int64(10_000_000)
_NEVER, _LONG_AGO = np.int64(4_000_000), np.int64(1_000_000)


def expanded_or_not(renewals: pa.Table, terms: pa.Table, *, data_cut: date) -> pa.Table:
    """The renewed rows that are 31 days old, with not_renewed = "pays no more than before".

    Paid amounts of all terms of the customer are added up, on the day before the term was due and
    31 days after it. Customers with a term without an amount, or with terms in several currencies,
    cannot be told and are left out.
    """
    lost = renewals["not_renewed"].to_numpy(zero_copy_only=False)
    rows, before, after = money_around(renewals.filter(pa.array(~lost)), terms, data_cut=data_cut)
    place = renewals.column_names.index("not_renewed")
    return rows.set_column(place, "not_renewed", pa.array(after <= before))


def money_around(
    renewals: pa.Table, terms: pa.Table, *, data_cut: date
) -> tuple[pa.Table, Ints, Ints]:
    """The rows that are 31 days old, with what the customer paid a month the day before and then.

    Customers whose amounts cannot be told are left out, as in ``expanded_or_not``; so are terms
    said to be renewed of which no next one is on record.
    """
    cut = (data_cut - date(1970, 1, 1)).days
    due = _ints(renewals["decided_on"].cast(pa.int32()))
    account = _ints(renewals["account_id"])
    kept = (due + SETTLED_DAYS <= cut) & ~np.isin(account, _cannot_be_told(terms))
    before = _paid_on(terms, account[kept], due[kept] - 1)
    after = _paid_on(terms, account[kept], due[kept] + SETTLED_DAYS)
    rows = renewals.filter(pa.array(kept))
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False)
    told = (before > 0) & (lost | (after > 0))
    return rows.filter(pa.array(told)), before[told], after[told]


def _cannot_be_told(terms: pa.Table) -> Ints:
    unknown = terms.filter(pc.is_null(terms["mrr_minor"]))["account_id"]
    currencies = terms.group_by("account_id").aggregate([("currency", "count_distinct")])
    mixed = currencies.filter(pc.greater(currencies["currency_count_distinct"], 1))["account_id"]
    return np.concatenate((_ints(unknown), _ints(mixed)))


def _paid_on(terms: pa.Table, account: Ints, day: Ints) -> Ints:
    """Minor units a month that each account pays on each day."""
    begun = _added_up(terms, _ints(terms["start"].cast(pa.int32())), account, day)
    over = _ints(terms["end"].cast(pa.int32()).cast(pa.int64()).fill_null(int(_NEVER))) + 1
    return begun - _added_up(terms, over, account, day)


def _added_up(terms: pa.Table, since: Ints, account: Ints, day: Ints) -> Ints:
    """The amounts of an account's terms whose ``since`` is not after the day."""
    place = _ints(terms["account_id"]) * _SPAN + since
    order = np.argsort(place)
    amounts = _ints(terms["mrr_minor"].fill_null(0))[order]
    total = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(amounts)))
    place = place[order]
    until = np.searchsorted(place, account * _SPAN + day, side="right")
    first = np.searchsorted(place, account * _SPAN - _LONG_AGO, side="left")
    return np.asarray(total[until] - total[first])


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
