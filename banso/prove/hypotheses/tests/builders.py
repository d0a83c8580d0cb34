from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.hypotheses.jobs import check_hypotheses
from banso.prove.hypotheses.models import Check, Hypothesis
from banso.prove.hypotheses.writes import write_down
from banso.prove.studies.tests.builders import TODAY, companies
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

__all__ = ["TODAY", "an_hypothesis", "check_on", "companies", "planted_values"]
# terms of the builder end within 500 days before TODAY: half of them lie after this day
WRITTEN_ON = TODAY - timedelta(days=330)


def an_hypothesis(*, on: date = WRITTEN_ON, by: User | None = None, **fields: Any) -> Hypothesis:
    """“The higher the planted metric, the more renew”, written down on a day in the past."""
    key = fields.pop("key", "real")
    metric = MetricDefinition.objects.filter(key=key).first() or a_metric(
        key, name_en="Reports shared", name_ja="共有したレポート数"
    )
    user = by or a_user(role="analyst")
    claim: dict[str, Any] = {
        "statement": "よく共有する顧客は更新しやすい",
        "metric": metric,
        "outcome": "renewal",
        "direction": "more",
        "smallest": 0.15,
        "every_months": 3,
        "next_check_on": on + timedelta(days=90),
        "owner": user,
    }
    with clock.held_at(on):
        return write_down(by=user, **claim | fields)


def check_on(day: date = TODAY, *, asked: bool = True) -> Check:
    """Run the job as on that day; the newest check."""
    with clock.held_at(day):
        check_hypotheses(asked=asked)
    return Check.objects.latest("pk")


def planted_values(
    definitions: list[MetricDefinition], rows: pa.Table, *, as_of: Any
) -> dict[str, tuple[Any, Any]]:
    """Values for each key: "real" goes with renewal, "other_way" against it, others are noise."""
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
    ids = rows["account_id"].to_numpy() - (rows["account_id"].to_numpy().min() if len(rows) else 0)
    noise = np.random.default_rng(11).normal(size=int(ids.max(initial=0)) + 1)[ids]
    strength = {"real": -0.9, "other_way": 0.9}
    made = {}
    for definition in definitions:
        name = definition.key.split("__v")[0]
        values = noise + strength.get(name, 0.0) * lost
        if name == "constant":
            values = np.ones(len(lost))
        if name == "the_outcome":
            values = lost.copy()
        if name == "unknown":
            values = np.full(len(lost), np.nan)
        made[definition.key] = (values, np.zeros(len(values), dtype=bool))
    return made
