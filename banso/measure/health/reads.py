from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Mod

from banso.measure.health import rules
from banso.measure.health.models import HealthModel, HealthScore
from banso.measure.metrics.models import AccountMeasures, MetricDefinition, Summary
from banso.measure.metrics.reads import last_event_of_all
from banso.shared import clock

BACK_DAYS = 30
PREVIEW_MOST = 20_000


def current_model() -> HealthModel | None:
    """The weights and marks in force; None before the first refresh."""
    return HealthModel.objects.order_by("-pk").first()


def lines_in_force() -> tuple[rules.Measure, ...]:
    model = current_model()
    return model.lines if model else rules.DEFAULT_MEASURES


def borders_in_force() -> rules.Borders:
    """From which score on which word is said."""
    model = current_model()
    return model.borders if model else rules.DEFAULT_BORDERS


def earlier_models(most: int = 20) -> list[HealthModel]:
    """What was in force since when, the newest first."""
    return list(HealthModel.objects.select_related("saved_by").order_by("-pk")[:most])


def definitions() -> dict[str, MetricDefinition]:
    return {d.key: d for d in MetricDefinition.objects.all()}


def current_score(account_id: int) -> HealthScore | None:
    return (
        HealthScore.objects.select_related("model")
        .filter(account_id=account_id, is_current=True)
        .first()
    )


def scores_asked(
    *, account_id: int | None, lowest: int | None, highest: int | None
) -> QuerySet[HealthScore]:
    """Present scores that meet every condition that says something."""
    given = {"account_id": account_id, "score__gte": lowest, "score__lte": highest}
    said = {name: value for name, value in given.items() if value is not None}
    return HealthScore.objects.filter(is_current=True, **said)


def history_of(account_id: int, *, most: int = 200) -> list[tuple[date, int | None]]:
    """The days on which the score of an account was made anew, oldest first."""
    rows = HealthScore.objects.filter(account_id=account_id).order_by("-as_of")
    return list(rows.values_list("as_of", "score")[:most])[::-1]


def score_before(current: HealthScore, today: date) -> HealthScore | None:
    """The score that stood a month ago, or the oldest there is when the history is shorter."""
    history = HealthScore.objects.select_related("model").filter(account_id=current.account_id)
    then = history.filter(as_of__lte=today - timedelta(days=BACK_DAYS)).order_by("-as_of").first()
    then = then or history.order_by("as_of").first()
    return None if then is None or then.pk == current.pk else then


@dataclass(frozen=True)
class Distribution:
    """How many customers have which score."""

    bins: list[int]
    none: int

    @property
    def n(self) -> int:
        return sum(self.bins)


def distribution() -> Distribution:
    """Every customer's present score, counted by the database."""
    rows = HealthScore.objects.filter(is_current=True).values_list("score").annotate(n=Count("pk"))
    bins, none = [0] * 10, 0
    for value, n in rows:
        if value is None:
            none += n
        else:
            bins[min(value // 10, 9)] += n
    return Distribution(bins, none)


def band_counts(borders: rules.Borders) -> dict[str, int]:
    """How many customers go well, need watching, struggle, and have no score."""
    scores = HealthScore.objects.filter(is_current=True)
    good, watch = borders.good, borders.watch
    return scores.aggregate(
        good=Count("pk", filter=Q(score__gte=good)),
        watch=Count("pk", filter=Q(score__gte=watch, score__lt=good)),
        struggling=Count("pk", filter=Q(score__lt=watch)),
        none=Count("pk", filter=Q(score=None)),
    )


def spreads() -> dict[str, tuple[float, float, float]]:
    """First quartile, median and third quartile of each metric over the customers."""
    rows = Summary.objects.filter(definition__retired_at=None).values_list(
        "definition__key", "q1", "median", "q3"
    )
    return {
        key: (q1, median, q3)
        for key, q1, median, q3 in rows
        if q1 is not None and median is not None and q3 is not None
    }


def sampled_scores() -> QuerySet[HealthScore]:
    """All present scores, or every k-th account's where there are very many."""
    scores = HealthScore.objects.filter(is_current=True)
    every = -(-scores.count() // PREVIEW_MOST)
    return (
        scores.annotate(nth=Mod(F("account_id"), Value(every))).filter(nth=0)
        if every > 1
        else scores
    )


def preview(measures: Sequence[rules.Measure]) -> tuple[Distribution, Distribution]:
    """The distribution now and under other weights and marks, over the same customers."""
    found = [(before, after) for _pk, before, after in rescored(measures, sampled_scores())]
    before, after = ([pair[place] for pair in found] for place in (0, 1))
    return Distribution(*rules.distribution(before)), Distribution(*rules.distribution(after))


def every_score() -> QuerySet[HealthScore]:
    """All present scores."""
    return HealthScore.objects.filter(is_current=True)


def rescored(
    measures: Sequence[rules.Measure], scores: QuerySet[HealthScore]
) -> Iterator[tuple[int, int | None, int | None]]:
    """Account, its score now, and the one that other weights and marks would give it."""
    known = {m.key for m in lines_in_force()} | {rules.CONTACT_DAYS}
    added = [m for m in measures if m.key not in known]
    kept = dict(_measures_of(scores).iterator(chunk_size=2000)) if added else {}
    stale = rules.is_stale(last_event_of_all(), clock.today()) if added else False
    rows = scores.values_list("account_id", "score", "parts")
    for account_id, value, parts in rows.iterator(chunk_size=2000):
        values = kept.get(account_id, {})
        more = {m.key: rules.metric_reading(values.get(m.key), m, stale=stale) for m in added}
        yield account_id, value, rules.rescored(measures, parts, more).score


def _measures_of(scores: QuerySet[HealthScore]) -> QuerySet[AccountMeasures, tuple[int, Any]]:
    """The metrics of the same customers, for measures that no stored score has yet."""
    accounts = scores.order_by().values("account_id")
    return AccountMeasures.objects.filter(account__in=accounts).values_list("account_id", "values")


def values_of(key: str) -> Iterator[float]:
    """The present values of one metric over all customers that have one."""
    for values in AccountMeasures.objects.values_list(f"values__{key}__v", flat=True).iterator(
        chunk_size=5000
    ):
        if values is not None:
            yield float(values)
