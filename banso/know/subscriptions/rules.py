"""From subscriptions to renewal decisions: one row per term that came to its end (METHODS 1.3).

Days are whole numbers since 1970-01-01 inside this file and ``date32`` in the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Days = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

GRACE_DAYS = 31
SAME_DECISION_DAYS = 7
MONTHLY_LANDMARK_DAYS = 30
CLOSEST_LANDMARK_DAYS = 28
LANDMARK_DAYS = 90
FAR_FUTURE = 10_000_000
LONG_AGO = -10_000_000

WATCHED_MONTH_DAYS = 31

LEFT_OUT_REASONS = (
    "trial",
    "undecided",
    "not_due",
    "not_watched",
    "decided_before",
    "too_young",
)


@dataclass(frozen=True)
class DecisionRows:
    """Decision rows, and how many were left out for which reason.

    table: row_id, account_id, subscription_id, decided_on, closed_on, landmark (date32),
    not_renewed, tenure_days at the landmark since the account's first paid term, contract,
    mrr_minor. decided_on is the day the term was due; closed_on lies before it when the term ended
    early.
    left_out: "trial" (terms), "undecided" (ended, and nobody can say yet), "not_due" (ended early;
    those that go on are not due yet, so counting it now would count only who leaves),
    "not_watched" (before, or fewer than 28 days after ``observed_from``), "decided_before" (ended
    or given notice before the landmark), "too_young" (the term began after the landmark).
    """

    table: pa.Table
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class _Terms:
    """Paid terms as arrays, sorted by account and start; an unknown end lies far in the future."""

    id: Days
    account: Days
    start: Days
    end: Days
    months: Days
    renewed: Mask
    churned: Mask
    noticed: Days
    watched_from: Days
    mrr: pa.Array
    first_start: Days


@dataclass(frozen=True)
class _Rows:
    """Decisions as arrays: the position of the term, when it was due and when it was over."""

    which: Days
    due: Days
    closed: Days
    not_renewed: Mask


def decisions(
    subscriptions: pa.Table, *, data_cut: date, landmark_days: int = LANDMARK_DAYS
) -> DecisionRows:
    """Every renewal decision up to ``data_cut``, once each.

    subscriptions: subscription_id, account_id, start, end, term_months, is_trial, outcome
    ("renewed", "churned" or ""), cancelled_on, observed_from, mrr_minor. A term that goes on past
    ``term_months`` (or has no end) was renewed at every step until its end. An end without outcome
    counts as renewed when the account goes on within 31 days, as not renewed when those days have
    passed without. The landmark lies ``landmark_days`` before the day the term is due, 30 for terms
    under three months, and never before we watched; who had left by then is not counted.
    """
    paid = subscriptions.filter(pc.invert(subscriptions["is_trial"]))
    left_out = dict.fromkeys(LEFT_OUT_REASONS, 0)
    left_out["trial"] = subscriptions.num_rows - paid.num_rows
    terms = _read(paid)
    cut = (data_cut - date(1970, 1, 1)).days
    rows = _decided(terms, cut, left_out)
    landmark = _landmarks(terms, rows, landmark_days)
    which = rows.which
    left = np.minimum(rows.closed, np.where(rows.not_renewed, terms.noticed[which], FAR_FUTURE))
    kept = np.ones(len(which), dtype=np.bool_)
    for reason, out in (
        ("not_due", rows.due > cut),
        ("not_watched", rows.due - terms.watched_from[which] < CLOSEST_LANDMARK_DAYS),
        ("decided_before", left < landmark),
        ("too_young", terms.start[which] > landmark),
    ):
        left_out[reason] += int((kept & out).sum())
        kept &= ~out
    found = np.flatnonzero(kept)
    order = found[np.lexsort((terms.id[which[found]], rows.due[found]))]
    return DecisionRows(_table(terms, rows, landmark, order), left_out)


def at_stake(subscriptions: pa.Table, *, data_cut: date) -> pa.Table:
    """When each renewal decision up to ``data_cut`` was open: what is done then may go with it.

    Columns: account_id, subscription_id, began, until, decided_on, closed_on (date32),
    not_renewed, contract, mrr_minor, first_start. Open from ``began`` (the step's begin, or since
    we watch) to the day before ``until``: the end, or the notice of who left. No landmark: who
    gives notice the day after something was done counts. ``subscriptions`` as in ``decisions``.
    """
    terms = _read(subscriptions.filter(pc.invert(subscriptions["is_trial"])))
    cut = (data_cut - date(1970, 1, 1)).days
    rows = _decided(terms, cut)
    which = rows.which
    left = np.minimum(rows.closed, np.where(rows.not_renewed, terms.noticed[which], FAR_FUTURE))
    began = np.maximum(add_months(rows.due, -terms.months[which]), terms.start[which])
    began = np.maximum(began, terms.watched_from[which])
    kept = np.flatnonzero((rows.due <= cut) & (began < left))
    order = kept[np.lexsort((terms.id[which[kept]], rows.due[kept], terms.account[which[kept]]))]
    table = _table(terms, rows, began, order)
    return (
        table.drop_columns(["row_id", "tenure_days", "landmark"])
        .append_column("began", _dates(began[order]))
        .append_column("until", _dates(left[order]))
        .append_column("first_start", _dates(terms.first_start[which[order]]))
    )


def contract_of(term_months: int) -> str:
    """The kind of contract a term makes."""
    if term_months == 1:
        return "monthly"
    if term_months < 12:
        return "under_a_year"
    return "annual" if term_months == 12 else "multi_year"


def add_months(days: Days, months: Days) -> Days:
    """Each day so many months later; the 31st becomes the last day of a shorter month."""
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    in_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    target = month + months.astype("timedelta64[M]")
    first = target.astype("datetime64[D]")
    last = ((target + 1).astype("datetime64[D]") - first).astype(np.int64) - 1
    return np.asarray(first.astype(np.int64) + np.minimum(in_month, last))


def continued(account: Days, start: Days, end: Days) -> Mask:
    """Whether the account goes on after each end: another term runs past it that began by the end
    of the grace.

    The arrays are sorted by account and start.
    """
    if not len(account):
        return np.zeros(0, dtype=np.bool_)
    codes = np.unique(account, return_inverse=True)[1].reshape(-1).astype(np.int64)
    span = np.int64(4 * FAR_FUTURE)
    furthest = np.maximum.accumulate(codes * span + end)
    by = np.minimum(end, FAR_FUTURE) + GRACE_DAYS
    place = np.searchsorted(codes * span + start, codes * span + by, side="right") - 1
    return np.asarray(furthest[place] > codes * span + end)


def _decided(terms: _Terms, cut: int, left_out: dict[str, int] | None = None) -> _Rows:
    """Every decision, by steps and by ends; notes those that nobody watched or can tell."""
    stepped, step_day, unwatched = _steps(terms, cut)
    ended, lost, undecided = _ends(terms, cut)
    if left_out is not None:
        left_out["not_watched"], left_out["undecided"] = unwatched, undecided
    return _Rows(
        which=np.concatenate((stepped, ended)),
        due=np.concatenate((step_day, _due(terms)[ended])),
        closed=np.concatenate((step_day, terms.end[ended])),
        not_renewed=np.concatenate((np.zeros(len(stepped), dtype=np.bool_), lost)),
    )


def _read(paid: pa.Table) -> _Terms:
    account, start = _ints(paid["account_id"]), _day_numbers(paid["start"], 0)
    order = np.lexsort((start, account))
    paid, account, start = paid.take(pa.array(order)), account[order], start[order]
    begins = (
        np.concatenate(([True], account[1:] != account[:-1])) if len(account) else np.zeros(0, bool)
    )
    outcome = np.asarray(paid["outcome"].to_numpy(zero_copy_only=False), dtype=object)
    return _Terms(
        id=_ints(paid["subscription_id"]),
        account=account,
        start=start,
        end=_day_numbers(paid["end"], FAR_FUTURE),
        months=_ints(paid["term_months"]),
        renewed=np.asarray(outcome == "renewed", dtype=np.bool_),
        churned=np.asarray(outcome == "churned", dtype=np.bool_),
        noticed=_day_numbers(paid["cancelled_on"], FAR_FUTURE),
        watched_from=_day_numbers(paid["observed_from"], LONG_AGO),
        mrr=paid["mrr_minor"],
        first_start=start[begins][np.cumsum(begins) - 1] if len(account) else start,
    )


def _ints(column: pa.ChunkedArray) -> Days:
    return np.asarray(column.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _day_numbers(column: pa.ChunkedArray, absent: int) -> Days:
    return _ints(column.cast(pa.int32()).cast(pa.int64()).fill_null(absent))


def _steps(terms: _Terms, cut: int) -> tuple[Days, Days, int]:
    """Terms (positions) and days at which they were renewed on the way, and how many steps nobody
    watched.

    A step within a week before the end is the decision of the end.
    """
    limit = np.minimum(terms.end - SAME_DECISION_DAYS, cut)
    most = np.maximum(_months_between(terms.start, limit), 0) // terms.months
    watched = np.maximum(
        _months_between(terms.start, np.maximum(terms.watched_from, terms.start)), 0
    )
    first = np.maximum(watched // terms.months, 1)
    count = np.maximum(most - first + 1, 0)
    unwatched = int((most - count).sum())
    which = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    return which, add_months(terms.start[which], nth * terms.months[which]), unwatched


def _months_between(start: Days, until: Days) -> Days:
    """Whole months from start that are over by ``until``; negative when it lies before."""
    month = "datetime64[M]"
    apart = (
        until.astype("datetime64[D]").astype(month) - start.astype("datetime64[D]").astype(month)
    ).astype(np.int64)
    return np.asarray(np.where(add_months(start, apart) > until, apart - 1, apart))


def _ends(terms: _Terms, cut: int) -> tuple[Days, Mask, int]:
    """Terms (positions) whose end was decided, whether they were lost, and how many nobody can tell
    yet.
    """
    over = terms.end <= cut
    said = terms.renewed | terms.churned
    goes_on = continued(terms.account, terms.start, terms.end)
    lapsed = terms.end + GRACE_DAYS <= cut
    known = over & (said | goes_on | lapsed)
    ended = np.flatnonzero(known)
    return ended, np.where(said, terms.churned, ~goes_on)[ended], int((over & ~known).sum())


def _due(terms: _Terms) -> Days:
    """The day on which the term that was running at the end would have been over.

    An end within a week of that day is that day. So is the end of a snapshot (watched for its last
    month): there those that go on are told about as well.
    """
    before = np.maximum(_months_between(terms.start, terms.end - SAME_DECISION_DAYS), 0)
    step = add_months(terms.start, (before // terms.months + 1) * terms.months)
    at_end = step <= terms.end + SAME_DECISION_DAYS
    at_end |= terms.end - terms.watched_from <= WATCHED_MONTH_DAYS
    return np.where(at_end, terms.end, step)


def _landmarks(terms: _Terms, rows: _Rows, landmark_days: int) -> Days:
    before = np.where(terms.months[rows.which] >= 3, landmark_days, MONTHLY_LANDMARK_DAYS)
    return np.asarray(np.maximum(rows.due - before, terms.watched_from[rows.which]))


def _table(terms: _Terms, rows: _Rows, landmark: Days, order: Days) -> pa.Table:
    kinds, place = np.unique(terms.months, return_inverse=True)
    contract = np.array([contract_of(int(months)) for months in kinds], dtype=object)
    which = rows.which[order]

    return pa.table(
        {
            "row_id": pa.array(np.arange(len(which), dtype=np.int64)),
            "account_id": pa.array(terms.account[which]),
            "subscription_id": pa.array(terms.id[which]),
            "decided_on": _dates(rows.due[order]),
            "closed_on": _dates(rows.closed[order]),
            "landmark": _dates(landmark[order]),
            "not_renewed": pa.array(rows.not_renewed[order]),
            "tenure_days": pa.array(landmark[order] - terms.first_start[which]),
            "contract": pa.array(contract[place.reshape(-1)[which]], type=pa.string()),
            "mrr_minor": terms.mrr.take(pa.array(which)),
        }
    )


def _dates(days: Days) -> Any:
    return pa.array(days.astype(np.int32)).cast(pa.date32())
