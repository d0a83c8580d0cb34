"""The decisions behind a row of the check or of a comparison: which customers, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.measure.health import rules
from banso.measure.health.models import HealthModel
from banso.measure.health.words import BAND_NAMES
from banso.prove.engine.blended import expert_score
from banso.prove.prediction.models import Alternative
from banso.prove.prediction.readings import Bools, Decided, decided
from banso.shared.upserts.writes import slices

_EPOCH = date(1970, 1, 1)
BANDS = (rules.GOOD, rules.WATCH, rules.STRUGGLING)
STATES = ("renewed", "lost")


@dataclass(frozen=True)
class Behind:
    """One decision: what the score had said at its landmark, and how it ended."""

    account_id: int
    decided_on: date
    score: int
    band: str
    renewed: bool


def decisions_behind(
    model: HealthModel | None, *, today: date, until: date, alternative: Alternative | None = None,
    by_alternative: bool = False,
) -> list[Behind]:  # fmt: skip
    """Every decision up to ``until`` that has a score, the newest first.

    With an alternative only those that both scores know, as in their comparison. The scores are
    made anew from what is known now, so a later import may have changed some.
    """
    lines, borders = (model.lines, model.borders) if model else (None, None)
    chosen = decided(today, lines, borders)
    if chosen is None:
        return []
    there = chosen.has_score & (chosen.decided_on <= (until - _EPOCH).days)
    if alternative is not None:
        other = decided(today, alternative.lines, alternative.borders)
        if other is None:
            return []
        there &= other.has_score
        chosen = other if by_alternative else chosen
    return _listed(chosen, there)


def _listed(chosen: Decided, there: Bools) -> list[Behind]:
    some = chosen.some(there)
    scores = [round(value) for value in expert_score(some.points, some.weights).tolist()]
    made = [
        Behind(
            int(some.account[i]), _EPOCH + timedelta(days=int(some.decided_on[i])), score,
            rules.band(score, some.borders), not bool(some.not_renewed[i]),
        )
        for i, score in enumerate(scores)
    ]  # fmt: skip
    order = np.lexsort((some.account, -some.decided_on))
    return [made[i] for i in order.tolist()]


def asked_for(found: Sequence[Behind], *, band: str, state: str) -> list[Behind]:
    """Those of one word and one outcome; "" for all."""
    return [
        one for one in found
        if band in ("", one.band) and (not state or one.renewed == (state == "renewed"))
    ]  # fmt: skip


def named(some: Sequence[Behind]) -> Iterator[tuple[Behind, str, str]]:
    """Each with its customer's name, "" for one that was removed, and its word."""
    for part in slices(list(some)):
        ids = {one.account_id for one in part}
        names = dict(Account.objects.filter(pk__in=ids).values_list("pk", "name"))
        for one in part:
            yield one, names.get(one.account_id, ""), str(BAND_NAMES[one.band])


def as_file(some: Sequence[Behind]) -> tuple[list[str], Iterator[list[object]]]:
    header = [_("Customer"), _("Decided on"), _("Score at the landmark"), _("Word"), _("Renewed")]
    lines = (
        [name, one.decided_on, one.score, word, _("yes") if one.renewed else _("no")]
        for one, name, word in named(some)
    )
    return header, lines
