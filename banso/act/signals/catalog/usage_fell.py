"""Usage of the last 28 days is far below the 28 days before, where there was some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.act.signals.kinds import Data, Found, Kind, Parameter
from banso.act.signals.reads import events_arrive, measures_of
from banso.act.signals.rules import grown
from banso.know.accounts.models import Account
from banso.measure.metrics.models import AccountSeries

TREND, USAGE = "usage_trend_28d", "usage_28d"


def detect(
    accounts: QuerySet[Account], today: date, settings: Mapping[str, int]
) -> Iterator[Found]:
    if not events_arrive(today):
        return
    least = settings["by_percent"] / 100
    fallen = measures_of(accounts).filter(
        **{f"values__{TREND}__v__lte": -least, f"values__{TREND}__v__gte": -1}
    )
    stopped = fallen.filter(**{f"values__{TREND}__v__lte": -1}).values("pk")
    weekly: dict[int, Any] = dict(
        AccountSeries.objects.filter(pk__in=stopped).values_list("pk", "series")
    )
    rows = fallen.values_list("account_id", "as_of", f"values__{TREND}__v", f"values__{USAGE}__v")
    for account_id, as_of, trend, now in rows.iterator():
        before = uses_before(trend, now, weekly.get(account_id, {}))
        if before is not None and before >= settings["uses_before"]:
            yield Found(
                account_id=account_id,
                urgency=40 + 60 * grown(-trend, least, 1),
                data={
                    "trend": round(trend, 4),
                    "now": now,
                    "before": before,
                    "as_of": as_of.isoformat(),
                },
            )


def uses_before(
    trend: float, now: float | None, series: Mapping[str, list[float | None]]
) -> int | None:
    """Uses in the 28 days before the last 28; from the weekly series where now is 0."""
    if now is None:
        return None
    if trend > -1:
        return round(now / (1 + trend))
    weekly = series.get(USAGE) or []
    kept = weekly[-5] if len(weekly) >= 5 else None
    return round(kept) if kept else None


def reason(data: Data, today: date) -> str:
    before = number_format(data["before"], decimal_pos=0, force_grouping=True)
    if not data["now"]:
        return _("Usage stopped (no use in the last 28 days, %(before)s in the 28 days before)") % {
            "before": before
        }
    return _(
        "Usage fell by %(percent)d%% "
        "(%(now)s uses in the last 28 days, %(before)s in the 28 days before)"
    ) % {
        "percent": round(-100 * data["trend"]),
        "now": number_format(data["now"], decimal_pos=0, force_grouping=True),
        "before": before,
    }


def step(data: Data) -> str:
    return _("Ask what changed and why usage fell")


KIND = Kind(
    key="usage_fell",
    order=20,
    title=gettext_lazy("Usage fell"),
    about=gettext_lazy(
        "The customer used the product far less in the last 28 days than in the 28 days before. "
        "Silent while no events of any customer arrive."
    ),
    icon="trending-down",
    parameters=(
        Parameter("by_percent", gettext_lazy("Fall in percent"), 30, 5, 100),
        Parameter(
            "uses_before", gettext_lazy("Uses in the 28 days before, at least"), 20, 1, 1_000_000
        ),
    ),
    detect=detect,
    reason=reason,
    step=step,
    step_due_days=3,
)
