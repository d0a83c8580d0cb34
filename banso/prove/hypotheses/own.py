"""What else is decided for customers, as somebody registered it: delivered success, intent to
continue. Pure: from days and answers to rows like those of renewals.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from banso.know.subscriptions.rules import contract_of

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_EPOCH = date(1970, 1, 1)
_SPAN = np.int64(10_000_000)
TERMS = pa.schema(
    [
        ("subscription_id", pa.int64()),
        ("account_id", pa.int64()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("term_months", pa.int64()),
        ("mrr_minor", pa.int64()),
    ]
)


def counts_as_come(value: str, *, number: bool, counts: str) -> bool | None:
    """Whether an answer counts: a number from ``counts`` on, else the very word; None for no
    answer.
    """
    text = value.strip()
    if not text:
        return None
    if not number:
        return text.casefold() == counts.strip().casefold()
    try:
        return float(text) >= float(counts)
    except ValueError:
        return None


def quarter_ends(first: date, last: date) -> list[date]:
    """The last days of the calendar quarters that lie wholly between two days."""
    found: list[date] = []
    day = date(first.year, 3 * ((first.month - 1) // 3) + 1, 1)
    while True:
        year, month = (day.year + 1, 1) if day.month == 10 else (day.year, day.month + 3)
        after = date(year, month, 1)
        if after > last + timedelta(days=1):
            return found
        if day >= first:
            found.append(after - timedelta(days=1))
        day = after


def decided_rows(
    account: Sequence[int],
    on: Sequence[date],
    came: Sequence[bool],
    terms: pa.Table,
    *,
    landmark_days: int,
) -> pa.Table:
    """Rows as ``outcomes.Outcome`` wants them, by day and customer.

    terms: the paid terms. Contract and tenure are those at the landmark; whoever had no paid
    contract by then was no customer yet and is left out.
    """
    who = np.asarray(account, dtype=np.int64)
    day = np.array([(d - _EPOCH).days for d in on], dtype=np.int64)
    landmark = day - landmark_days
    terms = terms.sort_by([("account_id", "ascending"), ("start", "ascending")])
    owner, start = _ints(terms["account_id"]), _ints(terms["start"].cast(pa.int32()))
    place = np.searchsorted(owner * _SPAN + start, who * _SPAN + landmark, side="right") - 1
    first = np.searchsorted(owner, who, side="left")
    kept = np.flatnonzero((place >= first) & (place >= 0)) if len(owner) else np.zeros(0, np.int64)
    order = kept[np.lexsort((who[kept], day[kept]))]
    term, months = place[order], _ints(terms["term_months"])
    contracts = [contract_of(int(m)) for m in months[term]]
    return pa.table(
        {
            "row_id": pa.array(np.arange(len(order), dtype=np.int64)),
            "account_id": pa.array(who[order]),
            "subscription_id": pa.array(_ints(terms["subscription_id"])[term]),
            "decided_on": _dates(day[order]),
            "closed_on": _dates(day[order]),
            "landmark": _dates(landmark[order]),
            "not_renewed": pa.array(~np.asarray(came, dtype=np.bool_)[order]),
            "tenure_days": pa.array(landmark[order] - start[first[order]]),
            "contract": pa.array(contracts, pa.string()),
            "mrr_minor": terms["mrr_minor"].take(pa.array(term)),
        }
    )


def reviewed(terms: pa.Table, days: Sequence[date]) -> tuple[list[int], list[date]]:
    """Each customer with a running paid term, on each of these days."""
    owner, start = _ints(terms["account_id"]), _ints(terms["start"].cast(pa.int32()))
    end = _ints(terms["end"].cast(pa.int32()).cast(pa.int64()).fill_null(int(_SPAN)))
    accounts: list[int] = []
    on: list[date] = []
    for day in days:
        number = (day - _EPOCH).days
        running = np.unique(owner[(start <= number) & (end >= number)])
        accounts += running.tolist()
        on += [day] * len(running)
    return accounts, on


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _dates(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32)).cast(pa.date32())
