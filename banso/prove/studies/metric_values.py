"""The metrics measured at each renewal decision: at the landmark, and on the day itself."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from banso.know.accounts.models import Account
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.reads import values_at
from banso.prove.studies.attributes import days_of
from banso.prove.studies.rules import (
    TRACKING_WINDOW_DAYS,
    Bools,
    Candidate,
    Floats,
    Ints,
    leak_in_metric,
    with_the_not_yet,
)
from banso.shared.lake.reads import query

_EPOCH = date(1970, 1, 1)


def tracked_days() -> tuple[date, date] | None:
    """First and last day of usage events of known customers."""
    found = query(
        "SELECT MIN(day) AS first, MAX(day) AS last FROM events WHERE account_id IS NOT NULL"
    )
    first, last = found["first"][0].as_py(), found["last"][0].as_py()
    if first is None:
        return None
    return _EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last)


def tracked_rows(rows: pa.Table, tracked_from: date) -> pa.Table:
    """The decisions at whose landmark usage had been recorded for four weeks.

    Before that nobody used anything only because nobody wrote it down.
    """
    first = (tracked_from - _EPOCH).days + TRACKING_WINDOW_DAYS
    return rows.filter(pa.array(days_of(rows["landmark"]) >= first))


def metrics_of(rows: pa.Table) -> list[Candidate]:
    """Every metric of the organisation as a candidate."""
    definitions = list(MetricDefinition.objects.all())
    if not definitions:
        return []
    early = _measured(definitions, rows, days_of(rows["landmark"]))
    late = _measured(definitions, rows, days_of(rows["closed_on"]))
    return [
        Candidate(
            f"metric.{definition.key}", "metric", "number", definition.name_en, definition.name_ja,
            early[definition.key], late[definition.key],
            leak=leak_in_metric([definition.key, definition.name_en, definition.params]),
            unit="first_days" if definition.shape.startswith("days_to_first") else definition.unit,
        )
        for definition in definitions
    ]  # fmt: skip


def raw_values(
    definitions: list[MetricDefinition], rows: pa.Table, *, as_of: Ints
) -> dict[str, tuple[Floats, Bools]]:
    """Values per metric in the order of the rows, which is that of row_id, and which are "not yet".

    rows: decisions with row_id, account_id, landmark and tenure_days; as_of: the day for each.
    """
    asked = pa.table(
        {
            "row_id": rows["row_id"],
            "account_id": rows["account_id"],
            "signed_up_day": pa.array(_signed_up(rows).astype(np.int32)),
            "as_of_day": pa.array(as_of.astype(np.int32)),
        }
    )
    answered = values_at(definitions=definitions, rows=asked).sort_by("row_id")
    if not answered["row_id"].equals(rows["row_id"]):
        raise ValueError("values_at must answer every row once")
    made = {}
    for definition in definitions:
        values = answered[definition.key].cast(pa.float64()).to_numpy(zero_copy_only=False)
        censored = answered[f"{definition.key}__censored"].fill_null(False)
        flags = np.asarray(censored.to_numpy(zero_copy_only=False), dtype=np.bool_)
        made[definition.key] = (np.asarray(values, dtype=np.float64), flags)
    return made


def _signed_up(rows: pa.Table) -> Ints:
    """Day of sign-up of each decision's customer; of the first paid term where it is unknown."""
    known = dict(Account.objects.exclude(signed_up_on=None).values_list("pk", "signed_up_on"))
    began = days_of(rows["landmark"]) - rows["tenure_days"].to_numpy()
    ids = rows["account_id"].to_numpy()
    days = {pk: (day - _EPOCH).days for pk, day in known.items() if day}
    return np.fromiter(
        (days.get(pk, first) for pk, first in zip(ids.tolist(), began.tolist(), strict=True)),
        np.int64,
        len(ids),
    )


def _measured(
    definitions: list[MetricDefinition], rows: pa.Table, as_of: Ints
) -> dict[str, Floats]:
    return {
        key: with_the_not_yet(values, flags, values) if flags.any() else values
        for key, (values, flags) in raw_values(definitions, rows, as_of=as_of).items()
    }
