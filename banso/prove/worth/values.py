"""What past decisions and present customers had of the subject of a what-if."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Min, Q

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.reads import decision_rows
from banso.measure.metrics.models import AccountMeasures
from banso.measure.revenue.reads import day_number
from banso.prove.engine.regression import FloatArray
from banso.prove.studies.attributes import days_of, number_of
from banso.prove.studies.kept_rows import kept_rows
from banso.prove.studies.metric_values import raw_values, tracked_rows
from banso.prove.studies.models import EvidenceRun, Finding
from banso.prove.studies.rules import with_the_not_yet
from banso.prove.worth.measured import Effect, treated_values
from banso.prove.worth.rules import IS, Asked, Days, Mask, got_there
from banso.prove.worth.subjects import Milestone, Subject, has_level, is_field, is_levelled
from banso.shared import clock
from banso.shared.users.reads import organisation

OF_SUBSCRIPTION = "subscription."


def past_decisions(subject: Finding | Milestone, asked: Asked) -> pa.Table | None:
    """The decisions of the subject's run under the engine's names, with what they had of it as
    ``value`` (of a milestone also ``late``: on the day itself).

    None when the run no longer keeps them. The terms come from the contracts as they stand, found
    again by contract and day.
    """
    run: EvidenceRun = subject.run
    key = subject.key if isinstance(subject, Finding) else _any_key(run)
    kept = kept_rows(run.pk, key) if key else None
    if kept is None or run.data_cut is None:
        return None
    days = int(run.settings.get("landmark_days", organisation().landmark_days))
    terms = decision_rows(data_cut=run.data_cut, landmark_days=days).table
    wanted = terms.select(["subscription_id", "closed_on", "decided_on", "tenure_days", "contract"])
    joined = kept.join(wanted, keys=["subscription_id", "closed_on"], join_type="inner")
    joined = joined.sort_by("row_id")
    if isinstance(subject, Milestone):
        joined = _with_the_milestone(joined, subject, asked)
    else:
        joined = _put(joined, "value", _as_numbers(joined["value"], asked))
    return joined.rename_columns(
        ["account" if name == "account_id" else name for name in joined.column_names]
    )


def _any_key(run: EvidenceRun) -> str | None:
    """A column that the run keeps, for its decisions' sake."""
    return run.findings.order_by("position").values_list("key", flat=True).first()


def _put(table: pa.Table, name: str, values: FloatArray) -> pa.Table:
    column = pa.chunked_array([pa.array(values, pa.float64(), from_pandas=True)])
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)


def _as_numbers(column: pa.ChunkedArray, asked: Asked) -> FloatArray:
    if asked.compare == IS:
        return has_level(column.to_pylist(), asked.level)
    values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)


def _with_the_milestone(rows: pa.Table, milestone: Milestone, asked: Asked) -> pa.Table:
    """Whether each decision's customer had got there, where usage was on record by then."""
    since = milestone.run.tracked_from
    rows = tracked_rows(rows, since) if since is not None else rows.slice(0, 0)
    for name, day in (("value", "landmark"), ("late", "closed_on")):
        rows = _put(rows, name, _reached(rows, milestone, asked, as_of=days_of(rows[day])))
    return rows


def _reached(rows: pa.Table, milestone: Milestone, asked: Asked, *, as_of: Days) -> FloatArray:
    definition = milestone.first.definition
    if not rows.num_rows:
        return np.zeros(0)
    days, waits = raw_values([definition], rows, as_of=as_of)[definition.key]
    return got_there(days, waits, asked.threshold)


def present_values(subject: Subject, accounts: Days, asked: Asked) -> FloatArray:
    """What each account has of it now, counted as at the decisions; NaN where it is not known. Of
    an effect, a value of a field and a milestone: 1 for those that have it.
    """
    if isinstance(subject, Effect):
        return treated_values(subject, accounts)
    if isinstance(subject, Milestone):
        return _got_there_by_now(subject, accounts, asked)
    if is_field(subject):
        told = _of_field(subject.key)
        values = [told.get(account) for account in accounts.tolist()]
        if is_levelled(subject):
            return has_level([_known(subject, value) for value in values], asked.level)
        return np.array([_number(value) for value in values], dtype=np.float64)
    return _of_metric(subject, accounts)


def _known(subject: Finding, value: Any) -> Any:
    """A value as the evidence took it: yes and no may be numbers, what is blank is unknown."""
    if subject.numbers["kind"] == "flag":
        return number_of(value)
    return None if value in (None, "") else str(value)


def _number(value: Any) -> float:
    found = number_of(value)
    return np.nan if found is None else found


def _of_field(key: str) -> dict[int, Any]:
    """account -> the value it has now; of a contract's field that of the largest that runs."""
    holder, _dot, name = key.partition(".")
    path = f"custom__{name.removeprefix('own.')}" if name.startswith("own.") else name
    if holder == "account":
        return dict(Account.objects.order_by().values_list("pk", path).iterator(chunk_size=20_000))
    today = clock.today(organisation().time_zone)
    running = Subscription.objects.filter(Q(end=None) | Q(end__gt=today), start__lte=today)
    rows = running.filter(is_trial=False).order_by("mrr_minor", "pk")
    return dict(rows.values_list("account_id", path).iterator(chunk_size=20_000))


def _of_metric(finding: Finding, accounts: Days) -> FloatArray:
    key = finding.metric_key
    rows = AccountMeasures.objects.order_by().values_list("account_id", f"values__{key}")
    told: dict[int, tuple[float, bool]] = {}
    for account, value in rows.iterator(chunk_size=20_000):
        if isinstance(value, dict) and value.get("v") is not None:
            told[account] = float(value["v"]), bool(value.get("c"))
    pairs = [told.get(account, (np.nan, False)) for account in accounts.tolist()]
    values = np.array([pair[0] for pair in pairs], dtype=np.float64)
    waits: Mask = np.array([pair[1] for pair in pairs], dtype=np.bool_)
    if finding.numbers["metric_unit"] == "first_days":
        return with_the_not_yet(values, waits, values)
    return values


def _got_there_by_now(milestone: Milestone, accounts: Days, asked: Asked) -> FloatArray:
    """As at a decision today; who has no day of sign-up began with the first paid term."""
    today = clock.today(organisation().time_zone) + timedelta(days=1)
    paid = Subscription.objects.filter(is_trial=False).order_by().values("account_id")
    began = dict(paid.annotate(first=Min("start")).values_list("account_id", "first"))
    tenure = [(today - began[pk]).days if pk in began else 0 for pk in accounts.tolist()]
    rows = pa.table(
        {
            "row_id": pa.array(np.arange(len(accounts)), pa.int64()),
            "account_id": pa.array(accounts, pa.int64()),
            "landmark": pa.array([today] * len(accounts), pa.date32()),
            "tenure_days": pa.array(tenure, pa.int64()),
        }
    )
    return _reached(rows, milestone, asked, as_of=np.full(len(accounts), day_number(today)))
