"""What a hypothesis may be about: renewal, expansion, what the organisation registered itself, and
what other parts of Banso bring, such as answers to surveys:

    outcomes.fill("survey.intent", Outcome(_("Intent to continue"), _("without the intent"),
                                           decisions, known_until), order=30)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import pyarrow as pa
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.reads import decision_rows, last_known_day
from banso.prove.hypotheses.expansion import TERMS, expanded_or_not
from banso.prove.hypotheses.models import Aim, Hypothesis, Origin, OwnOutcome
from banso.prove.hypotheses.own_decisions import (
    field_decisions,
    field_known_until,
    metric_decisions,
    metric_known_until,
)
from banso.shared.slots import Slot


@dataclass(frozen=True)
class Outcome:
    """Something that is decided for a customer on a day, yes or no.

    decisions(data_cut, landmark_days) gives one row per decision up to the cut, in the order of
    row_id: row_id, account_id, decided_on, closed_on, landmark (date32), not_renewed (bool: it did
    NOT come), tenure_days, contract, subscription_id. ``missed`` says that in a word or two.
    known_until(today): the day up to which it is known; None while nothing is.
    """

    name: str | Promise
    missed: str | Promise
    decisions: Callable[[date, int], pa.Table]
    known_until: Callable[[date], date | None] = last_known_day


outcomes: Slot[Outcome] = Slot("outcomes of hypotheses")
RENEWAL, EXPANSION = "renewal", "expansion"


def renewals(data_cut: date, landmark_days: int) -> pa.Table:
    return decision_rows(data_cut=data_cut, landmark_days=landmark_days).table


def expansions(data_cut: date, landmark_days: int) -> pa.Table:
    """Renewed terms, and whether the customer pays more a month after than the day before."""
    return expanded_or_not(renewals(data_cut, landmark_days), paid_terms(), data_cut=data_cut)


def paid_terms() -> pa.Table:
    """Every paid term with its amount."""
    rows = Subscription.objects.filter(is_trial=False).values_list(*TERMS.names)
    columns = list(zip(*rows.iterator(chunk_size=20_000), strict=True)) or [()] * len(TERMS)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, TERMS, strict=True)],
        schema=TERMS,
    )


def fill_built_in() -> None:
    outcomes.fill(RENEWAL, Outcome(_("Renewal"), _("not renewed"), renewals), order=10)
    outcomes.fill(EXPANSION, Outcome(_("Expansion"), _("not expanded"), expansions), order=20)


def known_outcomes() -> dict[str, Outcome]:
    """Those that parts of Banso bring, and the organisation's own, those given up included."""
    brought = {filling.key: filling.value for filling in outcomes.fillings()}
    return brought | {own.key: _as_outcome(own) for own in OwnOutcome.objects.all()}


def outcome_of_claim(hypothesis: Hypothesis) -> Outcome | None:
    """What a hypothesis is about; None where the part of Banso that brought it is gone."""
    if hypothesis.own_outcome is not None:
        return _as_outcome(hypothesis.own_outcome)
    return next((f.value for f in outcomes.fillings() if f.key == hypothesis.outcome), None)


def open_outcomes() -> dict[str, Outcome]:
    """Those that a new hypothesis may be about."""
    retired = {own.key for own in OwnOutcome.objects.exclude(retired_at=None)}
    return {key: value for key, value in known_outcomes().items() if key not in retired}


MISSED = {
    Aim.SUCCESS: _("without success"),
    Aim.INTENT: _("without the intent"),
    Aim.OTHER: _("not reached"),
}


def _as_outcome(own: OwnOutcome) -> Outcome:
    by_metric = own.origin == Origin.METRIC
    decisions = partial(metric_decisions if by_metric else field_decisions, own)
    until = metric_known_until if by_metric else partial(field_known_until, own)
    return Outcome(own.name, MISSED[Aim(own.aim)], decisions, until)
