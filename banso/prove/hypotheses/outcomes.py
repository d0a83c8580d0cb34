"""What a hypothesis may be about: renewal, expansion, and what later stages bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.reads import decision_rows
from banso.prove.hypotheses.expansion import TERMS, expanded_or_not
from banso.shared.slots import Slot


@dataclass(frozen=True)
class Outcome:
    """Something that is decided for a customer on a day, yes or no.

    decisions(data_cut, landmark_days) gives one row per decision up to the cut, in the order of
    row_id: row_id, account_id, decided_on, closed_on, landmark (date32), not_renewed (bool: it did
    NOT come), tenure_days, contract. ``missed`` says that in a word or two.
    """

    name: str | Promise
    missed: str | Promise
    decisions: Callable[[date, int], pa.Table]


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
    return {filling.key: filling.value for filling in outcomes.fillings()}
