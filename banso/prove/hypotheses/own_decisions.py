"""The decisions of the outcomes that the organisation registered itself."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import MetricDefinition
from banso.prove.hypotheses.models import OwnOutcome, Reading
from banso.prove.hypotheses.own import TERMS, decided_rows, quarter_ends, reviewed
from banso.prove.hypotheses.rules import reached
from banso.prove.studies.metric_values import raw_values, tracked_days


def field_known_until(own: OwnOutcome, today: date) -> date | None:
    """Answers are known as soon as they are brought in; None before the first."""
    return today if Reading.objects.filter(outcome=own, on__lte=today).exists() else None


def field_decisions(own: OwnOutcome, data_cut: date, landmark_days: int) -> pa.Table:
    """One row per answer up to the cut."""
    rows = Reading.objects.filter(outcome=own, on__lte=data_cut).order_by("on", "account_id")
    told = list(rows.values_list("account_id", "on", "came").iterator(chunk_size=20_000))
    account, on, came = zip(*told, strict=True) if told else ((), (), ())
    return decided_rows(account, on, came, held_terms(), landmark_days=landmark_days)


def metric_known_until(today: date) -> date | None:
    tracked = tracked_days()
    return min(tracked[1], today) if tracked else None


def metric_decisions(own: OwnOutcome, data_cut: date, landmark_days: int) -> pa.Table:
    """One row per quarter and customer with a running contract at its end."""
    tracked, terms = tracked_days(), held_terms()
    days = quarter_ends(tracked[0], min(tracked[1], data_cut)) if tracked else []
    account, on = reviewed(terms, days)
    asked = decided_rows(account, on, [False] * len(on), terms, landmark_days=landmark_days)
    definition = MetricDefinition(
        key=own.key.replace(".", "_"), shape=own.params["shape"], params=own.params["params"],
    )  # fmt: skip
    as_of = np.asarray(asked["decided_on"].cast(pa.int32()).to_numpy(), dtype=np.int64) + 1
    values, censored = raw_values([definition], asked, as_of=as_of)[definition.key]
    met = reached(values, censored, compare=own.compare, threshold=float(own.counts))
    known = ~np.isnan(met)
    place = asked.column_names.index("not_renewed")
    rows = asked.set_column(place, "not_renewed", pa.array(met != 1.0)).filter(pa.array(known))
    numbers = pa.array(np.arange(rows.num_rows, dtype=np.int64))
    return rows.set_column(rows.column_names.index("row_id"), "row_id", numbers)


def held_terms() -> pa.Table:
    """Every paid term, as ``own.decided_rows`` wants them."""
    names = ["pk" if name == "subscription_id" else name for name in TERMS.names]
    rows = Subscription.objects.filter(is_trial=False).values_list(*names)
    columns = list(zip(*rows.iterator(chunk_size=20_000), strict=True)) or [()] * len(names)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, TERMS, strict=True)],
        schema=TERMS,
    )
