"""Own outcomes as rows, and the answers behind one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from banso.measure.metrics.models import MetricDefinition
from banso.prove.engine.answer import Answer
from banso.prove.engine.proportions import rate
from banso.prove.hypotheses.behind import yes_no
from banso.prove.hypotheses.models import Compare, Origin, OwnOutcome, Reading
from banso.prove.hypotheses.reads import answer_fields, day_fields, hypotheses_about, own_outcomes
from banso.prove.hypotheses.wording import threshold_text
from banso.prove.studies.wording import percent, whole


@dataclass(frozen=True)
class OutcomeRow:
    """``share``: how often it came, with its interval; "" where that is not counted here."""

    outcome: OwnOutcome
    rests_on: str
    share: str
    n: str
    first: date | None
    last: date | None
    used: int


def outcome_rows() -> list[OutcomeRow]:
    return [
        OutcomeRow(
            own, rests_on(own), _share(own), whole(own.n) if own.n else "",  # type: ignore[attr-defined]
            own.first, own.last, hypotheses_about(own.key),  # type: ignore[attr-defined]
        )
        for own in own_outcomes()
    ]  # fmt: skip


def rests_on(own: OwnOutcome) -> str:
    """What counts as reached, in words."""
    if own.origin == Origin.METRIC:
        metric = MetricDefinition.with_retired.filter(key=own.params["metric"]).first()
        told = {"name": metric.name if metric else own.params["metric"]}
        told["value"] = threshold_text(metric, float(own.counts)) if metric else own.counts
        if own.compare == Compare.AT_MOST:
            return _("“%(name)s” at most %(value)s at the end of a quarter") % told
        return _("“%(name)s” at least %(value)s at the end of a quarter") % told
    answers = {field.key: field for field in answer_fields()}
    days = {field.key: field.label for field in day_fields()}
    field, dated = answers.get(own.params["field"]), own.params["dated"]
    number = field is not None and field.kind == "number"
    words = dict(field.choice_pairs()) if field else {}
    told = {
        "name": field.label if field else own.params["field"],
        "value": words.get(own.counts, own.counts),
        "day": days.get(dated, dated),
    }
    if number:
        return _("“%(name)s” %(value)s or more, on the day of “%(day)s”") % told
    return _("“%(name)s” is “%(value)s”, on the day of “%(day)s”") % told


def _share(own: OwnOutcome) -> str:
    n, k = own.n, own.k  # type: ignore[attr-defined]
    if not n:
        return ""
    found = rate(k, n)
    if not isinstance(found, Answer):
        return _("%(k)s of %(n)s") % {"k": whole(k), "n": whole(n)}
    return f"{percent(found.value)} ({100 * found.low:.0f}–{percent(found.high)})"


def answers_header() -> list[str]:
    return [_("External id"), _("Customer"), _("Day"), _("Answer"), _("Outcome came")]


def answers_csv(readings: Iterable[Reading]) -> Iterator[list[object]]:
    for reading in readings:
        account = reading.account
        yield [
            account.external_id, account.name, reading.on, reading.value, yes_no(reading.came)
        ]  # fmt: skip
